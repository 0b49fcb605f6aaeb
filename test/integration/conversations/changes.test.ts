import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConversationView, MessageView } from '../../../src/domain/views.ts'
import { assign, at, type InboxServer, startInboxServer } from './inbox-server.ts'

let inbox: InboxServer

beforeAll(async () => {
  inbox = await startInboxServer()
})
afterAll(() => inbox.close())

const UNKNOWN = 'f'.repeat(24)
const patch = (conversation: ConversationView, change: object) =>
  inbox.anna.agent.patch(at(conversation)).send({ version: conversation.version, ...change })
const eventsOf = async (conversation: ConversationView): Promise<MessageView['event'][]> => {
  const { body } = await inbox.anna.agent.get(at(conversation, '/messages')).expect(200)
  return (body.items as MessageView[]).flatMap(({ event }) => (event ? [event] : [])).reverse()
}

describe('a version', () => {
  it('comes as the ETag, and a change over an old one is refused and changes nothing', async () => {
    const seen = await inbox.customer()
    const answer = await inbox.anna.agent.get(at(seen)).expect(200)
    expect(answer.headers['etag']).toBe(`"${seen.version}"`)
    const { body: now } = await patch(seen, { priority: 'high' }).expect(200)
    expect(now.version).toBeGreaterThan(seen.version)
    const refused = await patch(seen, { priority: 'low' }).expect(409)
    expect(refused.headers['content-type']).toContain('application/problem+json')
    expect(refused.body).toMatchObject({ code: 'version-conflict', status: 409 })
    await assign(inbox.anna, seen, inbox.anna.profile.id).expect(409)
    expect(await inbox.anna.agent.get(at(seen)).then(({ body }) => body)).toEqual(now)
  })

  it('may come as If-Match instead of in the body', async () => {
    const seen = await inbox.customer()
    const send = (header: string, body: object) =>
      inbox.anna.agent.patch(at(seen)).set('If-Match', header).send(body)
    await send('"999"', { priority: 'high' }).expect(409)
    const { body } = await send(`"${seen.version}"`, { priority: 'high' }).expect(200)
    expect(body.priority).toBe('high')
    await send(`"${seen.version}"`, { priority: 'low' }).expect(409)
    const malformed = await send('yesterday', { priority: 'low' }).expect(400)
    expect(malformed.body).toMatchObject({ code: 'invalid-input', field: 'If-Match' })
    const torn = await send(`"${body.version}"`, { priority: 'low', version: body.version - 1 }).expect(400)
    expect(torn.body).toMatchObject({ code: 'invalid-input', field: 'If-Match' })
    await send(`"${body.version}"`, { priority: 'low', version: body.version }).expect(200)
    const missing = await inbox.anna.agent.patch(at(seen)).send({ priority: 'low' }).expect(400)
    expect(missing.body).toMatchObject({ code: 'invalid-input', field: 'version' })
  })

  it('lets one of many win who change the same at once', async () => {
    const seen = await inbox.customer()
    const answers = await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map((tag) => patch(seen, { tags: [tag] }).then(({ status }) => status)),
    )
    expect(answers.sort()).toEqual([200, 409, 409, 409, 409])
  })
})

describe('status', () => {
  it('moves between all four, and each move stands in the thread', async () => {
    let now = await inbox.customer()
    const snoozedUntil = new Date(Date.now() + 3_600_000).toISOString()
    for (const change of [
      { status: 'pending' },
      { status: 'snoozed', snoozedUntil },
      { status: 'resolved' },
      { status: 'open' },
    ]) {
      const { body } = await patch(now, change).expect(200)
      expect(body).toMatchObject(change)
      now = body
    }
    expect(now).not.toHaveProperty('snoozedUntil')
    expect((await eventsOf(now)).map((event) => event?.name)).toEqual([
      'pending',
      'snoozed',
      'resolved',
      'reopened',
    ])
  })

  it('that is so already changes nothing', async () => {
    const seen = await inbox.customer()
    const { body } = await patch(seen, { status: 'open' }).expect(200)
    expect(body).toEqual(seen)
    expect(await eventsOf(seen)).toEqual([])
  })

  it('of a resolved conversation is open again when the customer writes, and says so in the thread', async () => {
    const seen = await inbox.customer()
    const [stored] = await inbox.core.stores.conversations.findMany([seen.id])
    await patch(seen, { status: 'resolved' }).expect(200)
    const who = stored?.identityExternalId ?? ''
    const again = { type: 'message', externalId: `${who}-2`, text: 'Still broken', attachments: [] } as const
    await inbox.deliver([{ ...again, identity: { externalId: who, verified: false } }])
    expect(await inbox.readOf(who)).toMatchObject({ id: seen.id, status: 'open', unreadCount: 2 })
    expect((await eventsOf(seen)).map((event) => event?.name)).toEqual(['resolved', 'reopened'])
  })

  it('of a snoozed conversation is open again when its time has come, without a person', async () => {
    const seen = await inbox.customer()
    const snoozedUntil = new Date(Date.now() + 1_500).toISOString()
    const { body: asleep } = await patch(seen, { status: 'snoozed', snoozedUntil }).expect(200)
    expect(asleep).toMatchObject({ status: 'snoozed', snoozedUntil })
    const awake = await inbox.until(
      () => inbox.anna.agent.get(at(seen)).then(({ body }) => body as ConversationView),
      ({ status }) => status === 'open',
    )
    expect(awake).not.toHaveProperty('snoozedUntil')
    expect(Date.parse(awake.lastActivityAt)).toBeGreaterThanOrEqual(Date.parse(snoozedUntil))
    // The line is written after the status.
    await expect
      .poll(async () => (await eventsOf(seen)).map((event) => event?.name))
      .toEqual(['snoozed', 'opened'])
  })

  it.each([
    ['no instant', { status: 'snoozed' }, 'snoozedUntil'],
    ['the past', { status: 'snoozed', snoozedUntil: '2020-01-01T00:00:00.000Z' }, 'snoozedUntil'],
    ['far too late', { status: 'snoozed', snoozedUntil: '2199-01-01T00:00:00.000Z' }, 'snoozedUntil'],
    ['no real instant', { status: 'snoozed', snoozedUntil: 'tomorrow' }, 'snoozedUntil'],
    ['an instant without the status', { snoozedUntil: '2199-01-01T00:00:00.000Z' }, 'snoozedUntil'],
    ['an unknown status', { status: 'closed' }, 'status'],
    ['an operator', { status: { $ne: 'open' } }, 'status'],
    ['an unknown priority', { priority: 'asap' }, 'priority'],
    ['too many tags', { tags: Array.from({ length: 51 }, (_, index) => `t${index}`) }, 'tags'],
    ['an empty tag', { tags: ['ok', ' '] }, 'tags.1'],
    ['a tag of two lines', { tags: ['a\nb'] }, 'tags.0'],
    ['an object as tag', { tags: [{ $gt: '' }] }, 'tags.0'],
    ['what only others may set', { assigneeId: UNKNOWN }, 'assigneeId'],
    ['an older time', { createdAt: '2020-01-01T00:00:00.000Z' }, 'createdAt'],
    ['a fraction as version', { version: 1.5 }, 'version'],
    ['a text as version', { version: '1' }, 'version'],
  ])('with %s is refused, and nothing changes', async (_, change, field) => {
    const seen = await inbox.customer()
    const { body } = await patch(seen, change).expect(400)
    expect(body).toMatchObject({ code: 'invalid-input', field })
    expect((await inbox.anna.agent.get(at(seen))).body).toEqual(seen)
  })
})

describe('tags and priority', () => {
  it('are kept as set, each tag once, and told of in the thread', async () => {
    const seen = await inbox.customer()
    const { body } = await patch(seen, { tags: ['vip', ' billing ', 'vip'], priority: 'urgent' }).expect(200)
    expect(body).toMatchObject({ tags: ['vip', 'billing'], priority: 'urgent' })
    expect(await eventsOf(seen)).toEqual([
      { name: 'priority-changed', value: 'urgent' },
      { name: 'tags-changed', value: 'vip, billing' },
    ])
    const { body: none } = await patch(body, { tags: [] }).expect(200)
    expect(none.tags).toEqual([])
  })
})

describe('assignment', () => {
  it('lets an agent take what nobody has and give away what is his, nothing more', async () => {
    const { anna, boris, supervisor } = inbox
    const free = await inbox.customer()
    const denied = await assign(anna, free, boris.profile.id).expect(403)
    expect(denied.body.code).toBe('permission-denied')
    const { body: taken } = await assign(anna, free, anna.profile.id).expect(200)
    expect(taken).toMatchObject({ assigneeId: anna.profile.id, routing: { status: 'settled' } })
    await assign(boris, taken, boris.profile.id).expect(403)
    await assign(boris, taken, null).expect(403)
    const { body: given } = await assign(anna, taken, boris.profile.id).expect(200)
    expect(given.assigneeId).toBe(boris.profile.id)
    const { body: moved } = await assign(supervisor, given, anna.profile.id).expect(200)
    const { body: dropped } = await assign(anna, moved, null).expect(200)
    expect(dropped).not.toHaveProperty('assigneeId')
    expect((await eventsOf(free)).map((event) => `${event?.name} ${event?.agentName ?? ''}`.trim())).toEqual([
      'assigned anna@example.com',
      'assigned boris@example.com',
      'assigned anna@example.com',
      'unassigned',
    ])
  })

  it('to who has it already changes nothing', async () => {
    const free = await inbox.customer()
    const { body: same } = await assign(inbox.anna, free, null).expect(200)
    expect(same).toEqual(free)
  })

  it.each([
    ['nobody we know', UNKNOWN],
    ['no id', 'anna'],
    ['an operator', { $ne: null }],
  ])('to %s is refused', async (_, assigneeId) => {
    const free = await inbox.customer()
    const { body } = await inbox.supervisor.agent
      .put(at(free, '/assignment'))
      .send({ assigneeId, version: free.version })
      .expect(400)
    expect(body).toMatchObject({ code: 'invalid-input', field: 'assigneeId' })
  })

  it('to an agent who may not see the channel is refused', async () => {
    const closed = await inbox.customer('Secret', inbox.closedChannelId)
    const { body } = await assign(inbox.supervisor, closed, inbox.anna.profile.id).expect(400)
    expect(body).toMatchObject({ code: 'invalid-input', field: 'assigneeId' })
    await assign(inbox.supervisor, closed, inbox.boris.profile.id).expect(200)
  })
})

describe('what an agent may not see', () => {
  it('does not exist for him, by any address', async () => {
    const closed = await inbox.customer('Secret', inbox.closedChannelId)
    const { agent } = inbox.anna
    const write = { clientMessageId: 'x', text: 'x' }
    const answers = await Promise.all([
      agent.get(at(closed)),
      agent.patch(at(closed)).send({ version: closed.version, priority: 'low' }),
      agent
        .put(at(closed, '/assignment'))
        .send({ version: closed.version, assigneeId: inbox.anna.profile.id }),
      agent.post(at(closed, '/read')),
      agent.get(at(closed, '/messages')),
      agent.post(at(closed, '/messages')).send({ ...write, attachmentIds: [] }),
      agent.post(at(closed, '/notes')).send(write),
      agent.get(at(closed, '/routing-decisions')),
      agent.get(`/api/v1/contacts/${closed.contact.id}`),
      agent.get(`/api/v1/contacts/${closed.contact.id}/conversations`),
      agent.get('/api/v1/conversations').query({ channelId: inbox.closedChannelId }),
    ])
    for (const { status, body, text } of answers) {
      expect([status, body.code]).toEqual([404, 'not-found'])
      expect(text).not.toContain('Secret')
    }
    expect((await agent.get('/api/v1/conversations').query({ limit: 100 })).text).not.toContain(closed.id)
    expect((await agent.get('/api/v1/contacts').query({ limit: 100 })).text).not.toContain(closed.contact.id)
    expect((await inbox.owner.agent.get(at(closed))).body).toEqual(closed)
  })

  it('is answered alike for an id that was never given, and refused for what is no id', async () => {
    const { agent } = inbox.anna
    const { body } = await agent.get(at({ id: UNKNOWN })).expect(404)
    expect(body.code).toBe('not-found')
    for (const id of ['1', 'x'.repeat(24), `${UNKNOWN}0`, '%00', '[object Object]', '{"$ne":1}'])
      expect((await agent.get(at({ id: encodeURIComponent(id) })).expect(400)).body.code).toBe('invalid-id')
  })
})

describe('reading', () => {
  it('sets the unread count back, and only a new message raises it', async () => {
    const seen = await inbox.customer()
    expect(seen.unreadCount).toBe(1)
    const { body: read } = await inbox.anna.agent.post(at(seen, '/read')).expect(200)
    expect(read.unreadCount).toBe(0)
    const { body: again } = await inbox.anna.agent.post(at(seen, '/read')).expect(200)
    expect(again).toEqual(read)
  })
})
