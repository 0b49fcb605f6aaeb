/** Which channels reach a person now, and of the others why not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Connector } from '../../../src/contract/connector.ts'
import type { Capabilities } from '../../../src/domain/capabilities.ts'
import type { ChannelId, ChannelType } from '../../../src/domain/ids.ts'
import type { ReachView } from '../../../src/domain/views.ts'
import { newObjectId } from '../../../src/store/object-id.ts'
import { sayConsent } from '../../harness/path-rig.ts'
import { scriptedConnector } from '../../harness/scripted-channel.ts'
import { API, type PeopleServer, startPeopleServer } from './people-server.ts'

const kind = (type: string, capabilities: Partial<Capabilities>): Connector => ({
  ...scriptedConnector({ capabilities }),
  type: type as ChannelType,
})
const KINDS = [
  kind('numbers', { startConversation: 'native', addresses: 'phone' }),
  kind('windowed', {
    startConversation: 'native',
    addresses: 'phone',
    replyWindowHours: 24,
    templates: 'native',
  }),
  kind('windowed-only', { replyWindowHours: 24 }),
  kind('posts', { startConversation: 'native', addresses: 'email' }),
  kind('handles', { startConversation: 'native', addresses: 'id' }),
]

let server: PeopleServer
const channels: Record<string, ChannelId> = {}

beforeAll(async () => {
  server = await startPeopleServer(KINDS)
  for (const { type } of KINDS) {
    const { body } = await server.owner.agent
      .post(`${API}/channels`)
      .send({ type, name: type, config: {}, access: { kind: 'everyone' } })
      .expect(201)
    channels[type] = body.id
  }
})
afterAll(() => server.close())

let count = 0
const someone = async (emails: string[] = [], phones: string[] = []) => {
  count += 1
  const who = `who-${count}`
  const { id } = await server.person(who)
  await server.change(id, { emails, phones })
  return { id, who }
}
const reach = async (id: string, agent = server.owner.agent): Promise<readonly ReachView[]> =>
  (await server.get<{ items: ReachView[] }>(`/contacts/${id}/reach`, agent)).items
const by = async (id: string, type: string) =>
  (await reach(id)).filter(({ channelId }) => channelId === channels[type])

describe('the ways to a person', () => {
  it('are his ids on channels, and channels that take an address of his', async () => {
    const { id, who } = await someone(['ada@example.com'], ['+4930901820'])
    const ways = await reach(id)
    expect(ways.map(({ channelName, to, ok }) => [channelName, to, ok])).toEqual([
      ['Shop', who, true],
      ['numbers', '+4930901820', true],
      ['posts', 'ada@example.com', true],
      ['windowed', '+4930901820', false],
    ])
    expect(ways[0]).toMatchObject({
      conversationId: (await server.readOf(who)).id,
      lastInboundAt: expect.any(String),
      identityId: expect.any(String),
    })
    // Nobody has ever written there: only an approved message begins it.
    expect(ways[3]).toMatchObject({ reason: 'window-closed', templatesOnly: true })
    expect(ways[3]?.windowClosesAt).toBeUndefined()
  })

  it('close with the window of what he wrote last, and open with his next message', async () => {
    const identity = { externalId: '+4930901999', verified: true, phone: '+4930901999' }
    const { contact } = await server.writes('+4930901999', identity, channels['windowed'])
    const [open] = await by(contact.id, 'windowed')
    expect(open).toMatchObject({ ok: true })
    const closesAt = Date.parse(open?.windowClosesAt ?? '')
    expect(closesAt - Date.parse(open?.lastInboundAt ?? '')).toBe(24 * 3_600_000)
    // The number is one way on that channel, however it is known.
    expect(await by(contact.id, 'windowed')).toHaveLength(1)
    const only = (await server.writes('solo', {}, channels['windowed-only'])).contact.id
    server.passMs(25 * 3_600_000)
    expect((await by(contact.id, 'windowed'))[0]).toMatchObject({
      ok: false,
      reason: 'window-closed',
      templatesOnly: true,
    })
    const [closed] = await by(only, 'windowed-only')
    expect(closed).toMatchObject({ ok: false, reason: 'window-closed' })
    expect(closed?.templatesOnly).toBeUndefined()
    server.passMs(-25 * 3_600_000)
  })

  it('are shut when he wants no messages, when the channel is paused or failing, and to whoever may not send', async () => {
    const { id, who } = await someone()
    const first = async (agent = server.owner.agent) => (await reach(id, agent))[0]
    const { stores } = server.core
    await sayConsent(stores, server.channelId, who, { optedOut: true, atMs: Date.now() })
    expect(await first()).toMatchObject({ ok: false, reason: 'opted-out' })
    await sayConsent(stores, server.channelId, who, { optedOut: false, atMs: Date.now() })
    expect(await first()).toMatchObject({ ok: true })
    const pause = async (paused: boolean) => {
      const { body } = await server.owner.agent.get(`${API}/channels/${server.channelId}`).expect(200)
      await server.owner.agent
        .patch(`${API}/channels/${server.channelId}`)
        .send({ paused, version: body.version })
        .expect(200)
    }
    await pause(true)
    expect(await first()).toMatchObject({ ok: false, reason: 'paused' })
    await pause(false)
    expect(await first()).toMatchObject({ ok: true })
    const { body } = await server.owner.agent
      .post(`${API}/api-tokens`)
      .send({ name: 'reads', scopes: ['contact.read'] })
      .expect(201)
    const answer = await server
      .nobody()
      .get(`${API}/contacts/${id}/reach`)
      .set('Authorization', `Bearer ${body.secret}`)
      .expect(200)
    expect(answer.body.items[0]).toMatchObject({ ok: false, reason: 'no-access' })
  })

  it('say where nobody of us may begin, once there is no conversation to go on with', async () => {
    const { id, who } = await someone()
    const { id: conversation } = await server.readOf(who)
    await server.store.db.collection('conversations').deleteMany({ identityExternalId: who })
    expect((await reach(id))[0]).toMatchObject({ ok: false, reason: 'start-unsupported' })
    expect((await reach(id))[0]?.conversationId).not.toBe(conversation)
  })

  it('begin a conversation with him, and with nobody else, where he alone has the number', async () => {
    const { id } = await someone([], ['+4930902500'])
    const begin = async (to: string, clientMessageId: string) =>
      server.owner.agent
        .post(`${API}/conversations`)
        .send({ channelId: channels['numbers'], to, clientMessageId, text: 'Hello', attachmentIds: [] })
    const { body } = await begin('+49 (0)30 902500', 'first')
    expect(body.conversation.contact.id).toBe(id)
    expect(await by(id, 'numbers')).toMatchObject([
      { to: '+4930902500', conversationId: body.conversation.id, ok: true },
    ])
    // His answer is his, and brings nothing new.
    const answered = await server.writes('+4930902500', { phone: '+4930902500' }, channels['numbers'])
    expect(answered.contact.id).toBe(id)
    expect(answered.id).toBe(body.conversation.id)
    const [one, other] = [await someone([], ['+4930902600']), await someone([], ['+4930902600'])]
    const third = (await begin('+4930902600', 'second')).body.conversation.contact.id
    expect([one.id, other.id]).not.toContain(third)
    expect((await server.duplicates(third)).map(({ contact }) => contact.id)).toEqual([other.id, one.id])
    expect((await begin('030 902600', 'third')).body).toMatchObject({ field: 'to' })
  })

  it('go back with the number by which they were begun when a merge is undone', async () => {
    const [ada, number] = [await someone(['lovelace@example.com']), await someone([], ['+4930902700'])]
    const { merge } = await server.merge(ada.id, number.id)
    const { body } = await server.owner.agent
      .post(`${API}/conversations`)
      .send({
        channelId: channels['numbers'],
        to: '+4930902700',
        clientMessageId: 'to-a-merged-number',
        text: 'Hello',
        attachmentIds: [],
      })
      .expect(201)
    expect(body.conversation.contact.id).toBe(ada.id)
    await server.undo(merge.id)
    expect(await by(ada.id, 'numbers')).toEqual([])
    expect(await by(number.id, 'numbers')).toMatchObject([{ conversationId: body.conversation.id, ok: true }])
    const answered = await server.writes('+4930902700', { phone: '+4930902700' }, channels['numbers'])
    expect([answered.id, answered.contact.id]).toEqual([body.conversation.id, number.id])
    expect((await server.contact(ada.id)).phones).toEqual([])
  })

  it('are known however much was said elsewhere since', async () => {
    const { id, who } = await someone()
    const { id: conversationId } = await server.readOf(who)
    const { db } = server.store
    const one = await db.collection('conversations').findOne({ identityExternalId: who })
    const later = (index: number) => new Date(Date.now() + index)
    const { _id, ...rest } = one ?? {}
    await db.collection('conversations').insertMany(
      Array.from({ length: 700 }, (_, index) => ({
        ...rest,
        identityId: newObjectId(),
        threadKey: `elsewhere ${index}`,
        lastActivityAt: later(index),
      })),
    )
    const [way] = await reach(id)
    expect(way).toMatchObject({ to: who, conversationId, ok: true, lastInboundAt: expect.any(String) })
    // What he resolved stays the way on where there is none under way; spam is none.
    await db.collection('conversations').updateOne({ _id }, { $set: { status: 'resolved' } })
    expect((await reach(id))[0]).toMatchObject({ conversationId, ok: true })
    await db.collection('conversations').updateOne({ _id }, { $set: { status: 'spam' } })
    expect((await reach(id))[0]).toMatchObject({ ok: false, reason: 'start-unsupported' })
  })

  it('lead nowhere that the caller does not see', async () => {
    const { contact } = await server.writes('secret', {}, server.closedChannelId)
    const { id } = await someone()
    await server.merge(id, contact.id)
    expect((await reach(id)).map(({ to }) => to)).toContain('secret')
    expect((await reach(id, server.anna.agent)).map(({ to }) => to)).not.toContain('secret')
    await server.anna.agent.get(`${API}/contacts/${'0'.repeat(24)}/reach`).expect(404)
  })
})
