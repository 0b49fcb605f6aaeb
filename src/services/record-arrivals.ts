import type { AttachmentRef } from '../contract/inbound-event.ts'
import type { ChannelId, ConversationId, MessageId } from '../domain/ids.ts'
import type { AttachmentView } from '../domain/views.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import { type ArrivedMessage, messageIdOf } from './parse-entries.ts'
import type { ResolvedConversations } from './resolve-conversations.ts'
import type { FindSender } from './resolve-senders.ts'

/** Ties stored files to the message they came with; those that are not the sender's are left out. */
export type LinkAttachments = (
  refs: readonly AttachmentRef[],
  owner: {
    readonly channelId: ChannelId
    readonly identityExternalId: string
    readonly conversationId: ConversationId
    readonly messageId: MessageId
  },
) => Promise<readonly AttachmentView[]>

/** What a batch left in the messages collection. */
export interface RecordedArrivals {
  /** New ones first recorded by this batch, in order of arrival. */
  readonly fresh: readonly StoredMessage[]
  /** Recorded before, by a redelivery's original or by a run that a crash cut short. */
  readonly repeated: readonly StoredMessage[]
}

/** Records a batch of inbound messages; the unique index of (channel, external id) removes duplicates. */
export async function recordArrivals(
  arrivals: readonly ArrivedMessage[],
  findSender: FindSender,
  conversations: ResolvedConversations,
  deps: { readonly messages: MessageStore; readonly linkAttachments: LinkAttachments },
): Promise<RecordedArrivals> {
  const once = withoutRepeats(arrivals)
  const wanted: StoredMessage[] = []
  for (const arrival of once)
    wanted.push(await toMessage(arrival, findSender, conversations, deps.linkAttachments))
  const lines = [...conversations.opened.values()].flatMap((opening) => opening.lines)
  const all = await deps.messages.recordInbound([...wanted, ...lines])
  const repeatedAt = new Set([...all].filter((position) => position < wanted.length))
  if (repeatedAt.size === 0) return { fresh: wanted, repeated: [] }
  const byChannel = new Map<ChannelId, string[]>()
  for (const position of repeatedAt) {
    const { channelId, externalId = '' } = wanted[position] ?? {}
    if (channelId) byChannel.set(channelId, [...(byChannel.get(channelId) ?? []), externalId])
  }
  const repeated = await Promise.all(
    [...byChannel].map(([channelId, externalIds]) => deps.messages.findByExternalIds(channelId, externalIds)),
  )
  return {
    fresh: wanted.filter((_, position) => !repeatedAt.has(position)),
    repeated: repeated.flat().filter(({ direction }) => direction === 'inbound'),
  }
}

function withoutRepeats(arrivals: readonly ArrivedMessage[]): readonly ArrivedMessage[] {
  const seen = new Set<string>()
  return arrivals.filter(({ channel, externalId }) => {
    const key = `${channel.id}:${externalId}`
    if (seen.has(key)) return false
    seen.add(key)
    return true
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
  const attachments =
    arrival.attachments.length === 0
      ? []
      : await linkAttachments(arrival.attachments, {
          channelId: arrival.channel.id,
          identityExternalId: identity.externalId,
          conversationId: conversation.id,
          messageId: id,
        })
  return {
    id,
    conversationId: conversation.id,
    channelId: arrival.channel.id,
    direction: 'inbound',
    kind: 'message',
    author: { kind: 'contact', id: contact.id, name: contact.name },
    text: arrival.text,
    attachments,
    status: 'delivered',
    externalId: arrival.externalId,
    ...(arrival.clientMessageId === undefined ? {} : { clientMessageId: arrival.clientMessageId }),
    ...(arrival.replyToExternalId === undefined ? {} : { replyToExternalId: arrival.replyToExternalId }),
    ...(arrival.unsupported === undefined ? {} : { unsupported: arrival.unsupported }),
    createdAtMs: arrival.receivedAtMs,
    order: arrival.order,
    version: 1,
  }
}
