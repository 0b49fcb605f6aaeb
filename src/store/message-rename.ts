import type { mongo } from 'mongoose'
import type { ChannelId } from '../domain/ids.ts'
import type { MessageDocument } from './message-document.ts'
import { duplicatePositions, toObjectId } from './object-id.ts'

/** What a place was called, and what it is called now. */
export type PlaceNames = readonly [from: string, to: string]

/**
 * Names the messages of a place anew, a page at a time, in the order of their ids; whose new name another has keeps the
 * old one.
 * @param page.after the last id of the page before
 * @returns the last id that was looked at; undefined when there was none
 */
export async function renameMessages(
  messages: mongo.Collection<MessageDocument>,
  channelId: ChannelId,
  [from, to]: PlaceNames,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<string | undefined> {
  const within = { $gt: after > from ? after : `${from}:`, $lt: `${from};` }
  const found = await messages
    .find({ channelId: toObjectId(channelId), externalId: within }, { projection: { externalId: 1 } })
    .sort({ externalId: 1 })
    .limit(limit)
    .toArray()
  if (found.length === 0) return undefined
  const renaming = found.map(({ _id, externalId = '' }) => ({
    updateOne: {
      filter: { _id, externalId },
      update: { $set: { externalId: `${to}${externalId.slice(from.length)}` } },
    },
  }))
  await messages
    .bulkWrite(renaming, { ordered: false, writeConcern: { w: 1 } })
    .catch((error: unknown) => void duplicatePositions(error))
  return found.at(-1)?.externalId
}
