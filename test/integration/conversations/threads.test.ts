import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import type { ConversationView, MessageView, QuarantineView } from '../../../src/domain/views.ts'
import { said } from '../../harness/scripted-channel.ts'
import type { Agent } from '../http/test-server.ts'
import { assign, at, type InboxServer, startInboxServer } from './inbox-server.ts'

let inbox: InboxServer

beforeAll(async () => {
  inbox = await startInboxServer()
})
afterAll(() => inbox.close())

const UNKNOWN = 'f'.repeat(24)
const write = (clientMessageId: string, text = clientMessageId) => ({
  clientMessageId,
  text,
  attachmentIds: [],
})
const send = (conversation: { readonly id: string }, body: object, agent: Agent = inbox.anna.agent) =>
  agent.post(at(conversation, '/messages')).send(body)
const thread = async (conversation: { readonly id: string }): Promise<MessageView[]> =>
  (await inbox.anna.agent.get(at(conversation, '/messages')).query({ limit: 200 }).expect(200)).body.items
const outbound = async (conversation: { readonly id: string }): Promise<MessageView[]> =>
  (await thread(conversation))
    .filter(({ direction, kind }) => direction === 'outbound' && kind === 'message')
    .reverse()
const settled = (conversation: { readonly id: string }, count = 1) =>
  inbox.until(
    () => outbound(conversation),
    (messages) =>
      messages.length === count &&
      messages.every(({ status }) => status !== 'queued' && status !== 'sending'),
  )

describe('a reply', () => {
  it('is recorded, sent, and shown in the thread and the list', async () => {
    const seen = await inbox.customer('Where is it?')
    const { body } = await send(seen, write('a1', 'On its way')).expect(201)
    expect(body.items).toMatchObject([
      { text: 'On its way', status: 'queued', clientMessageId: 'a1', author: { kind: 'agent' } },
    ])
    expect(await settled(seen)).toMatchObject([{ status: 'sent', delivery: { state: 'done', attempts: 1 } }])
    const { body: now } = await inbox.anna.agent.get(at(seen)).expect(200)
    expect(now).toMatchObject({ lastMessage: { preview: 'On its way' }, assigneeId: inbox.anna.profile.id })
  })

  it('that is split keeps its parts in order by their places, also where the instants are the same', async () => {
    const seen = await inbox.customer()
    const text = Array.from({ length: 12 }, (_, index) => `sentence number ${index}`).join('. ')
    const { body } = await send(seen, write('split', text)).expect(201)
    expect(body.items.length).toBeGreaterThan(3)
    const lines = await thread(seen)
    const places = lines.map(({ order }) => order)
    expect(places).toEqual([...places].sort((one, other) => other - one))
    expect(new Set(places).size).toBe(places.length)
    const parts = (await outbound(seen)).map((part) => part.text)
    expect(parts).toEqual((body.items as MessageView[]).map((part) => part.text))
  })

  it('needs no list of files', async () => {
    const seen = await inbox.customer()
    const { body } = await send(seen, { clientMessageId: 'plain', text: 'No files' }).expect(201)
    expect(body.items).toMatchObject([{ text: 'No files', attachments: [] }])
    const { body: api } = await inbox.nobody().get('/api/v1/openapi.json').expect(200)
    const { post } = api.paths[Object.keys(api.paths).find((path) => path.endsWith('/{id}/messages')) ?? '']
    const { schema } = post.requestBody.content['application/json']
    expect(schema.required).not.toContain('attachmentIds')
    expect(schema.properties.attachmentIds.default).toEqual([])
  })

  it('with an id seen before is answered with what was recorded, also at the same moment', async () => {
    const seen = await inbox.customer()
    const answers = await Promise.all(Array.from({ length: 8 }, () => send(seen, write('b1', 'Once'))))
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(7).fill(200), 201])
    expect(new Set(answers.map(({ body }) => body.items[0].id)).size).toBe(1)
    await settled(seen)
    expect((await send(seen, write('b1', 'Once')).expect(200)).body.items[0].status).toBe('sent')
    expect(inbox.sent.filter(({ text }) => text === 'Once')).toHaveLength(1)
  })

  it('with an Idempotency-Key is answered alike, and another body under the key is refused', async () => {
    const seen = await inbox.customer()
    const post = (body: object) => send(seen, body).set('Idempotency-Key', `key-${seen.id}`)
    const first = await post(write('c1')).expect(201)
    const again = await post(write('c1')).expect(201)
    expect(again.body).toEqual(first.body)
    expect(again.headers['idempotency-replayed']).toBe('true')
    expect((await post(write('c2')).expect(422)).body.code).toBe('idempotency-mismatch')
    expect(await outbound(seen)).toHaveLength(1)
  })

  it('over the limit goes in parts, and the same again is the same parts', async () => {
    const seen = await inbox.customer()
    const text = 'A sentence of seven words goes here. '.repeat(4).trim()
    const { body } = await send(seen, write('d1', text)).expect(201)
    expect(body.items.length).toBeGreaterThan(2)
    expect((await send(seen, write('d1', text)).expect(200)).body.items).toHaveLength(body.items.length)
    expect((await settled(seen, body.items.length)).map((part) => part.text).join(' ')).toBe(text)
  })

  it.each([
    ['nothing in it', { text: ' \n ' }, 422, 'message-refused', undefined],
    ['no text', { text: undefined }, 400, 'invalid-input', 'text'],
    ['an object as text', { text: { $ne: '' } }, 400, 'invalid-input', 'text'],
    ['a NUL', { text: 'a\u0000b' }, 400, 'invalid-input', 'text'],
    ['far too much text', { text: 'x'.repeat(100_001) }, 400, 'invalid-input', 'text'],
    ['no client id', { clientMessageId: undefined }, 400, 'invalid-input', 'clientMessageId'],
    ['a client id with a colon', { clientMessageId: 'a:b' }, 400, 'invalid-input', 'clientMessageId'],
    ['files of a wrong form', { attachmentIds: ['../etc/passwd'] }, 400, 'invalid-input', 'attachmentIds.0'],
    ['a file that is not there', { attachmentIds: ['0'.repeat(32)] }, 404, 'not-found', 'attachmentIds.0'],
    ['another author', { author: { kind: 'system' } }, 400, 'invalid-input', 'author'],
    ['a status', { status: 'read' }, 400, 'invalid-input', 'status'],
  ])('with %s is refused, and nothing is recorded', async (_, change, status, code, field) => {
    const seen = await inbox.customer()
    const { body } = await send(seen, { ...write('e1'), ...change }).expect(status)
    expect(body.code).toBe(code)
    if (field !== undefined) expect(body.field).toBe(field)
    expect(await outbound(seen)).toEqual([])
  })

  it('on a paused channel is refused with a reason', async () => {
    const seen = await inbox.customer()
    const address = `/api/v1/channels/${inbox.channelId}`
    const pause = async (paused: boolean): Promise<void> => {
      const { body } = await inbox.owner.agent.get(address).expect(200)
      await inbox.owner.agent.patch(address).send({ paused, version: body.version }).expect(200)
    }
    await pause(true)
    expect((await send(seen, write('f1')).expect(409)).body.code).toBe('channel-paused')
    await pause(false)
    await send(seen, write('f1')).expect(201)
  })

  it('that failed may be sent again by hand, and only then', async () => {
    const seen = await inbox.customer()
    inbox.answers.push(
      new ConnectorError({
        code: 'blocked',
        detail: 'They blocked us',
        retry: 'never',
        delivery: 'not-sent',
      }),
    )
    await send(seen, write('g1')).expect(201)
    const [failed] = await settled(seen)
    expect(failed).toMatchObject({
      status: 'failed',
      delivery: {
        state: 'dead',
        errorCode: 'blocked',
        errorDetail: 'They blocked us',
        certainty: 'not-sent',
      },
    })
    const retry = (id = failed?.id as string, conversation: { readonly id: string } = seen) =>
      inbox.anna.agent.post(at(conversation, `/messages/${id}/retry`))
    expect((await retry().expect(200)).body.delivery).not.toHaveProperty('errorCode')
    expect(await settled(seen)).toMatchObject([{ status: 'sent', delivery: { attempts: 2 } }])
    expect((await retry().expect(409)).body.code).toBe('not-retryable')
    expect((await retry(UNKNOWN).expect(404)).body.code).toBe('not-found')
    expect((await retry('x').expect(400)).body.code).toBe('invalid-id')
    expect((await retry(failed?.id, await inbox.customer()).expect(404)).body.code).toBe('not-found')
  })
})

describe('a note', () => {
  it('stays among agents, is recorded once, and does not count as an answer', async () => {
    const seen = await inbox.customer()
    const post = () =>
      inbox.anna.agent.post(at(seen, '/notes')).send({ clientMessageId: 'n1', text: 'Careful' })
    const { body } = await post().expect(201)
    expect(body).toMatchObject({ kind: 'note', text: 'Careful', author: { id: inbox.anna.profile.id } })
    expect(body).not.toHaveProperty('status')
    expect((await post().expect(200)).body).toEqual(body)
    const { body: now } = await inbox.anna.agent.get(at(seen)).expect(200)
    expect(now).toMatchObject({ unreadCount: 1, lastMessage: { kind: 'note' } })
    expect(now).not.toHaveProperty('assigneeId')
    expect(inbox.sent.map(({ text }) => text)).not.toContain('Careful')
  })

  it('and a reply may carry the same client id', async () => {
    const seen = await inbox.customer()
    await inbox.anna.agent
      .post(at(seen, '/notes'))
      .send({ clientMessageId: 'same', text: 'Note' })
      .expect(201)
    await send(seen, write('same', 'Reply')).expect(201)
  })

  it.each([
    ['without text', { clientMessageId: 'n2', text: '' }],
    ['with files', { clientMessageId: 'n2', text: 'x', attachmentIds: [] }],
    ['that is a list', []],
    ['that is null', null],
  ])('%s is refused', async (_, body) => {
    const seen = await inbox.customer()
    const answer = await inbox.anna.agent
      .post(at(seen, '/notes'))
      .set('Content-Type', 'application/json')
      .send(JSON.stringify(body))
    expect(answer.status).toBe(400)
    expect(answer.body.code).toBe('invalid-input')
  })
})

describe('a thread', () => {
  it('is read in pages without gap or double while it grows', async () => {
    const seen = await inbox.customer()
    for (let index = 0; index < 7; index += 1) await send(seen, write(`p${index}`)).expect(201)
    const whole = (await thread(seen)).map(({ id }) => id)
    const read: string[] = []
    let before: string | undefined
    do {
      const { body } = await inbox.anna.agent
        .get(at(seen, '/messages'))
        .query({ limit: 3, ...(before === undefined ? {} : { before }) })
        .expect(200)
      read.push(...body.items.map(({ id }: MessageView) => id))
      before = body.nextCursor
      await send(seen, write(`grow-${read.length}`)).expect(201)
    } while (before !== undefined)
    expect(read).toEqual(whole)
  })
})

describe('routing decisions', () => {
  it('explain who got a conversation and why others did not', async () => {
    const address = `/api/v1/channels/${inbox.closedChannelId}`
    const { body: channel } = await inbox.owner.agent.get(address).expect(200)
    const step = {
      target: { kind: 'agents-and-teams', agentIds: 'all', teamIds: [], primaryTeamOnly: false },
      strategy: 'round-robin',
      availableOnly: false,
    }
    await inbox.owner.agent
      .patch(address)
      .send({ policy: { steps: [step] }, version: channel.version })
      .expect(200)
    const routed = await inbox.customer('Route me', inbox.closedChannelId)
    expect(routed.assigneeId).toBeDefined()
    const { body } = await inbox.boris.agent.get(at(routed, '/routing-decisions')).expect(200)
    expect(body.items).toHaveLength(1)
    expect(body.items[0]).toMatchObject({
      id: routed.routing.decisionId,
      trigger: 'arrival',
      outcome: 'assigned',
      winner: routed.assigneeId,
      strategy: 'round-robin',
    })
    const anna = body.items[0].candidates.find(
      (one: { agentId: string }) => one.agentId === inbox.anna.profile.id,
    )
    expect(anna).toMatchObject({ excluded: 'no-channel-access' })
    await inbox.boris.agent.get(at(routed, '/routing-decisions?before=x')).expect(400)
    const { body: mine } = await assign(inbox.supervisor, routed, inbox.boris.profile.id)
    expect((mine as ConversationView).assigneeId).toBe(inbox.boris.profile.id)
  })
})

describe('quarantine', () => {
  const quarantine = async (agent: Agent = inbox.owner.agent): Promise<readonly QuarantineView[]> =>
    (await agent.get('/api/v1/quarantine').expect(200)).body.items

  it('keeps what cannot be read, with its raw source, and holds up nobody', async () => {
    await inbox.deliver('poison one')
    const fine = await inbox.customer('I am fine')
    expect(fine.lastMessage?.preview).toBe('I am fine')
    const [entry] = await inbox.until(
      () => quarantine(),
      ({ length }) => length === 1,
    )
    expect(entry).toMatchObject({ channelId: inbox.channelId, tries: 3, error: 'cannot be read' })
    expect(entry).not.toHaveProperty('rawBase64')
    const { body } = await inbox.owner.agent.get(`/api/v1/quarantine/${entry?.id}`).expect(200)
    expect(Buffer.from(body.rawBase64, 'base64').toString()).toBe('poison one')
    await inbox.owner.agent.delete(`/api/v1/quarantine/${entry?.id}`).expect(204)
    await inbox.owner.agent.delete(`/api/v1/quarantine/${entry?.id}`).expect(404)
    expect(await quarantine()).toEqual([])
  })

  it('projects an entry again when asked: into its place in the thread, counted and seen', async () => {
    const early = JSON.stringify([said('late', 'late-1', { text: 'poison' })])
    await inbox.deliver(early)
    await inbox.deliver([said('late', 'late-2', { text: 'second' })])
    const [entry] = await inbox.until(
      () => quarantine(),
      ({ length }) => length === 1,
    )
    const seen = await inbox.readOf('late')
    await inbox.anna.agent.post(at(seen, '/read')).expect(200)
    // What was wrong is mended meanwhile.
    await inbox.store.db
      .collection<{ _id: string }>('journal')
      .updateOne(
        { _id: String(entry?.id) },
        { $set: { body: Buffer.from(early.replace('poison', 'first')) } },
      )
    await inbox.owner.agent.post(`/api/v1/quarantine/${entry?.id}/replay`).expect(202)
    const now = await inbox.until(
      () => inbox.readOf('late'),
      ({ unreadCount }) => unreadCount === 1,
    )
    expect(now.lastMessage?.preview).toBe('second')
    expect((await thread(seen)).map(({ text }) => text)).toEqual(['second', 'first'])
    await inbox.owner.agent.post(`/api/v1/quarantine/${entry?.id}/replay`).expect(404)
  })

  it('is for administrators only, and refuses ids that are none', async () => {
    for (const { agent } of [inbox.anna, inbox.supervisor]) {
      expect((await agent.get('/api/v1/quarantine').expect(403)).body.code).toBe('permission-denied')
    }
    const { agent } = inbox.owner
    expect((await agent.get('/api/v1/quarantine/x').expect(400)).body.code).toBe('invalid-id')
    expect((await agent.get(`/api/v1/quarantine/${'A'.repeat(43)}`).expect(404)).body.code).toBe('not-found')
    await agent.get('/api/v1/quarantine?cursor=x').expect(400)
  })
})
