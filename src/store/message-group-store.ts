import type { Connection, mongo } from 'mongoose'
import type { ChannelId } from '../domain/ids.ts'
import { composeParts, type MessagePart } from '../domain/message-parts.ts'
import { fromMessageDocument, type MessageDocument } from './message-document.ts'
import { nativeCollection } from './native.ts'
import { isDuplicateKey, toObjectId } from './object-id.ts'
import type { StoredMessage } from './stored-message.ts'

export type MessageGroupStore = ReturnType<typeof createMessageGroupStore>

/** Others add to the same message at the same time; each round is computed anew from what they left. */
const MOST_ROUNDS = 50

/** Messages that came in several parts. Both indexes hold nothing but them. */
export function createMessageGroupStore(connection: Connection) {
  const messages = nativeCollection<MessageDocument>(connection, 'messages')

  const store = {
    async ensureIndexes(): Promise<void> {
      await messages.createIndex(
        { channelId: 1, groupKey: 1 },
        { name: 'one-per-group', unique: true, partialFilterExpression: { groupKey: { $exists: true } } },
      )
      await messages.createIndex(
        { channelId: 1, partIds: 1 },
        { name: 'parts', partialFilterExpression: { partIds: { $exists: true } } },
      )
    },

    async find(channelId: ChannelId, groupKeys: readonly string[]): Promise<StoredMessage[]> {
      if (groupKeys.length === 0) return []
      const found = await messages
        .find({ channelId: toObjectId(channelId), groupKey: { $in: [...groupKeys] } })
        .toArray()
      return found.map(fromMessageDocument)
    },

    /** Those of which these are parts. */
    async ofParts(channelId: ChannelId, partIds: readonly string[]): Promise<StoredMessage[]> {
      if (partIds.length === 0) return []
      const found = await messages
        .find({ channelId: toObjectId(channelId), partIds: { $in: [...partIds] } })
        .toArray()
      return found.map(fromMessageDocument)
    },

    /**
     * Changes the parts of a message, and with them the whole.
     * @param change the same parts again, by identity, where nothing is to be changed
     * @returns the message as it stands now, whether or not that is how it stood before; undefined when there is none
     */
    async change(
      channelId: ChannelId,
      by: { readonly groupKey: string } | { readonly partId: string },
      change: (parts: readonly MessagePart[]) => readonly MessagePart[],
    ): Promise<{ readonly message: StoredMessage; readonly changed: boolean } | undefined> {
      const target = {
        channelId: toObjectId(channelId),
        ...('groupKey' in by ? { groupKey: by.groupKey } : { partIds: by.partId }),
      }
      for (let round = 0; round < MOST_ROUNDS; round += 1) {
        const found = await messages.findOne(target)
        if (!found) return undefined
        const before = found.parts ?? []
        const after = change(before)
        if (after === before) return { message: fromMessageDocument(found), changed: false }
        const updated = await replaceParts(found, after)
        if (updated) return { message: fromMessageDocument(updated), changed: true }
      }
      throw new Error('a message of several parts keeps changing')
    },
  }

  const replaceParts = async (
    { _id, version }: MessageDocument,
    parts: readonly MessagePart[],
  ): Promise<MessageDocument | null> => {
    const write = (named: boolean) =>
      messages.findOneAndUpdate({ _id, version }, operationOf(parts, named), {
        returnDocument: 'after',
        writeConcern: { w: 1 },
      })
    try {
      return await write(true)
    } catch (error) {
      // The first part is recorded as a message of its own: it came without the key before.
      if (!isDuplicateKey(error)) throw error
      return write(false)
    }
  }

  return store
}

function operationOf(parts: readonly MessagePart[], named: boolean): mongo.UpdateFilter<MessageDocument> {
  const { externalId, partIds, text, spans, cards, attachments, editedAtMs, deletedAtMs } =
    composeParts(parts)
  const unset = {
    ...(spans.length > 0 ? {} : { spans: '' as const }),
    ...(cards.length > 0 ? {} : { cards: '' as const }),
    ...(editedAtMs === undefined ? { editedAt: '' as const } : {}),
    ...(deletedAtMs === undefined ? { deletedAt: '' as const } : {}),
  }
  return {
    $set: {
      parts: [...parts],
      partIds: [...partIds],
      ...(named ? { externalId } : {}),
      text,
      attachments: [...attachments],
      ...(spans.length > 0 ? { spans: [...spans] } : {}),
      ...(cards.length > 0 ? { cards: [...cards] } : {}),
      ...(editedAtMs === undefined ? {} : { editedAt: new Date(editedAtMs) }),
      ...(deletedAtMs === undefined ? {} : { deletedAt: new Date(deletedAtMs) }),
    },
    ...(Object.keys(unset).length > 0 ? { $unset: unset } : {}),
    $inc: { version: 1 },
  }
}
