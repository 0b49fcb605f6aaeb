/** Suggestions and timelines are served by their indexes, in filter and order, at a real size. */
import { mongo } from 'mongoose'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { ContactId, ConversationId } from '../../../src/domain/ids.ts'
import { createAddressIndex } from '../../../src/store/contact-addresses.ts'
import { newObjectId, toObjectId } from '../../../src/store/object-id.ts'
import { sharedDatabase } from '../../harness/database.ts'

const COUNT = 20_000
const database = sharedDatabase()
const conversationIds = Array.from({ length: 100 }, () => newObjectId().toHexString() as ConversationId)
const contactId = newObjectId().toHexString() as ContactId

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
      conversationId: toObjectId(conversationIds[index % 200] ?? newObjectId().toHexString()),
      channelId: newObjectId(),
      kind: index % 10 === 0 ? 'event' : 'message',
      direction: 'inbound',
      text: 'x',
      order: index + 1,
      createdAt: new Date(),
    })),
  )
  await db.collection('contact_merges').insertMany(
    Array.from({ length: COUNT }, (_, index) => ({
      absorbedId: newObjectId(),
      identityIds: [],
      at: new Date(),
      survivorId: index % 50 === 0 ? toObjectId(contactId) : newObjectId(),
      state: 'done',
      ...(index % 100 === 0 ? { open: true, leaseUntil: new Date(index) } : {}),
    })),
  )
})

/** How the queries would run and how much they looked at. */
async function explained(query: () => Promise<unknown>) {
  const plans: { stages: Set<string>; indexes: Set<string>; keys: number; documents: number }[] = []
  const { find } = mongo.Collection.prototype
  const cursors: mongo.FindCursor[] = []
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
  for (const cursor of cursors) {
    const { queryPlanner, executionStats } = (await cursor.clone().explain('executionStats')) as {
      queryPlanner: { winningPlan: unknown }
      executionStats: { totalKeysExamined: number; totalDocsExamined: number }
    }
    const text = JSON.stringify(queryPlanner.winningPlan)
    plans.push({
      stages: new Set([...text.matchAll(/"stage":"([A-Z_]+)"/g)].map(([, stage = '']) => stage)),
      indexes: new Set([...text.matchAll(/"indexName":"([^"]+)"/g)].map(([, name = '']) => name)),
      keys: executionStats.totalKeysExamined,
      documents: executionStats.totalDocsExamined,
    })
  }
  expect(plans).toHaveLength(1)
  return plans[0] as (typeof plans)[number]
}

describe('with twenty thousand of each', () => {
  it('suggestions look at those who share an address, and at nobody else', async () => {
    const contact = { id: contactId, emails: ['p0@example.com', 'P3@example.com'], phones: ['+493015'] }
    const plan = await explained(() => database.stores.duplicates.alike(contact, 20))
    expect(plan.indexes).toEqual(new Set(['addresses']))
    expect(plan.stages).not.toContain('COLLSCAN')
    expect(plan.stages).not.toContain('SORT')
    expect(plan.documents).toBe(3)
    expect(plan.keys).toBeLessThan(10)
  })

  it('a page of the timeline of a hundred conversations reads about a page, and sorts nothing', async () => {
    for (const before of [undefined, { order: 10_000, id: 'f'.repeat(24) }]) {
      const plan = await explained(() => database.stores.timelines.page(conversationIds, 51, before))
      expect(plan.indexes).toEqual(new Set(['thread']))
      expect(plan.stages).toContain('SORT_MERGE')
      expect(plan.stages).not.toContain('SORT')
      expect(plan.documents).toBeLessThan(150)
    }
  })

  it('a contact’s merges are read in order', async () => {
    const plan = await explained(() => database.stores.merges.into(contactId, 50))
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
