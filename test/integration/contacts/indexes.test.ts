/** Suggestions and timelines are served by their indexes, in filter and order, at a real size. */
import { mongo } from 'mongoose'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { ContactId, ContactIdentityId } from '../../../src/domain/ids.ts'
import { createAddressIndex } from '../../../src/store/contact-addresses.ts'
import { newObjectId, toObjectId } from '../../../src/store/object-id.ts'
import { sharedDatabase } from '../../harness/database.ts'

const COUNT = 20_000
const database = sharedDatabase()
const conversationIds = Array.from({ length: 100 }, () => newObjectId())
const contactId = newObjectId().toHexString() as ContactId
const identityId = newObjectId().toHexString() as ContactIdentityId

beforeAll(async () => {
  const { db } = database.store
  await db.collection('contacts').insertMany(
    Array.from({ length: COUNT }, (_, index) => ({
      name: `Person ${index}`,
      terms: [`person ${index}`],
      emails: index % 3 === 0 ? [`p${index}@example.com`] : [],
      phones: index % 5 === 0 ? [`+4930${index}`] : [],
      ...(index % 3 === 0 || index % 5 === 0
        ? {
            addresses: [
              ...(index % 3 === 0 ? [`p${index}@example.com`] : []),
              ...(index % 5 === 0 ? [`+4930${index}`] : []),
            ],
          }
        : {}),
      attributes: {},
      tags: [],
      createdAt: new Date(),
      version: 1,
    })),
  )
  await db.collection('messages').insertMany(
    Array.from({ length: COUNT }, (_, index) => ({
      conversationId: conversationIds[index % 200] ?? newObjectId(),
      channelId: newObjectId(),
      kind: index % 10 === 0 ? 'event' : 'message',
      direction: 'inbound',
      text: 'x',
      order: index + 1,
      createdAt: new Date(),
    })),
  )
  await db.collection('conversations').insertMany(
    Array.from({ length: COUNT }, (_, index) => ({
      _id: conversationIds[index] ?? newObjectId(),
      channelId: newObjectId(),
      contactId: index < conversationIds.length ? toObjectId(contactId) : newObjectId(),
      identityId: index % 2 === 0 ? toObjectId(identityId) : newObjectId(),
      status: 'open',
      lastActivityAt: new Date(index),
    })),
  )
  await db.collection('contact_merges').insertMany(
    Array.from({ length: COUNT }, (_, index) => ({
      absorbedId: newObjectId(),
      identityIds: index % 1_000 === 0 ? [toObjectId(identityId), newObjectId()] : [newObjectId()],
      at: new Date(),
      survivorId: index % 50 === 0 ? toObjectId(contactId) : newObjectId(),
      state: 'done',
      ...(index % 100 === 0 ? { open: true, leaseUntil: new Date(index) } : {}),
    })),
  )
})

interface Plan {
  readonly stages: ReadonlySet<string>
  readonly indexes: ReadonlySet<string>
  readonly keys: number
  readonly documents: number
}

interface Explained {
  readonly queryPlanner: { readonly winningPlan: unknown }
  readonly executionStats: { readonly totalKeysExamined: number; readonly totalDocsExamined: number }
}

/** How the queries would run and how much they looked at, in the order in which they were asked. */
async function explained(query: () => Promise<unknown>): Promise<readonly Plan[]> {
  const cursors: (mongo.FindCursor | mongo.AggregationCursor)[] = []
  const spies = (['find', 'aggregate'] as const).map((name) => {
    const original = mongo.Collection.prototype[name] as (...args: unknown[]) => (typeof cursors)[number]
    return vi.spyOn(mongo.Collection.prototype, name).mockImplementation(function (
      this: mongo.Collection,
      ...args: unknown[]
    ) {
      const cursor = original.apply(this, args)
      cursors.push(cursor)
      return cursor
    } as never)
  })
  await query()
  for (const spy of spies) spy.mockRestore()
  const plans: Plan[] = []
  for (const cursor of cursors) {
    const answer = (await cursor.clone().explain('executionStats')) as Explained & {
      readonly stages?: readonly { readonly $cursor?: Explained }[]
    }
    const { queryPlanner, executionStats } = answer.stages?.[0]?.$cursor ?? answer
    const text = JSON.stringify(queryPlanner.winningPlan)
    plans.push({
      stages: new Set([...text.matchAll(/"stage":"([A-Z_]+)"/g)].map(([, stage = '']) => stage)),
      indexes: new Set([...text.matchAll(/"indexName":"([^"]+)"/g)].map(([, name = '']) => name)),
      keys: executionStats.totalKeysExamined,
      documents: executionStats.totalDocsExamined,
    })
  }
  return plans
}

async function theOnly(query: () => Promise<unknown>): Promise<Plan> {
  const [plan, ...more] = await explained(query)
  expect(more).toEqual([])
  return plan as Plan
}

describe('with twenty thousand of each', () => {
  it('suggestions look at those who share an address, and at nobody else', async () => {
    const contact = { id: contactId, emails: ['p0@example.com', 'P3@example.com'], phones: ['+493015'] }
    const plan = await theOnly(() => database.stores.duplicates.alike(contact, 20))
    expect(plan.indexes).toEqual(new Set(['addresses']))
    expect(plan.stages).not.toContain('COLLSCAN')
    expect(plan.stages).not.toContain('SORT')
    expect(plan.documents).toBe(3)
    expect(plan.keys).toBeLessThan(10)
  })

  it('a page of the timeline of a hundred conversations reads about a page, and sorts nothing', async () => {
    for (const before of [undefined, { order: 10_000, id: 'f'.repeat(24) }]) {
      const [threads, page] = await explained(() =>
        database.stores.timelines.page(contactId, 'all', 51, before),
      )
      expect(threads?.indexes).toEqual(new Set(['of-contact']))
      expect(threads?.documents).toBe(conversationIds.length)
      expect(page?.indexes).toEqual(new Set(['thread']))
      expect(page?.stages).toContain('SORT_MERGE')
      expect(page?.stages).not.toContain('SORT')
      expect(page?.documents).toBeLessThan(150)
    }
  })

  it('what is known of the ids of a contact is read from his conversations', async () => {
    const plan = await theOnly(() => database.stores.timelines.dealingsOf(contactId, [identityId]))
    expect(plan.indexes).toEqual(new Set(['of-contact']))
    expect(plan.documents).toBe(conversationIds.length)
  })

  it('the merges that moved an id are found by it', async () => {
    const plan = (await database.store.db
      .collection('contact_merges')
      .find({ identityIds: toObjectId(identityId), state: { $ne: 'undone' } })
      .explain('executionStats')) as unknown as Explained
    expect(plan.executionStats.totalDocsExamined).toBe(COUNT / 1_000)
  })

  it('a contact’s merges are read in order', async () => {
    const plan = await theOnly(() => database.stores.merges.into(contactId, 50))
    expect(plan.indexes).toEqual(new Set(['of-contact']))
    expect(plan.stages).not.toContain('SORT')
  })

  it('merges left unfinished are found by themselves', async () => {
    const plan = (await database.store.db
      .collection('contact_merges')
      .find({ open: true, leaseUntil: { $lte: new Date() } })
      .sort({ leaseUntil: 1 })
      .limit(1)
      .explain('executionStats')) as { executionStats: { totalDocsExamined: number } }
    expect(plan.executionStats.totalDocsExamined).toBe(1)
  })
})

describe('contacts of a version without the index of addresses', () => {
  it('are found by what they had, once it is made', async () => {
    const { db, connection } = database.store
    const { insertedId } = await db.collection('contacts').insertOne({
      name: 'Old',
      terms: ['old'],
      emails: ['Old@Example.com'],
      phones: ['+493000000'],
      attributes: {},
      tags: [],
      createdAt: new Date(),
      version: 1,
    })
    await db.collection('contacts').dropIndex('addresses')
    await createAddressIndex(connection)
    for (const alike of [
      { emails: ['old@example.com'], phones: [] },
      { emails: [], phones: ['+493000000'] },
    ]) {
      const found = await database.stores.duplicates.alike({ id: contactId, ...alike }, 20)
      expect(found.map(({ id }) => id)).toContain(insertedId.toHexString())
    }
  })
})
