import type { AttachmentRef, InboundEvent, InboundIdentity } from '../contract/inbound-event.ts'
import { fitCards } from '../domain/fit-cards.ts'
import { fitSpans } from '../domain/fit-spans.ts'
import type { ChannelId, JournalEntryId, MessageId } from '../domain/ids.ts'
import type { MessageCard } from '../domain/message-card.ts'
import type { TextSpan } from '../domain/text-spans.ts'
import { isQuiet } from '../domain/threading.ts'
import type { Writable } from '../domain/writable.ts'
import type { JournalEntry } from '../store/journal-store.ts'
import { derivedId } from '../store/object-id.ts'
import type { ActiveChannel, FindChannel } from './active-channel.ts'
import { shownText, withinBounds } from './letter-bounds.ts'
import type { SanitisedEvent, SanitisedLetter } from './sanitise-events.ts'

/** One part of a message that came in several. */
export interface ArrivedPart {
  readonly externalId: string
  readonly text: string
  readonly spans?: readonly TextSpan[]
  readonly cards?: readonly MessageCard[]
  readonly attachments: readonly AttachmentRef[]
}

/** A message of a customer on its way to be recorded. */
export interface ArrivedMessage {
  readonly entryId: JournalEntryId
  readonly channel: ActiveChannel
  readonly externalId: string
  readonly identity: InboundIdentity
  readonly threadKey: string
  readonly text: string
  readonly spans?: readonly TextSpan[]
  readonly cards?: readonly MessageCard[]
  readonly attachments: readonly AttachmentRef[]
  /** Parts with the same key are one message. */
  readonly groupKey?: string
  /** Where it has such a key, those that came together; text and files are then those of all. */
  readonly parts?: readonly ArrivedPart[]
  readonly subject?: string
  readonly replyToExternalId?: string
  readonly clientMessageId?: string
  /** It counts only where its thread has a conversation. */
  readonly onlyInThread?: boolean
  readonly unsupported?: string
  readonly letter?: SanitisedLetter
  /** Of a letter: as its sender dates it. */
  readonly sentAtMs?: number
  /** Of what came late, such as after an outage: when the customer said it. */
  readonly saidAtMs?: number
  /** The raw item, where it is to stay readable. */
  readonly source?: { readonly bytes: Uint8Array; readonly contentType: string }
  /** Counts as nothing that the customer said. */
  readonly quiet?: boolean
  /** Somebody else wrote it than those whom its conversation is with. */
  readonly stranger?: boolean
  /** The channel of its conversation, where that is another one. */
  readonly into?: ChannelId
  /** The customer who said it, where he is known otherwise than by what it came as. */
  readonly saidBy?: { readonly channelId: ChannelId; readonly externalId: string }
  /** It is recorded already, under this id. */
  readonly recordedAs?: MessageId
  readonly receivedAtMs: number
  readonly order: number
}

/** A message that is a letter. */
export type ArrivedLetter = ArrivedMessage & { readonly letter: SanitisedLetter }

/** A platform's report on a message of ours, to be kept beside it. */
export interface ArrivedReport {
  readonly channelId: ChannelId
  /** Of the message. */
  readonly externalId: string
  readonly bytes: Uint8Array
  readonly contentType: string
}

/** The id that a message gets in every run. */
export function messageIdOf({ recordedAs, receivedAtMs, channel, externalId }: ArrivedMessage): MessageId {
  if (recordedAs !== undefined) return recordedAs
  return derivedId(receivedAtMs, 'message', channel.id, externalId) as MessageId
}

/** Whom a message is from: his channel, and what it says of him there. */
export function senderOf({
  channel,
  identity,
  saidBy,
}: Pick<ArrivedMessage, 'channel' | 'identity' | 'saidBy'>): {
  readonly channelId: ChannelId
  readonly identity: InboundIdentity
} {
  if (!saidBy) return { channelId: channel.id, identity }
  return { channelId: saidBy.channelId, identity: { externalId: saidBy.externalId, verified: false } }
}

/** News about a message: applied once the message is there. */
export type MessageNews = Extract<
  InboundEvent,
  { type: 'message-edited' | 'message-deleted' | 'status' | 'reaction' }
> & { readonly channelId: ChannelId }

/** A customer said whether he wants messages. */
export type ArrivedConsent = Extract<InboundEvent, { type: 'consent' }> & {
  readonly channel: ActiveChannel
  readonly receivedAtMs: number
}

/** A thread, or a place with all of its threads, goes on under another key. */
export type ArrivedMove = Extract<InboundEvent, { type: 'thread-moved' | 'place-moved' }> & {
  readonly channelId: ChannelId
  /** So many messages of the batch were sent before. */
  readonly afterMessages: number
}

/** A batch of journal entries, taken apart. */
export interface ParsedBatch {
  readonly messages: readonly ArrivedMessage[]
  readonly news: readonly MessageNews[]
  readonly reports: readonly ArrivedReport[]
  readonly consents: readonly ArrivedConsent[]
  readonly moves: readonly ArrivedMove[]
  readonly typing: readonly { readonly channelId: ChannelId; readonly identityExternalId: string }[]
  /** Entries whose raw source must stay readable, or whose redelivery must not act again. */
  readonly keep: readonly JournalEntryId[]
  readonly failed: readonly { readonly id: JournalEntryId; readonly error: string }[]
}

/** A text longer than this cannot be a message: the entry goes to quarantine with its source. */
const LONGEST_TEXT = 1_000_000

/** An entry to be given to its channel's connector. */
export interface ParseJob {
  readonly entry: JournalEntry
  readonly channel: ActiveChannel
}

/** What the connector made of it, or why it could not. */
export type ParseOutcome = { readonly events: readonly SanitisedEvent[] } | { readonly error: string }

/** Runs the connectors' `parse`, one outcome for each job. */
export type ParseRequests = (jobs: readonly ParseJob[]) => Promise<readonly ParseOutcome[]>

/** Parses each entry on its own, so that one that fails holds up no other. */
export async function parseEntries(
  entries: readonly JournalEntry[],
  deps: { readonly findChannel: FindChannel; readonly parse: ParseRequests },
): Promise<ParsedBatch> {
  const batch = {
    messages: [] as ArrivedMessage[],
    news: [] as MessageNews[],
    reports: [] as ArrivedReport[],
    consents: [] as ArrivedConsent[],
    moves: [] as ArrivedMove[],
    typing: [] as { channelId: ChannelId; identityExternalId: string }[],
    keep: [] as JournalEntryId[],
    failed: [] as { id: JournalEntryId; error: string }[],
  }
  const jobs: ParseJob[] = []
  for (const entry of entries) {
    const channel = await deps.findChannel(entry.channelId)
    if (channel) jobs.push({ entry, channel })
    else batch.failed.push({ id: entry.id, error: 'the channel does not exist any more' })
  }
  const outcomes = await deps.parse(jobs)
  for (const [index, { entry, channel }] of jobs.entries()) {
    const outcome = outcomes[index] ?? { error: 'it was not parsed' }
    try {
      if ('error' in outcome) throw new Error(outcome.error)
      sortOut(outcome.events, entry, channel, batch)
    } catch (error) {
      batch.failed.push({ id: entry.id, error: error instanceof Error ? error.message : String(error) })
    }
  }
  return batch
}

function sortOut(
  events: readonly SanitisedEvent[],
  entry: JournalEntry,
  channel: ActiveChannel,
  batch: {
    messages: ArrivedMessage[]
    news: MessageNews[]
    reports: ArrivedReport[]
    consents: ArrivedConsent[]
    moves: ArrivedMove[]
    typing: { channelId: ChannelId; identityExternalId: string }[]
    keep: JournalEntryId[]
  },
): void {
  for (const event of events) {
    switch (event.type) {
      case 'message':
        if (event.text.length > LONGEST_TEXT && !event.letter)
          throw new Error(`the text has ${event.text.length} characters`)
        batch.messages.push(arrivedMessage(event, entry, channel))
        break
      case 'unsupported':
        batch.keep.push(entry.id)
        if (event.identity) batch.messages.push(arrivedUnsupported(event, event.identity, entry, channel))
        break
      case 'typing':
        batch.typing.push({ channelId: channel.id, identityExternalId: event.identityExternalId })
        break
      case 'status':
        if (event.keepSource && event.status === 'failed') {
          const { body: bytes, contentType } = entry
          batch.reports.push({ channelId: channel.id, externalId: event.externalId, bytes, contentType })
        }
        batch.news.push({ ...event, channelId: channel.id })
        break
      case 'consent':
        // No record of ours remembers that it was applied: the entry does, so that a replay turns nothing back.
        batch.keep.push(entry.id)
        batch.consents.push({ ...event, channel, receivedAtMs: entry.receivedAtMs })
        break
      case 'thread-moved':
      case 'place-moved':
        batch.keep.push(entry.id)
        batch.moves.push({ ...event, channelId: channel.id, afterMessages: batch.messages.length })
        break
      case 'message-edited':
        if (event.text.length > LONGEST_TEXT) throw new Error(`the text has ${event.text.length} characters`)
        batch.news.push({ ...event, channelId: channel.id })
        break
      case 'reaction':
        batch.keep.push(entry.id)
        batch.news.push({ ...event, channelId: channel.id })
        break
      case 'message-deleted':
        batch.news.push({ ...event, channelId: channel.id })
        break
    }
  }
}

/** From then on it matters when the customer said it, and not only when it came. */
const LATE_MS = 60_000

function arrivedMessage(
  event: Extract<SanitisedEvent, { type: 'message' }>,
  { id, receivedAtMs, order, body, contentType }: JournalEntry,
  channel: ActiveChannel,
): ArrivedMessage {
  const { externalId, identity, attachments, subject, replyToExternalId, clientMessageId } = event
  const letter = event.letter && withinBounds(event.letter)
  const text = letter ? shownText(event.text) : event.text
  // Who writes two letters does not go on with the first one by that alone.
  const threadKey = event.threadKey ?? (letter ? (letter.letterId ?? externalId) : identity.externalId)
  const message: Writable<ArrivedMessage> = {
    entryId: id,
    channel,
    externalId,
    identity,
    threadKey,
    text,
    attachments,
    receivedAtMs,
    order,
  }
  if (subject !== undefined) message.subject = subject
  if (replyToExternalId !== undefined) message.replyToExternalId = replyToExternalId
  if (clientMessageId !== undefined) message.clientMessageId = clientMessageId
  if (event.onlyInThread) message.onlyInThread = true
  if (letter) {
    // What is shown shortened is read whole with the letter.
    message.letter =
      text === event.text || letter.fullText !== undefined ? letter : { ...letter, fullText: event.text }
    if (event.sentAtMs !== undefined) message.sentAtMs = event.sentAtMs
    if (isQuiet(letter)) message.quiet = true
  } else if (event.sentAtMs !== undefined && receivedAtMs - event.sentAtMs >= LATE_MS) {
    // A clock of theirs: what is no instant would break whatever is reckoned from it.
    message.saidAtMs = Math.max(0, event.sentAtMs)
  }
  if (event.groupKey !== undefined && !letter) message.groupKey = event.groupKey
  const spans = event.spans && !letter ? fitSpans(event.spans, text) : []
  if (spans.length > 0) message.spans = spans
  const cards = event.cards ? fitCards(event.cards) : []
  if (cards.length > 0) message.cards = cards
  if (event.keepSource) message.source = { bytes: body, contentType }
  return message
}

function arrivedUnsupported(
  { externalId, threadKey, what }: Extract<InboundEvent, { type: 'unsupported' }>,
  identity: InboundIdentity,
  { id, receivedAtMs, order }: JournalEntry,
  channel: ActiveChannel,
): ArrivedMessage {
  return {
    entryId: id,
    channel,
    externalId,
    identity,
    threadKey: threadKey ?? identity.externalId,
    text: '',
    attachments: [],
    unsupported: what,
    receivedAtMs,
    order,
  }
}
