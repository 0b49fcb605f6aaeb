import { AppError } from '../domain/errors.ts'
import type { OutboundRefusal } from '../domain/outbound.ts'

/** Why a channel does not carry a message: by its plan, or by what shows before and after planning. */
export type MessageRefusal =
  | OutboundRefusal
  | { readonly reason: 'start-unsupported' }
  | { readonly reason: 'channel-deleted' }
  | { readonly reason: 'file-gone'; readonly name: string }

/** The refusal as interfaces answer it: the reason and its numbers are members of the problem document. */
export function refusedMessage(refusal: MessageRefusal): AppError {
  const { reason, ...members } = refusal
  return new AppError('message-refused', { detail: REFUSALS[reason], members: { reason, ...members } })
}

const REFUSALS: Readonly<Record<MessageRefusal['reason'], string>> = {
  empty: 'There is nothing to send',
  'text-unsupported': 'This channel carries no text',
  'text-too-long': 'The text is longer than this channel carries',
  'attachments-unsupported': 'This channel carries no files',
  'too-many-attachments': 'There are more files than this channel carries in one message',
  'attachment-too-large': 'A file is larger than this channel carries',
  'attachments-too-large-together': 'The files together are larger than this channel carries in one message',
  'attachment-type': 'This channel does not carry files of this type',
  'reply-window-closed': 'The time in which this channel lets us answer freely is over',
  'letter-unsupported': 'This channel carries no letters: no subject, no copies, no formatted text',
  'no-recipients': 'There is nobody to send this letter to, or only this channel itself',
  'too-many-recipients': 'There are more recipients than this channel allows for one letter',
  'file-gone': 'A file of the letter that is passed on cannot be fetched any more',
  'channel-deleted': 'The channel of this conversation was deleted: nothing can be sent there any more',
  'start-unsupported': 'On this channel only the customer can begin a conversation',
}
