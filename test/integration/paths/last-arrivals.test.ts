/** What a dry run is about: the conversations that came in last, whatever happened to others meanwhile. */
import { mongo } from 'mongoose'
import { expect, it, vi } from 'vitest'
import { newObjectId } from '../../../src/store/object-id.ts'
import { openTestDatabase } from '../../harness/database.ts'
import { createPathRig, says } from '../../harness/path-rig.ts'

const NOW = Date.UTC(2026, 10, 23)

it('finds who came last by the arrival, though older ones were stirred since, or says that it took too long', async () => {
  const database = await openTestDatabase()
  try {
    const rig = createPathRig(database.stores)
    await rig.receive([rig.entry(says('Hello', 'm1'))])
    const { channelId } = await rig.conversation()
    const conversations = database.store.db.collection('conversations')
    const model = (await conversations.findOne({})) as mongo.Document
    await conversations.deleteMany({})
    const ids = [1, 2, 3, 4].map(() => newObjectId())
    await conversations.insertMany(
      ids.map((_id, index) => ({
        ...model,
        _id,
        threadKey: `thread-${index}`,
        createdAt: new Date(NOW + index),
        lastActivityAt: new Date(NOW + 1_000 - index),
      })),
    )
    const find = () =>
      database.stores.routingHistory.lastArrivals({ kind: 'channel', channelId, otherCategoryIds: [] }, 1)
    expect((await find())?.map(({ id }) => id)).toEqual([ids[3]?.toHexString()])
    const outOfTime = new mongo.MongoServerError({ message: 'exceeded time limit', code: 50 })
    vi.spyOn(mongo.FindCursor.prototype, 'toArray').mockRejectedValueOnce(outOfTime)
    expect(await find()).toBeUndefined()
  } finally {
    await database.close()
  }
})
