import { AppError } from '../domain/errors.ts'
import type { OutboundRefusal } from '../domain/outbound.ts'

/** Why a channel does not carry a message: by its plan, or by what shows before and after planning. */
export type MessageRefusal =
  | OutboundRefusal
  | { readonly reason: 'start-unsupported' }
  | { readonly reason: 'channel-deleted' }
  | { readonly reason: 'file-gone'; readonly name: string }
  | { readonly reason: 'template-unknown' }
  /** The platform does not let it go out now; `why` in its own words. */
  | { readonly reason: 'template-unusable'; readonly why: string }
  /** `missing` are the keys that nothing was given for, with commas between. */
  | { readonly reason: 'template-incomplete'; readonly missing: string }
  | { readonly reason: 'edit-unsupported' }
  | { readonly reason: 'delete-unsupported' }
  /** It has not reached the platform, is deleted, or is none of ours. */
  | { readonly reason: 'not-changeable' }

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
  'opted-out': 'The customer wants no messages of this channel',
  'templates-unsupported': 'This channel knows no approved messages',
  'template-not-alone': 'An approved message goes out by itself: without text, files or a letter',
  'letter-unsupported': 'This channel carries no letters: no subject, no copies, no formatted text',
  'no-recipients': 'There is nobody to send this letter to, or only this channel itself',
  'too-many-recipients': 'There are more recipients than this channel allows for one letter',
  'file-gone': 'A file of the letter that is passed on cannot be fetched any more',
  'template-unknown': 'The platform knows no such approved message',
  'template-unusable': 'The platform does not let this approved message go out now',
  'template-incomplete': 'Not every gap of the approved message is filled',
  'edit-unsupported': 'On this channel a message cannot be changed once it is sent',
  'delete-unsupported': 'On this channel a message cannot be deleted once it is sent',
  'not-changeable': 'Only a message that was sent and is still there can be changed or deleted',
  'channel-deleted': 'The channel of this conversation was deleted: nothing can be sent there any more',
  'start-unsupported': 'On this channel only the customer can begin a conversation',
}
