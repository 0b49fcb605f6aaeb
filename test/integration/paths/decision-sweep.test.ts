/** Decisions are kept for so long, and longer only where they still say why a conversation is where it is. */
import type { mongo } from 'mongoose'
import { expect, it } from 'vitest'
import type { ConversationId, RoutingDecisionId } from '../../../src/domain/ids.ts'
import { toObjectId } from '../../../src/store/object-id.ts'
import { openTestDatabase } from '../../harness/database.ts'
import { createPathRig, says } from '../../harness/path-rig.ts'

const DAY = 86_400_000
const NOW = Date.UTC(2026, 10, 23)
const OLD = NOW - 91 * DAY

it('removes old decisions but for the last one of what is not resolved', async () => {
  const database = await openTestDatabase()
  try {
    const { routing } = database.stores
    const rig = createPathRig(database.stores)
    await rig.receive([rig.entry(says('Hello', 'm1'))])
    const open = (await rig.conversation()).id
    const conversations = database.store.db.collection('conversations')
    const { _id, ...document } = (await conversations.findOne({ _id: toObjectId(open) })) as mongo.Document
    const { insertedId } = await conversations.insertOne({
      ...document,
      threadKey: 'resolved',
      identityExternalId: 'another',
      status: 'resolved',
    })
    const resolved = insertedId.toHexString() as ConversationId
    await database.store.db.collection('routing_decisions').deleteMany({})
    let made = 0
    const decide = async (conversationId: ConversationId, decidedAtMs: number) => {
      made += 1
      const seconds = Math.floor(decidedAtMs / 1_000).toString(16)
      const id = `${seconds}${made.toString(16).padStart(16, '0')}` as RoutingDecisionId
      await routing.recordDecisions([
        {
          id,
          conversationId,
          trigger: 'arrival',
          outcome: 'waiting',
          candidates: [],
          tallies: [],
          durationMs: 1,
          decidedAtMs,
        },
      ])
      await conversations.updateOne(
        { _id: toObjectId(conversationId) },
        { $set: { 'routing.decisionId': toObjectId(id) } },
      )
      return id
    }
    await decide(open, OLD)
    const inForce = await decide(open, OLD + 1_000)
    await decide(resolved, OLD)
    const young = await decide(resolved, NOW - 89 * DAY)
    expect(await routing.sweep(new Date(NOW))).toBe(2)
    const left = async (id: ConversationId) => (await routing.decisionsOf(id, 10)).map((one) => one.id)
    expect([await left(open), await left(resolved)]).toEqual([[inForce], [young]])
    await decide(open, NOW)
    expect(await routing.sweep(new Date(NOW))).toBe(1)
  } finally {
    await database.close()
  }
})
