import type { ChannelId, MessageId } from '../domain/ids.ts'
import { composeParts, type MessagePart } from '../domain/message-parts.ts'
import type { LetterSourceStore } from '../store/letter-source-store.ts'
import type { LetterStore, StoredLetterBody } from '../store/letter-store.ts'
import type { MessagePlaceStore } from '../store/message-place-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import type { LinkAttachments } from './arrived-files.ts'
import { type GroupDeps, growGroup, linkParts } from './join-groups.ts'
import { toBody, toLetter } from './letter-bounds.ts'
import { type ArrivedMessage, messageIdOf } from './parse-entries.ts'
import type { ResolvedConversations } from './resolve-conversations.ts'
import type { FindSender } from './resolve-senders.ts'
import { withoutRepeats } from './without-repeats.ts'

export interface RecordDeps extends GroupDeps {
  readonly messages: MessageStore
  readonly letters: Pick<LetterStore, 'record'>
  readonly letterSources: Pick<LetterSourceStore, 'keep' | 'hold'>
  readonly messagePlaces: MessagePlaceStore
}

/** What a batch left in the messages collection. */
export interface RecordedArrivals {
  /** New ones first recorded by this batch, in order of arrival. */
  readonly fresh: readonly StoredMessage[]
  /** Recorded before, by a redelivery's original or by a run that a crash cut short. */
  readonly repeated: readonly StoredMessage[]
  /** Among these, those that just now got more parts, or the place of an arrival that was earlier than theirs. */
  readonly changed: readonly StoredMessage[]
}

/** Records a batch of inbound messages; the unique index of (channel, external id) removes duplicates. */
export async function recordArrivals(
  arrivals: readonly ArrivedMessage[],
  findSender: FindSender,
  conversations: ResolvedConversations,
  deps: RecordDeps,
): Promise<RecordedArrivals> {
  const once = await withRecorded(withoutRepeats(arrivals), deps.messages)
  const wanted: StoredMessage[] = []
  for (const arrival of once)
    wanted.push(await toMessage(arrival, findSender, conversations, deps.linkAttachments))
  await recordBodies(once, deps)
  const lines = [...conversations.opened.values()].flatMap((opening) => opening.lines)
  const all = await deps.messages.recordInbound([...wanted, ...lines])
  const repeatedAt = new Set([...all].filter((position) => position < wanted.length))
  if (repeatedAt.size === 0) return { fresh: wanted, repeated: [], changed: [] }
  const { repeated, changed } = await findRepeated(
    once.filter((_, position) => repeatedAt.has(position)),
    deps,
  )
  return {
    fresh: wanted.filter((_, position) => !repeatedAt.has(position)),
    repeated: repeated.filter(({ direction }) => direction === 'inbound'),
    changed,
  }
}

/** What stands in the place of these: of a message in several parts, after it got those that it had not. */
async function findRepeated(
  arrivals: readonly ArrivedMessage[],
  deps: RecordDeps,
): Promise<Pick<RecordedArrivals, 'repeated' | 'changed'>> {
  const changed: StoredMessage[] = []
  const byChannel = new Map<ChannelId, Map<string, ArrivedMessage>>()
  const repeated: StoredMessage[] = []
  for (const arrival of arrivals) {
    const { channel, groupKey, externalId } = arrival
    const [group] = groupKey === undefined ? [] : await deps.messageGroups.find(channel.id, [groupKey])
    if (group) {
      const grown = await growGroup(group, arrival, deps)
      repeated.push(grown.message)
      if (grown.changed) changed.push(grown.message)
    } else {
      const named = byChannel.get(channel.id) ?? new Map<string, ArrivedMessage>()
      byChannel.set(channel.id, named.set(externalId, arrival))
    }
  }
  for (const [channelId, named] of byChannel)
    for (const message of await deps.messages.findByExternalIds(channelId, [...named.keys()])) {
      const moved = await moveEarlier(message, named.get(message.externalId ?? ''), deps)
      repeated.push(moved ?? message)
      if (moved) changed.push(moved)
    }
  return { repeated, changed }
}

/**
 * The same message may arrive by two ways, as from its platform and by catching up: whichever is projected first, its
 * place is that of the first arrival, before what the customer said next.
 */
async function moveEarlier(
  { id, direction, order }: StoredMessage,
  arrival: ArrivedMessage | undefined,
  { messagePlaces }: RecordDeps,
): Promise<StoredMessage | undefined> {
  if (!arrival || direction !== 'inbound' || arrival.order >= order) return undefined
  const { receivedAtMs: createdAtMs, saidAtMs } = arrival
  return messagePlaces.moveEarlier(id, {
    order: arrival.order,
    createdAtMs,
    ...(saidAtMs === undefined ? {} : { saidAtMs }),
  })
}

/**
 * Knows messages with files again that are recorded already. Each delivery would make its message another id, and what
 * its platform keeps would be noted, and fetched, once more for a message that never comes to be.
 */
async function withRecorded(
  arrivals: readonly ArrivedMessage[],
  messages: Pick<MessageStore, 'findNamed'>,
): Promise<readonly ArrivedMessage[]> {
  const asked = arrivals.filter(
    ({ attachments, recordedAs }) =>
      recordedAs === undefined && attachments.some(({ kind }) => kind === 'remote'),
  )
  if (asked.length === 0) return arrivals
  const byChannel = new Map<ChannelId, string[]>()
  for (const { channel, externalId } of asked)
    byChannel.set(channel.id, [...(byChannel.get(channel.id) ?? []), externalId])
  const recorded = new Map<string, MessageId>()
  for (const [channelId, externalIds] of byChannel)
    for (const { id, externalId = '', partIds = [] } of await messages.findNamed(channelId, externalIds))
      for (const name of [externalId, ...partIds]) recorded.set(`${channelId}:${name}`, id)
  if (recorded.size === 0) return arrivals
  const isAsked = new Set(asked)
  return arrivals.map((arrival) => {
    const recordedAs = isAsked.has(arrival)
      ? recorded.get(`${arrival.channel.id}:${arrival.externalId}`)
      : undefined
    return recordedAs === undefined ? arrival : { ...arrival, recordedAs }
  })
}

async function toMessage(
  arrival: ArrivedMessage,
  findSender: FindSender,
  conversations: ResolvedConversations,
  linkAttachments: LinkAttachments,
): Promise<StoredMessage> {
  const { contact, identity } = findSender(arrival)
  const conversation = conversations.of(arrival)
  const id = messageIdOf(arrival)
  const left: string[] = []
  const owner = {
    channelId: arrival.channel.id,
    identityExternalId: identity.externalId,
    conversationId: conversation.id,
    messageId: id,
  }
  const { letter, groupKey, parts, spans, cards } = arrival
  // What is recorded has its files.
  const attachments =
    arrival.attachments.length === 0 || arrival.recordedAs !== undefined || parts
      ? []
      : await linkAttachments(arrival.attachments, owner, (name) => void left.push(name))
  return {
    id,
    conversationId: conversation.id,
    channelId: arrival.channel.id,
    direction: 'inbound',
    kind: 'message',
    author: { kind: 'contact', id: contact.id, name: contact.name },
    text: withLeft(arrival.text, left),
    attachments,
    status: 'delivered',
    externalId: arrival.externalId,
    ...(arrival.clientMessageId === undefined ? {} : { clientMessageId: arrival.clientMessageId }),
    ...(arrival.replyToExternalId === undefined ? {} : { replyToExternalId: arrival.replyToExternalId }),
    ...(arrival.unsupported === undefined ? {} : { unsupported: arrival.unsupported }),
    ...(arrival.quiet ? { quiet: true } : {}),
    ...(arrival.saidAtMs === undefined ? {} : { saidAtMs: arrival.saidAtMs }),
    ...(letter
      ? {
          letter: toLetter(letter, {
            text: arrival.text,
            ...(arrival.subject === undefined ? {} : { subject: arrival.subject }),
            ...(arrival.sentAtMs === undefined ? {} : { sentAtMs: arrival.sentAtMs }),
            hasSource: arrival.source !== undefined,
            stranger: arrival.stranger === true,
          }),
        }
      : {}),
    ...(letter?.letterId === undefined ? {} : { letterId: letter.letterId }),
    ...(spans ? { spans } : {}),
    ...(cards ? { cards } : {}),
    ...(groupKey !== undefined && parts && arrival.recordedAs === undefined
      ? { groupKey, ...wholeOf(await linkParts(parts, owner, linkAttachments)) }
      : {}),
    createdAtMs: arrival.receivedAtMs,
    order: arrival.order,
    version: 1,
  }
}

function wholeOf(
  parts: readonly MessagePart[],
): Pick<StoredMessage, 'externalId' | 'text' | 'spans' | 'cards' | 'attachments' | 'parts' | 'partIds'> {
  const { externalId, partIds, text, spans, cards, attachments } = composeParts(parts)
  return {
    externalId,
    parts,
    partIds,
    text,
    attachments,
    ...(spans.length > 0 ? { spans } : {}),
    ...(cards.length > 0 ? { cards } : {}),
  }
}

/** The name under which the raw source of a message is kept. */
export const sourceName = (id: MessageId): string => `source:${id}`

/** Each may be large, and its name lets it be kept twice without harm. */
const SOURCES_AT_ONCE = 8

/** Bodies and sources go before their messages: what is recorded is whole. */
async function recordBodies(
  arrivals: readonly ArrivedMessage[],
  { letters, letterSources }: RecordDeps,
): Promise<void> {
  const bodies: StoredLetterBody[] = []
  const sources: (() => Promise<void>)[] = []
  for (const arrival of arrivals) {
    if (arrival.recordedAs !== undefined) continue
    const messageId = messageIdOf(arrival)
    const { letter, source, text } = arrival
    if (letter) bodies.push({ messageId, ...toBody(letter, text) })
    if (source)
      sources.push(() => letterSources.keep(sourceName(messageId), source.bytes, source.contentType))
  }
  for (let from = 0; from < sources.length; from += SOURCES_AT_ONCE)
    await Promise.all(sources.slice(from, from + SOURCES_AT_ONCE).map((keep) => keep()))
  await letters.record(bodies)
}

const MOST_NAMED = 20

/** Says in the text which files are not here. */
function withLeft(text: string, left: readonly string[]): string {
  if (left.length === 0) return text
  const more = left.length > MOST_NAMED ? [`${left.length - MOST_NAMED} more`] : []
  const names = [...left.slice(0, MOST_NAMED), ...more].join(', ')
  return `${text}\n\n[Not kept beside the letter, but in its source: ${names}]`.trimStart()
}
