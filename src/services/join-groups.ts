import { composeParts, type MessagePart, MOST_PARTS, withParts } from '../domain/message-parts.ts'
import type { MessageGroupStore } from '../store/message-group-store.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import type { LinkAttachments } from './arrived-files.ts'
import type { ArrivedMessage, ArrivedPart } from './parse-entries.ts'

export interface GroupDeps {
  readonly messageGroups: MessageGroupStore
  readonly linkAttachments: LinkAttachments
}

/** A batch after its parts were put together. */
export interface JoinedGroups {
  /** What is to be recorded, each group as one message. */
  readonly arrivals: readonly ArrivedMessage[]
  /** Messages of earlier batches that got more parts just now, as they stand. */
  readonly grown: readonly StoredMessage[]
}

const keyOf = (channelId: string, groupKey: string): string => `${channelId}:${groupKey}`

/**
 * Puts together the parts of one message: those of a batch with each other, and later ones with what the first made.
 * A part that its message has already goes on like any other message, for the run that recorded it may have ended
 * before its effects.
 */
export async function joinGroups(
  messages: readonly ArrivedMessage[],
  deps: GroupDeps,
): Promise<JoinedGroups> {
  if (messages.every(({ groupKey }) => groupKey === undefined)) return { arrivals: messages, grown: [] }
  const known = await findGroups(messages, deps)
  const arrivals: ArrivedMessage[] = []
  const places = new Map<string, number>()
  const grown = new Map<string, StoredMessage>()
  for (const arrival of messages) {
    const { groupKey, channel } = arrival
    if (groupKey === undefined) {
      arrivals.push(arrival)
      continue
    }
    const key = keyOf(channel.id, groupKey)
    const group = known.get(key)
    if (group && !group.partIds?.includes(arrival.externalId)) {
      if ((group.partIds?.length ?? 0) >= MOST_PARTS) {
        arrivals.push(alone(arrival))
        continue
      }
      const { message, changed } = await growGroup(group, arrival, deps)
      known.set(key, message)
      if (changed) grown.set(message.id, message)
      continue
    }
    const place = places.get(key)
    const first = place === undefined ? undefined : arrivals[place]
    if (place === undefined || !first) {
      places.set(key, arrivals.length)
      arrivals.push(together(arrival, [partOf(arrival)]))
    } else if ((first.parts?.length ?? 0) >= MOST_PARTS) arrivals.push(alone(arrival))
    else arrivals[place] = together(first, [...(first.parts ?? []), partOf(arrival)])
  }
  return { arrivals, grown: [...grown.values()] }
}

async function findGroups(
  messages: readonly ArrivedMessage[],
  { messageGroups }: GroupDeps,
): Promise<Map<string, StoredMessage>> {
  const keys = new Map<StoredMessage['channelId'], Set<string>>()
  for (const { channel, groupKey } of messages) {
    if (groupKey === undefined) continue
    const known = keys.get(channel.id)
    if (known) known.add(groupKey)
    else keys.set(channel.id, new Set([groupKey]))
  }
  const found = await Promise.all(
    [...keys].map(([channelId, named]) => messageGroups.find(channelId, [...named])),
  )
  return new Map(found.flat().map((message) => [keyOf(message.channelId, message.groupKey ?? ''), message]))
}

/** Adds the parts of an arrival to the message that an earlier one made. */
export async function growGroup(
  group: StoredMessage,
  arrival: ArrivedMessage,
  deps: GroupDeps,
): Promise<{ readonly message: StoredMessage; readonly changed: boolean }> {
  const known = new Set(group.partIds)
  const missing = (arrival.parts ?? [partOf(arrival)]).filter(({ externalId }) => !known.has(externalId))
  if (missing.length === 0) return { message: group, changed: false }
  const linked = await linkParts(
    missing,
    {
      channelId: group.channelId,
      identityExternalId: arrival.identity.externalId,
      conversationId: group.conversationId,
      messageId: group.id,
    },
    deps.linkAttachments,
  )
  const { groupKey = '' } = group
  const grown = await deps.messageGroups.change(group.channelId, { groupKey }, (parts) =>
    withParts(parts, linked),
  )
  if (!grown) throw new Error('a message of several parts went away')
  return grown
}

/** Parts with their files tied to the message. */
export async function linkParts(
  parts: readonly ArrivedPart[],
  owner: Parameters<LinkAttachments>[1],
  linkAttachments: LinkAttachments,
): Promise<readonly MessagePart[]> {
  const linked: MessagePart[] = []
  for (const { externalId, text, spans, cards, attachments } of parts) {
    linked.push({
      id: externalId,
      text,
      ...(spans ? { spans } : {}),
      ...(cards ? { cards } : {}),
      attachments:
        attachments.length === 0
          ? []
          : await linkAttachments(attachments, { ...owner, part: externalId }, undefined),
    })
  }
  return linked
}

function partOf({ externalId, text, spans, cards, attachments }: ArrivedMessage): ArrivedPart {
  return {
    externalId,
    text,
    ...(spans ? { spans } : {}),
    ...(cards ? { cards } : {}),
    attachments,
  }
}

/** What lists and the router go by is said of all parts; the message is recorded with each for itself. */
function together(first: ArrivedMessage, parts: readonly ArrivedPart[]): ArrivedMessage {
  const once = parts.filter(
    ({ externalId }, index) => parts.findIndex((part) => part.externalId === externalId) === index,
  )
  const { text } = composeParts(once.map((part) => ({ ...part, id: part.externalId, attachments: [] })))
  return { ...first, text, attachments: once.flatMap(({ attachments }) => attachments), parts: once }
}

function alone({ groupKey: _full, ...arrival }: ArrivedMessage): ArrivedMessage {
  return arrival
}
