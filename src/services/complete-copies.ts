import type { FullerCopyStore, FullerFacts } from '../store/fuller-copy-store.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import type { LinkAttachments } from './arrived-files.ts'
import type { ArrivedMessage } from './parse-entries.ts'

export interface CompleteDeps {
  readonly fullerCopies: Pick<FullerCopyStore, 'complete'>
  readonly linkAttachments: LinkAttachments
}

/**
 * Lets recorded messages show what another copy of them brings. A platform may tell less of a message when it is asked
 * for what was missed than when it calls, and either copy may come first: the call may wait on the disk of another node.
 * @param arrivals copies of messages, any number of each
 * @param recorded what stands for them
 * @returns the messages that changed, as they stand now
 */
export async function completeCopies(
  arrivals: readonly ArrivedMessage[],
  recorded: readonly StoredMessage[],
  deps: CompleteDeps,
): Promise<readonly StoredMessage[]> {
  const telling = arrivals.filter(tellsMore)
  if (telling.length === 0) return []
  const standing = new Map(recorded.map((message) => [keyOf(message.channelId, message.externalId), message]))
  const completed: StoredMessage[] = []
  for (const arrival of telling) {
    const key = keyOf(arrival.channel.id, arrival.externalId)
    const message = standing.get(key)
    const facts = message && (await lacking(message, arrival, deps))
    const now = facts && (await deps.fullerCopies.complete(message.id, facts))
    if (!now) continue
    standing.set(key, now)
    completed.push(now)
  }
  return completed
}

const keyOf = (channelId: string, externalId: string | undefined): string => `${channelId}:${externalId}`

/** Letters have their source, and the parts of a message add up by themselves. */
const tellsMore = ({ letter, groupKey, unsupported }: ArrivedMessage): boolean =>
  !letter && groupKey === undefined && unsupported === undefined

/** Undefined where nothing is lacking. What stands there is never changed: it may have been edited since. */
async function lacking(
  message: StoredMessage,
  arrival: ArrivedMessage,
  { linkAttachments }: CompleteDeps,
): Promise<FullerFacts | undefined> {
  if (message.direction !== 'inbound' || message.deletedAtMs !== undefined || message.parts) return undefined
  const { cards, replyToExternalId } = arrival
  const isEmpty = message.unsupported !== undefined
  const facts: FullerFacts = {
    ...(cards && !message.cards ? { cards } : {}),
    ...(replyToExternalId !== undefined && message.replyToExternalId === undefined
      ? { replyToExternalId }
      : {}),
    ...(isEmpty && message.editedAtMs === undefined ? wordsOf(arrival) : {}),
    ...(isEmpty && message.attachments.length === 0 && arrival.attachments.length > 0
      ? { attachments: await linkAttachments(arrival.attachments, ownerOf(message, arrival)) }
      : {}),
  }
  return Object.keys(facts).length === 0 ? undefined : facts
}

const wordsOf = ({ text, spans }: ArrivedMessage): FullerFacts => ({ text, ...(spans ? { spans } : {}) })

const ownerOf = (
  { id, channelId, conversationId }: StoredMessage,
  { identity }: ArrivedMessage,
): Parameters<LinkAttachments>[1] => ({
  channelId,
  identityExternalId: identity.externalId,
  conversationId,
  messageId: id,
})
