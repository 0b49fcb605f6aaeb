/** Every query that runs again and again must be served by its index, in filter and order, at a real size. */
import { mongo } from 'mongoose'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type {
  AgentId,
  CategoryId,
  ChannelId,
  ContactIdentityId,
  ConversationId,
  JournalEntryId,
  TeamId,
} from '../../../src/domain/ids.ts'
import type { Stores } from '../../../src/runtime/open-stores.ts'
import {
  type ConversationDocument,
  toConversationDocument,
} from '../../../src/store/conversation-document.ts'
import { newObjectId, toObjectId } from '../../../src/store/object-id.ts'
import { sharedDatabase } from '../../harness/database.ts'
import { createPathRig, says } from '../../harness/path-rig.ts'

const COUNT = 20_000
const START = Date.UTC(2026, 10, 1)
const channels = Array.from({ length: 4 }, () => newObjectId().toHexString() as ChannelId)
const agents = Array.from({ length: 10 }, () => newObjectId().toHexString() as AgentId)
const teams = Array.from({ length: 5 }, () => newObjectId().toHexString() as TeamId)
const statuses = ['open', 'open', 'resolved', 'snoozed', 'pending'] as const

const database = sharedDatabase()
let busy: ConversationId
let identity: ContactIdentityId

beforeAll(async () => {
  const rig = createPathRig(database.stores)
  await rig.receive([rig.entry(says('Hello', 'm1'))])
  const model = await rig.conversation()
  busy = model.id
  identity = model.identityId
  await rig.reply(busy, 'Hi')
  const documents = Array.from({ length: COUNT }, (_, index): ConversationDocument => {
    const status = statuses[index % statuses.length] ?? 'open'
    const document = toConversationDocument({
      ...model,
      id: newObjectId().toHexString() as ConversationId,
      channelId: channels[index % channels.length] ?? model.channelId,
      threadKey: `thread-${index}`,
      status,
      ...(index % 3 === 0
        ? {}
        : { assigneeId: agents[index % agents.length] ?? (model.id as string as AgentId) }),
      ...(index % 4 === 0 ? { teamId: teams[index % teams.length] ?? (model.id as string as TeamId) } : {}),
      lastActivityAtMs: START + Math.floor(index / 3) * 1_000,
      ...(index % 7 === 0 ? { filed: index % 2 === 0 ? ('spam' as const) : ('automatic' as const) } : {}),
      ...(index % 2 === 0 ? { baseSubject: `subject ${index % 100}` } : {}),
      routing: { status: index % 50 === 0 ? 'waiting' : 'settled', sinceMs: START + index },
    })
    return status === 'snoozed' ? { ...document, snoozedUntil: new Date(START + index) } : document
  })
  await database.store.db
    .collection<ConversationDocument>('conversations')
    .insertMany(documents, { ordered: false })
  await database.store.db.collection('messages').insertMany(
    Array.from({ length: COUNT }, (_, index) => ({
      conversationId: index % 4 === 0 ? toObjectId(busy) : newObjectId(),
      channelId: toObjectId(channels[0] ?? ''),
      kind: 'message',
      direction: 'inbound',
      text: 'x',
      ...(index % 3 === 0
        ? { letterId: `letter-${index}`, letter: { from: { address: 'a@b.example' } } }
        : {}),
      order: index + 1,
      createdAt: new Date(START + index),
      ...(index % 50 === 0 ? { continueAt: new Date(START + index) } : {}),
      ...(index % 100 === 0
        ? {
            direction: 'outbound',
            delivery: { open: true, state: 'queued', attempts: 0, dueAt: new Date(START + index) },
          }
        : {}),
    })),
  )
  await database.store.db.collection<{ _id: string }>('journal').insertMany(
    Array.from({ length: COUNT }, (_, index) => ({
      _id: `entry-${index}`,
      channelId: toObjectId(channels[0] ?? ''),
      order: index + 1,
      partition: index % 16,
      body: new mongo.Binary(Buffer.from('{}')),
      contentType: 'application/json',
      facts: {},
      receivedAt: new Date(START + index),
      tries: 0,
      state: index % 5 === 0 ? 'pending' : index % 5 === 1 ? 'quarantined' : 'kept',
    })),
  )
})

/** The stages and indexes of the plan that the query would run by. */
async function planOf(query: () => Promise<unknown>): Promise<{ stages: Set<string>; indexes: Set<string> }> {
  const cursors: mongo.FindCursor[] = []
  const find = mongo.Collection.prototype.find
  const spy = vi.spyOn(mongo.Collection.prototype, 'find').mockImplementation(function (
    this: mongo.Collection,
    ...args: Parameters<typeof find>
  ) {
    const cursor = find.apply(this, args)
    cursors.push(cursor)
    return cursor
  } as typeof find)
  await query()
  spy.mockRestore()
  const stages = new Set<string>()
  const indexes = new Set<string>()
  for (const cursor of cursors) {
    const explained = (await cursor.clone().explain('queryPlanner')) as {
      queryPlanner: { winningPlan: unknown }
    }
    const text = JSON.stringify(explained.queryPlanner.winningPlan)
    for (const [, stage = ''] of text.matchAll(/"stage":"([A-Z_]+)"/g)) stages.add(stage)
    for (const [, name = ''] of text.matchAll(/"indexName":"([^"]+)"/g)) indexes.add(name)
  }
  return { stages, indexes }
}

const all = 'all' as const
const place = { atMs: START + 3_000_000, id: 'f'.repeat(24) }
const some = new Set(channels.slice(0, 2))
const queries: readonly (readonly [string, string, (stores: Stores) => Promise<unknown>])[] = [
  [
    'mine',
    'by-assignee',
    ({ lists }) => lists.page({ status: 'open', assigneeId: agents[1] as AgentId, channels: all }, 26),
  ],
  [
    'mine, further down',
    'by-assignee',
    ({ lists }) => lists.page({ status: 'open', assigneeId: agents[1] as AgentId, channels: all }, 26, place),
  ],
  [
    'unassigned',
    'by-assignee',
    ({ lists }) => lists.page({ status: 'open', assigneeId: null, channels: all }, 26),
  ],
  [
    'unassigned, further down',
    'by-assignee',
    ({ lists }) => lists.page({ status: 'open', assigneeId: null, channels: all }, 26, place),
  ],
  ['all', 'all', ({ lists }) => lists.page({ status: 'open', channels: all }, 26)],
  ['all, further down', 'all', ({ lists }) => lists.page({ status: 'open', channels: all }, 26, place)],
  [
    'one channel',
    'by-channel',
    ({ lists }) => lists.page({ status: 'open', channels: new Set(channels.slice(0, 1)) }, 26),
  ],
  [
    'one team, unassigned',
    'by-team',
    ({ lists }) =>
      lists.page({ status: 'open', assigneeId: null, teamId: teams[1] as TeamId, channels: all }, 26),
  ],
  [
    'one team, further down',
    'by-team',
    ({ lists }) => lists.page({ status: 'open', teamId: teams[1] as TeamId, channels: all }, 26, place),
  ],
  ['some channels', 'by-channel', ({ lists }) => lists.page({ status: 'open', channels: some }, 26)],
  [
    'the work of a team',
    'by-team',
    ({ conversationLoads }) => conversationLoads.teamHasWork(teams[1] as TeamId),
  ],
  ['a thread', 'thread', ({ messages }) => messages.page(busy, 51)],
  [
    'a thread, further up',
    'thread',
    ({ messages }) => messages.page(busy, 51, { order: 5_000, id: 'f'.repeat(24) }),
  ],
  ['the outbox', 'outbox-due', ({ outbox }) => outbox.dueConversations(START + COUNT, 64)],
  [
    'the outbox of some channels',
    'outbox-channel',
    ({ outbox }) => outbox.dueConversations(START + COUNT, 64, { of: channels.slice(0, 2) }, [busy]),
  ],
  ['the head of an outbox', 'outbox-lane', ({ outbox }) => outbox.head(busy)],
  ['the journal', 'work', ({ journal }) => journal.pending([...Array(16).keys()], 1_000, 1_000_000)],
  [
    'the journal beside what is in hand',
    'work',
    ({ journal }) => journal.pending([3], 1_000, 1_000_000, ['entry-3', 'entry-19'] as JournalEntryId[]),
  ],
  ['the journal of one partition', 'work', ({ journal }) => journal.pending([3], 1_000, 1_000_000)],
  ['the quarantine', 'quarantine', ({ journal }) => journal.listQuarantined(51)],
  ['the quarantine, further down', 'quarantine', ({ journal }) => journal.listQuarantined(51, 15_000)],
  ['what is snoozed', 'snoozed', ({ conversations }) => conversations.dueSnoozed(START + COUNT, 100)],
  ['what waits for the router', 'routing-order', ({ routingQueue }) => routingQueue.waiting(undefined, 200)],
  [
    'what is behind in that order',
    'routing-order',
    ({ routingQueue }) =>
      routingQueue.waiting(undefined, 200, {
        rank: 2,
        sinceMs: START + 500,
        id: 'f'.repeat(24) as ConversationId,
      }),
  ],
  [
    'what the router owes a run',
    'routing-order',
    ({ routingQueue }) => routingQueue.owed(200, START + COUNT),
  ],
  [
    'what the router owes a run, further down',
    'routing-order',
    ({ routingQueue }) =>
      routingQueue.owed(200, START + COUNT, {
        rank: 2,
        sinceMs: START + 500,
        id: 'f'.repeat(24) as ConversationId,
      }),
  ],
  ['the queue as people see it', 'queue-order', ({ queueViews }) => queueViews.waiting(all, 500)],
  ['the queue of some channels', 'queue-order', ({ queueViews }) => queueViews.waiting(some, 500)],
  [
    'what is left to teams',
    'left-to-team',
    ({ queueViews }) => queueViews.leftToTeams(teams.slice(0, 2) as TeamId[], all, 500),
  ],
  ['the line of customers', 'queue-order', ({ queueViews }) => queueViews.line(5_000)],
  [
    'what came in last on a channel',
    'by-channel-arrival',
    ({ routingHistory }) =>
      routingHistory.lastArrivals(
        { kind: 'channel', channelId: channels[0] as ChannelId, otherCategoryIds: [] },
        100,
      ),
  ],
  [
    'what came in last of a category',
    'by-category',
    ({ routingHistory }) =>
      routingHistory.lastArrivals(
        { kind: 'category', categoryId: teams[0] as string as CategoryId, channels: all },
        100,
      ),
  ],
  [
    'how long conversations took',
    'by-channel',
    ({ routingHistory }) => routingHistory.handlingTimes(channels[0] as ChannelId, 50),
  ],
  [
    'who was available when',
    'by-time',
    ({ availabilityLog }) => availabilityLog.between(START, START + COUNT, agents as AgentId[], 100),
  ],
  [
    'how agents stood',
    'of-agent',
    ({ availabilityLog }) => availabilityLog.standingAt(START, [agents[0] as AgentId]),
  ],
  ['what the clock moves on', 'routing-due', ({ routingQueue }) => routingQueue.due(START + COUNT, 200)],
  [
    'what the clock moves on, further down',
    'routing-due',
    ({ routingQueue }) =>
      routingQueue.due(START + COUNT, 200, {
        wakeAtMs: START + 500,
        id: 'f'.repeat(24) as ConversationId,
      }),
  ],
  [
    'what agents who left have',
    'by-assignee',
    ({ routingQueue }) =>
      routingQueue.ownedBy(
        agents.slice(0, 3) as AgentId[],
        { channelIds: channels.slice(0, 2) as ChannelId[], categoryIds: [], otherCategoryIds: [] },
        100,
      ),
  ],
  [
    'what still waits of a run',
    '_id_',
    ({ routingQueue }) => routingQueue.stillWaiting(['f'.repeat(24), 'e'.repeat(24)] as ConversationId[]),
  ],
  ['what is filed as spam', 'all', ({ lists }) => lists.page({ status: 'spam', channels: all }, 26)],
  [
    'what is filed, further down',
    'all',
    ({ lists }) => lists.page({ status: 'automatic', channels: all }, 26, place),
  ],
  [
    'what is filed of one channel that has none',
    'by-channel',
    ({ lists }) => lists.page({ status: 'spam', channels: new Set(channels.slice(1, 2)) }, 26),
  ],
  [
    'what one person wrote under a subject',
    'same-subject',
    ({ conversations }) => conversations.ofSubject(identity, 'subject 3', 20),
  ],
  ['whom a conversation is with', 'thread', ({ letterThreads }) => letterThreads.participants(busy)],
  ['the letter that is answered', 'thread', ({ messages }) => messages.latestLetter(busy)],
  ['what the customer said last', 'thread', ({ messages }) => messages.lastInbound(busy)],
  ['whose assignee is silent', 'silent', ({ routingQueue }) => routingQueue.silent(START + COUNT, 100)],
  [
    'answers that may go on by letter',
    'continue-due',
    ({ continuations }) => continuations.due(START + 10_000_000),
  ],
  ['the answers of one conversation', 'continue-of', ({ continuations }) => continuations.answersOf(busy)],
]

describe(`among ${COUNT} conversations`, () => {
  it.each(queries)('%s is read by the index "%s", without sorting', async (_, index, query) => {
    const { stages, indexes } = await planOf(() => query(database.stores))
    expect([...indexes]).toEqual([index])
    expect(stages).not.toContain('SORT')
    expect(stages).not.toContain('COLLSCAN')
  })
})

it('letters that are named are found by their own index and that of duplicates', async () => {
  const named = Array.from({ length: 100 }, (_, index) => `letter-${index * 3}`)
  const { stages, indexes } = await planOf(() =>
    database.stores.letterThreads.find(channels[0] as ChannelId, named),
  )
  expect(indexes).toEqual(new Set(['letters', 'dedupe']))
  expect(stages).not.toContain('COLLSCAN')
})

describe('pages by cursor', () => {
  it('show everything that stays where it is exactly once, while other conversations move', async () => {
    const { lists, conversations } = database.stores
    const filter = { status: 'open' as const, channels: new Set(channels.slice(1, 2)) }
    const expected = await lists.page(filter, COUNT)
    const moved = new Set<string>()
    const shown: string[] = []
    let before: { atMs: number; id: string } | undefined
    let now = START + 10 * COUNT * 1_000
    for (;;) {
      const page = await lists.page(filter, 100, before)
      const last = page.at(-1)
      if (!last) break
      shown.push(...page.map(({ id }) => id))
      before = { atMs: last.lastActivityAtMs, id: last.id }
      for (const index of [Math.floor(shown.length / 2), shown.length + 50]) {
        const mover = expected[index]
        if (!mover || moved.has(mover.id)) continue
        moved.add(mover.id)
        now += 1_000
        await conversations.change(mover.id, mover.version, { lastActivityAtMs: now })
      }
    }
    expect(moved.size).toBeGreaterThan(10)
    expect(new Set(shown).size).toBe(shown.length)
    const still = expected.map(({ id }) => id).filter((id) => !moved.has(id))
    expect(shown.filter((id) => !moved.has(id as ConversationId))).toEqual(still)
  })
})

it('threads that have or had a conversation are found by what tells the two apart', async () => {
  const threads = Array.from({ length: 100 }, (_, index) => `thread-${index * 4}`)
  const { stages, indexes } = await planOf(() =>
    database.stores.conversations.knownThreads(channels[0] as ChannelId, [...threads, 'of nobody']),
  )
  expect([...indexes].sort()).toEqual(['ended-in-thread', 'one-current-per-thread'])
  expect(stages).not.toContain('COLLSCAN')
})
