/** Letters of machines and unwanted ones: recorded, and nothing more comes of them. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { InboundEvent } from '../../../src/contract/inbound-event.ts'
import type { UpdateConversationCommand } from '../../../src/domain/commands.ts'
import { AppError } from '../../../src/domain/errors.ts'
import { changeConversation } from '../../../src/services/change-conversation.ts'
import {
  countConversations,
  listConversations,
  listConversationsOfContact,
} from '../../../src/services/list-conversations.ts'
import type { StoredConversation } from '../../../src/store/stored-conversation.ts'
import { sharedDatabase } from '../../harness/database.ts'
import { createLetterRig, type LetterRig, letter, SUPPORT } from '../../harness/inbound-letters.ts'
import { routingAgent } from '../../harness/path-rig.ts'
import { everybody } from '../../harness/routing-desk.ts'

const database = sharedDatabase()
const open = (options = {}) => createLetterRig(database.stores, options)
const AWAY = { automatic: 'out-of-office' } as const
const SPAM = { spam: true } as const

const linesOf = async (rig: LetterRig, conversation: StoredConversation) =>
  (await rig.thread(conversation.id)).flatMap(({ event }) => (event ? [event.name] : []))

const depsOf = (rig: LetterRig) => ({
  ...database.stores,
  ...rig.receiveDeps,
  orderClock: rig.routeDeps.orderClock,
  policyOf: async () => undefined,
  assignable: async () => ({ name: 'Ana' }),
})
const change = (
  rig: LetterRig,
  { id, version }: StoredConversation,
  what: Partial<UpdateConversationCommand>,
) => changeConversation(id, { version, ...what }, rig.agent, depsOf(rig))
const listed = async (
  rig: LetterRig,
  view: 'all' | 'spam' | 'automatic',
  status: 'open' | 'resolved' = 'open',
) => {
  const { items } = await listConversations(
    { view, status, channelId: rig.channelId, limit: 50 },
    rig.agent,
    database.stores,
  )
  return items.map(({ id }) => id)
}

/** What a quiet letter must leave alone. */
const restOf = ({ version, lastMessage, lastInboundOrder, ...rest }: StoredConversation) => rest

describe('a quiet letter in a conversation', () => {
  it.each([
    ['open and waiting', async () => undefined],
    [
      'resolved',
      async (rig: LetterRig) => change(rig, await rig.conversationOf('a'), { status: 'resolved' }),
    ],
    [
      'snoozed',
      async (rig: LetterRig) =>
        change(rig, await rig.conversationOf('a'), {
          status: 'snoozed',
          snoozedUntil: new Date(rig.state.nowMs + 3_600_000).toISOString(),
        }),
    ],
    ['pending', async (rig: LetterRig) => change(rig, await rig.conversationOf('a'), { status: 'pending' })],
  ])('that is %s changes nothing but what lists show last', async (_, prepare) => {
    const rig = open()
    await rig.receiveEach(letter({ id: 'a' }))
    await prepare(rig)
    const before = await rig.conversationOf('a')
    rig.events.length = 0
    const entry = rig.entry(letter({ id: 'b', references: ['a'], ...AWAY }))
    rig.state.nowMs += 60_000
    await rig.receive([entry])
    await rig.receiveEach(letter({ id: 'c', references: ['a'], ...SPAM }))
    const after = await rig.conversationOf('c')
    expect(restOf(after)).toEqual(restOf(before))
    expect(after.lastMessage?.preview).toBe('This is c')
    expect(await rig.message('b')).toMatchObject({ quiet: true, letter: AWAY })
    expect(await linesOf(rig, after)).toEqual(await linesOf(rig, before))
    expect(rig.events.map(({ type }) => type)).toEqual(['message.created', 'message.created'])
    // A replay finds it done.
    await rig.receive([entry])
    expect(restOf(await rig.conversationOf('a'))).toEqual(restOf(before))
  })

  it('is not counted where letters are counted anew', async () => {
    const rig = open()
    await rig.receiveEach(letter({ id: 'a' }), letter({ id: 'q', references: ['a'], ...AWAY }))
    const { id } = await rig.conversationOf('a')
    expect(await database.stores.messages.countInboundAfter(id, 0)).toBe(1)
    const late = rig.entry(letter({ id: 'late', references: ['a'] }))
    await rig.receiveEach(letter({ id: 'b', references: ['a'] }))
    // An older one that comes after a newer had its effect makes the count be taken anew.
    await rig.receive([late])
    expect((await rig.conversationOf('a')).unreadCount).toBe(3)
  })
})

describe('a quiet letter by itself', () => {
  it.each([
    ['spam', SPAM],
    ['automatic', AWAY],
  ] as const)(
    'opens a conversation filed as %s: nobody’s work, in no list but its own',
    async (view, mark) => {
      const rig = open({ agents: [routingAgent('Ana')], policy: everybody('least-open') })
      await rig.receiveEach(letter({ id: 'a', ...mark }))
      const filed = await rig.conversationOf('a')
      expect(filed).toMatchObject({
        status: 'resolved',
        filed: view,
        unreadCount: 0,
        routing: { status: 'settled' },
      })
      expect(filed).not.toHaveProperty('assigneeId')
      expect(filed).not.toHaveProperty('lastInboundAtMs')
      expect(rig.events.map(({ type }) => type)).toEqual(['conversation.created', 'message.created'])
      expect(rig.events[0]).toMatchObject({ conversation: { filed: view, status: 'resolved' } })
      expect(await listed(rig, view)).toEqual([filed.id])
      expect(await listed(rig, view === 'spam' ? 'automatic' : 'spam')).toEqual([])
      expect(await listed(rig, 'all')).toEqual([])
      expect(await listed(rig, 'all', 'resolved')).toEqual([])
      expect(await database.stores.routing.decisionsOf(filed.id, 10)).toEqual([])
    },
  )

  it('a letter of a person takes out and gives to the router as new', async () => {
    const rig = open({ agents: [routingAgent('Ana')], policy: everybody('least-open') })
    await rig.receiveEach(letter({ id: 'a', ...AWAY }))
    rig.events.length = 0
    await rig.receiveEach(letter({ id: 'b', references: ['a'] }))
    const now = await rig.conversationOf('b')
    expect(now).toMatchObject({ status: 'open', unreadCount: 1, routing: { status: 'settled' } })
    expect(now).not.toHaveProperty('filed')
    expect(now.assigneeId).toBeDefined()
    expect((await rig.message('a')).conversationId).toBe(now.id)
    expect(await linesOf(rig, now)).toEqual(['unfiled', 'assigned'])
    expect(rig.events.map(({ type }) => type)).not.toContain('conversation.reopened')
    expect(await listed(rig, 'all')).toEqual([now.id])
    expect(await listed(rig, 'automatic')).toEqual([])
  })
})

it('quiet and other letters of one thread come to the same in whatever batches they come', async () => {
  const kinds = fc.array(fc.constantFrom<object>({}, AWAY, SPAM), { minLength: 1, maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(kinds, fc.nat(31), async (marks, cuts) => {
      const rig = open()
      const events = marks.map(
        (mark, index): InboundEvent =>
          letter({ id: `${index}`, references: index === 0 ? [] : ['0'], ...mark }),
      )
      let batch = []
      for (const [index, event] of events.entries()) {
        rig.state.nowMs += 1_000
        batch.push(rig.entry(event))
        if (((cuts >> index) & 1) === 0 && index < events.length - 1) continue
        await rig.receive(batch)
        // As after a crash that came before the journal was cleared.
        await rig.receive(batch)
        batch = []
      }
      const heard = marks.filter((mark) => Object.keys(mark).length === 0).length
      const now = await rig.conversationOf('0')
      expect(now.unreadCount).toBe(heard)
      expect(now.status).toBe(heard > 0 ? 'open' : 'resolved')
      expect(now.filed !== undefined).toBe(heard === 0)
      const runs = await database.stores.routing.decisionsOf(now.id, 10)
      expect(runs.length > 0).toBe(heard > 0)
      expect(now.lastMessage?.preview).toBe(`This is ${marks.length - 1}`)
      const messages = (await rig.thread(now.id)).filter(({ kind }) => kind === 'message')
      expect(messages.map(({ quiet }) => quiet === true)).toEqual(
        marks.map((mark) => Object.keys(mark).length > 0),
      )
    }),
    { numRuns: process.env['FAULTS'] === 'long' ? 200 : 20 },
  )
})

describe('what is told to customers by itself', () => {
  const policy = everybody('least-open', { customerMessage: '{{agent}} is here.' })
  const greetings = async (rig: LetterRig, id: string) =>
    (await rig.thread((await rig.conversationOf(id)).id)).filter(({ automatic }) => automatic)

  it('answers a person, and no machine that wrote last', async () => {
    const ana = routingAgent('Ana')
    const rig = open({ agents: [ana], policy })
    await rig.receiveEach(letter({ id: 'a' }), letter({ id: 'q', ...AWAY }))
    expect(await greetings(rig, 'a')).toHaveLength(1)
    expect(await greetings(rig, 'q')).toHaveLength(0)
    const together = open({ agents: [ana], policy })
    await together.receive([
      together.entry(letter({ id: 'b' })),
      together.entry(letter({ id: 'c', references: ['b'], ...AWAY })),
    ])
    expect((await together.conversationOf('b')).assigneeId).toBe(ana.id)
    expect(await greetings(together, 'b')).toHaveLength(0)
  })
})

describe('filing by hand', () => {
  it('takes a conversation from its owner and out of every list but that of spam, and back', async () => {
    const rig = open({ agents: [routingAgent('Ana')], policy: everybody('least-open') })
    await rig.receiveEach(letter({ id: 'a' }))
    const before = await rig.conversationOf('a')
    expect(before.assigneeId).toBeDefined()
    const filed = await change(rig, before, { filed: 'spam' })
    expect(filed).toMatchObject({ status: 'resolved', filed: 'spam', routing: { status: 'settled' } })
    expect(filed).not.toHaveProperty('assigneeId')
    expect(await listed(rig, 'spam')).toEqual([filed.id])
    expect(await listed(rig, 'all', 'resolved')).toEqual([])
    expect(await change(rig, filed, { filed: 'spam' })).toEqual(filed)
    const out = await change(rig, filed, { filed: null })
    expect(out).toMatchObject({ status: 'open', routing: { status: 'pending' } })
    expect(out).not.toHaveProperty('filed')
    expect(await change(rig, out, { filed: null })).toEqual(out)
    expect(await linesOf(rig, out)).toEqual(['assigned', 'filed-spam', 'unassigned', 'unfiled'])
    expect(await listed(rig, 'all')).toEqual([out.id])
  })

  it('ends with whatever else is done about its status, and not with the rest', async () => {
    const rig = open()
    await rig.receiveEach(letter({ id: 'a' }))
    const filed = await change(rig, await rig.conversationOf('a'), { filed: 'spam' })
    const tagged = await change(rig, filed, { tags: ['x'], status: 'resolved' })
    expect(tagged).toMatchObject({ filed: 'spam', tags: ['x'] })
    const reopened = await change(rig, tagged, { status: 'open' })
    expect(reopened).toMatchObject({ status: 'open', routing: { status: 'pending' } })
    expect(reopened).not.toHaveProperty('filed')
    await expect(change(rig, reopened, { filed: 'spam', status: 'open' })).rejects.toThrow(AppError)
  })

  it('is not undone by the same sender, but by whoever else writes, or by a person', async () => {
    const rig = open({ agents: [routingAgent('Ana')], policy: everybody('least-open') })
    await rig.receiveEach(letter({ id: 'a', cc: ['bob@example.com'] }))
    const filed = await change(rig, await rig.conversationOf('a'), { filed: 'spam' })
    rig.events.length = 0
    await rig.receiveEach(letter({ id: 'b', references: ['a'] }))
    const still = await rig.conversationOf('b')
    expect(still).toMatchObject({ id: filed.id, filed: 'spam', filedByHand: true, status: 'resolved' })
    expect(still.unreadCount).toBe(filed.unreadCount)
    expect(still).not.toHaveProperty('assigneeId')
    expect(rig.events.map(({ type }) => type)).toEqual(['message.created'])
    const out = await change(rig, still, { filed: null })
    expect(out).not.toHaveProperty('filedByHand')
    await rig.receiveEach(letter({ id: 'c', references: ['a'] }))
    expect(await rig.conversationOf('c')).toMatchObject({ id: filed.id, status: 'open' })
    await change(rig, await rig.conversationOf('c'), { filed: 'spam' })
    await rig.receiveEach(letter({ id: 'd', references: ['a'], from: 'bob@example.com' }))
    const now = await rig.conversationOf('d')
    expect(now).toMatchObject({ id: filed.id, status: 'open' })
    expect(now).not.toHaveProperty('filed')
    expect(now).not.toHaveProperty('filedByHand')
  })

  it.each([
    ['spam', SPAM],
    ['automatic', AWAY],
  ] as const)('of %s ends when somebody answers, whose it then is', async (_, mark) => {
    const rig = open({ agents: [routingAgent('Ana')], policy: everybody('least-open') })
    await rig.receiveEach(letter({ id: 'a', ...mark }))
    const { id } = await rig.conversationOf('a')
    rig.events.length = 0
    await rig.reply(id, 'Are you there?')
    const now = await rig.conversationOf('a')
    expect(now).toMatchObject({
      status: 'open',
      assigneeId: rig.agent.agentId,
      routing: { status: 'settled' },
    })
    expect(now).not.toHaveProperty('filed')
    expect(await linesOf(rig, now)).toEqual(['unfiled'])
    expect(rig.events.map(({ type }) => type)).toEqual([
      'conversation.updated',
      'message.created',
      'message.created',
      'conversation.assigned',
    ])
    expect(await listed(rig, 'all')).toEqual([id])
  })

  it('leaves what is spam out of a contact’s list, and nothing else', async () => {
    const rig = open()
    await rig.receiveEach(letter({ id: 'a' }), letter({ id: 'b' }), letter({ id: 'q', ...AWAY }))
    const [a, b, q] = await Promise.all(['a', 'b', 'q'].map((id) => rig.conversationOf(id)))
    if (!a || !b || !q) throw new Error('three conversations')
    expect(new Set([a, b, q].map(({ contactId }) => contactId)).size).toBe(1)
    await change(rig, a, { filed: 'spam' })
    const { items } = await listConversationsOfContact(a.contactId, { limit: 10 }, rig.agent, database.stores)
    expect(items.map(({ id }) => id).sort()).toEqual([b.id, q.id].sort())
  })

  it('changes the counts as lists show them', async () => {
    const rig = open()
    const one = { ...rig.agent, channels: new Set([rig.channelId]) }
    const count = () => countConversations(one, database.stores)
    await rig.receiveEach(letter({ id: 'a' }), letter({ id: 'b' }), letter({ id: 'q', ...SPAM }))
    expect(await count()).toMatchObject({ all: 2 })
    await change(rig, await rig.conversationOf('a'), { filed: 'spam' })
    expect(await count()).toMatchObject({ all: 1 })
  })
})

describe('a letter of our own that comes back', () => {
  it('is not said twice; what only claims to be one is kept as what it is', async () => {
    const rig = open()
    await rig.receiveEach(letter({ id: 'a' }))
    const { id } = await rig.conversationOf('a')
    const { messages } = await rig.reply(id, 'Our answer')
    const token = rig.messageTokens.of(messages[0]?.id ?? ('' as never))
    const own = { from: SUPPORT, references: ['a'], automatic: 'own' } as const
    await rig.receiveEach(
      letter({ ...own, id: `${token}@shop.example` }),
      letter({ ...own, id: `${'a'.repeat(32)}@shop.example` }),
      letter({ ...own, id: 'b' }),
    )
    const said = (await rig.thread(id)).filter(
      ({ direction, kind }) => direction === 'inbound' && kind === 'message',
    )
    expect(said.map(({ letterId }) => letterId)).toEqual(['a', `${'a'.repeat(32)}@shop.example`, 'b'])
    expect(said.map(({ quiet }) => quiet === true)).toEqual([false, true, true])
  })
})
