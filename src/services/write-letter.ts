import type { Capabilities } from '../domain/capabilities.ts'
import type { OutgoingLetter } from '../domain/commands.ts'
import {
  type AnsweredLetter,
  letterIdsIn,
  type PlannedLetter,
  planLetter,
  recipientCountOf,
} from '../domain/compose-letter.ts'
import { AppError } from '../domain/errors.ts'
import type { MessageId } from '../domain/ids.ts'
import type { Letter } from '../domain/letter.ts'
import { letterAddressOf } from '../domain/letter-address.ts'
import { composeBody, type LetterText, QUOTED_LENGTH, type QuotedLetter } from '../domain/letter-body.ts'
import type { AttachmentView } from '../domain/views.ts'
import type { LetterStore, StoredLetterBody, WrittenLetter } from '../store/letter-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import { sanitiseOutgoing, sanitiseQuoted } from './sanitise-outgoing.ts'

export interface WriteLetterDeps {
  readonly messages: Pick<MessageStore, 'find' | 'latestLetter'>
  readonly letters: Pick<LetterStore, 'get' | 'record'>
}

/** What is to be written. */
export interface LetterWish {
  readonly text: string
  readonly letter: OutgoingLetter
}

/** A channel whose messages are letters. */
export interface LetterChannel {
  readonly name?: string
  readonly capabilities: Pick<Capabilities, 'letters'>
}

/** A letter worked out, before anything of it is recorded. */
export interface PreparedLetter {
  readonly written: WrittenLetter
  readonly body: LetterText
  readonly recipients: number
  readonly forwards: boolean
  /** Files of the letter that is passed on; each is to be copied. */
  readonly files: readonly AttachmentView[]
}

/**
 * Works a letter out: its head from the letter it answers and what the agent asked for, its body with signature and
 * quotation. Reads only.
 * @throws AppError `invalid-input`, `not-found`, each with its field
 */
export async function prepareLetter(
  { text, letter: wish }: LetterWish,
  channel: LetterChannel,
  conversation: Pick<StoredConversation, 'id' | 'identityExternalId' | 'subject'>,
  deps: WriteLetterDeps,
): Promise<PreparedLetter> {
  const { letters } = channel.capabilities
  if (!letters) throw new Error('a channel without letters')
  const forwards = wish.quote === 'forward'
  if (forwards && wish.aboutMessageId === undefined) {
    throw new AppError('invalid-input', {
      field: 'letter.aboutMessageId',
      detail: 'Name the message that is passed on.',
    })
  }
  const about = await answeredBy(wish.aboutMessageId, conversation, deps)
  const stored = about && (await deps.letters.get(about.id))
  const address = letterAddressOf(conversation.identityExternalId)
  const plan = planLetter(
    {
      intent: forwards ? 'forward' : about ? 'reply' : 'new',
      wanted: wish,
      ...(about ? { answered: toAnswered(about, stored, wish.aboutMessageId !== undefined) } : {}),
      // Without the contact's name: it may be one that only agents are to see.
      ...(address === undefined ? {} : { contact: { address } }),
      ...(conversation.subject === undefined ? {} : { subject: conversation.subject }),
    },
    letters,
  )
  if (!plan.ok) throw new AppError('invalid-input', { field: plan.field, detail: 'It is not an address.' })
  const html = wish.html === undefined ? '' : sanitiseOutgoing(wish.html)
  const quoted = about && wish.quote ? toQuoted(about, stored) : undefined
  const body = composeBody({
    own: { text, ...(html === '' ? {} : { html }) },
    signature: wish.signature === false ? '' : letters.signature,
    ...(quoted ? { quoted } : {}),
    ...(wish.quote ? { as: wish.quote } : {}),
    ownAddresses: letters.ownAddresses,
  })
  const { inReplyTo, references } = plan.letter
  return {
    written: {
      text,
      letter: headOf(plan.letter, body, quoted !== undefined, letters.ownAddresses[0] ?? '', channel.name),
      ...(inReplyTo === undefined ? {} : { inReplyTo }),
      references,
    },
    body,
    recipients: recipientCountOf(plan.letter),
    forwards,
    files: forwards && about ? about.attachments : [],
  }
}

/**
 * Records a letter's body before its message stands. What was recorded under this id first stays, so that whoever
 * writes the letter again after a crash sends the same.
 * @returns the letter as it stands
 */
export async function recordLetter(
  messageId: MessageId,
  { body, written }: PreparedLetter,
  deps: Pick<WriteLetterDeps, 'letters'>,
): Promise<WrittenLetter> {
  await deps.letters.record([{ messageId, ...body, remoteImages: [], headers: [], written }])
  return (await deps.letters.get(messageId))?.written ?? written
}

async function answeredBy(
  aboutId: string | undefined,
  { id }: Pick<StoredConversation, 'id'>,
  { messages }: WriteLetterDeps,
): Promise<StoredMessage | undefined> {
  if (aboutId === undefined) return messages.latestLetter(id)
  const about = await messages.find(aboutId as MessageId)
  if (about?.conversationId !== id || about.kind !== 'message' || about.deletedAtMs !== undefined) {
    throw new AppError('not-found', { field: 'letter.aboutMessageId' })
  }
  return about
}

function toAnswered(
  message: StoredMessage,
  stored: StoredLetterBody | undefined,
  chosen: boolean,
): AnsweredLetter {
  const outbound = message.direction === 'outbound'
  const letterId = message.letterId ?? (outbound && message.letter ? message.externalId : undefined)
  return {
    direction: message.direction,
    ...(message.letter ? { head: message.letter } : {}),
    ...(letterId === undefined ? {} : { letterId }),
    references: stored?.written ? stored.written.references : referencesIn(stored?.headers ?? []),
    chosen,
  }
}

/** RFC 5322 §3.6.4: the letter's References, else the one letter that it says it answers. */
function referencesIn(headers: StoredLetterBody['headers']): readonly string[] {
  const named = (wanted: string): readonly string[] =>
    letterIdsIn(headers.find(({ name }) => name.toLowerCase() === wanted)?.value ?? '')
  const references = named('references')
  if (references.length > 0) return references
  const answered = named('in-reply-to')
  return answered.length === 1 ? answered : []
}

function toQuoted(message: StoredMessage, stored: StoredLetterBody | undefined): QuotedLetter {
  const { letter, author, createdAtMs } = message
  const formatted = stored?.html ?? ''
  // Too long to be quoted whole, it is not looked at: the plain text stands in.
  const html = formatted.length <= 2 * QUOTED_LENGTH ? sanitiseQuoted(formatted) : ''
  const inbound = message.direction === 'inbound'
  return {
    text: stored?.text ?? message.text,
    ...(html === '' ? {} : { html }),
    ...(letter ? { head: letter } : {}),
    authorName: inbound && letter ? (letter.from.name ?? letter.from.address) : author.name,
    atMs: letter?.sentAtMs ?? createdAtMs,
  }
}

function headOf(
  { subject, to, cc, bcc }: PlannedLetter,
  body: LetterText,
  hasQuoted: boolean,
  address: string,
  name: string | undefined,
): Letter {
  return {
    from: { address, ...(name === undefined ? {} : { name }) },
    replyTo: [],
    to,
    cc,
    bcc,
    subject,
    hasHtml: body.html !== undefined,
    hasQuoted,
    hasSource: false,
  }
}
