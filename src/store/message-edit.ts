/** How an edit of a whole message is written, and over what. */
import type { mongo } from 'mongoose'
import type { MessageDocument } from './message-document.ts'
import type { StoredMessage } from './stored-message.ts'

/** What a message says from now on. */
export type MessageEdit = Partial<Pick<StoredMessage, 'text' | 'spans' | 'editedAtMs' | 'editOrder'>>

const instantOf = ({ editedAtMs = 0 }: MessageEdit): Date => new Date(editedAtMs)

/** Only what was not edited, or edited before. */
export function editedBefore(edit: MessageEdit): mongo.Filter<MessageDocument> {
  const [editedAt, { editOrder }] = [instantOf(edit), edit]
  return {
    $or: [
      { editedAt: { $exists: false } },
      { editedAt: { $lt: editedAt } },
      // What is not as high or higher may have none.
      ...(editOrder === undefined ? [] : [{ editedAt, editOrder: { $not: { $gte: editOrder } } }]),
    ],
  }
}

export function operationOfEdit(edit: MessageEdit): mongo.UpdateFilter<MessageDocument> {
  const { text = '', spans = [], editOrder } = edit
  const gone = {
    ...(editOrder === undefined ? { editOrder: '' as const } : {}),
    ...(spans.length > 0 ? {} : { spans: '' as const }),
  }
  return {
    $set: {
      text,
      editedAt: instantOf(edit),
      ...(editOrder === undefined ? {} : { editOrder }),
      ...(spans.length > 0 ? { spans: [...spans] } : {}),
    },
    ...(Object.keys(gone).length > 0 ? { $unset: gone } : {}),
    $inc: { version: 1 },
  }
}
