import type { ConversationId } from '../domain/ids.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { ArrivedMessage } from './parse-entries.ts'

export interface RenewDeps {
  readonly conversations: ConversationStore
  readonly messages: MessageStore
  /** After how long a resolved conversation is over for good, milliseconds; undefined = never. */
  readonly renewAfterMs: (conversation: StoredConversation) => Promise<number | undefined>
}

/**
 * Ends conversations that were resolved too long ago to be opened again, and takes them out of `found`: what was
 * written in their threads opens new ones that are linked to them.
 * @returns the conversations ended, by thread
 */
export async function retireOverdue(
  found: Map<string, StoredConversation>,
  threads: ReadonlyMap<string, readonly ArrivedMessage[]>,
  deps: RenewDeps,
): Promise<ReadonlyMap<string, ConversationId>> {
  const over = new Map<string, StoredConversation>()
  for (const [key, conversation] of found) {
    const thread = threads.get(key) ?? []
    if (await isOver(conversation, thread, deps)) over.set(key, conversation)
  }
  if (over.size === 0) return new Map()
  await deps.conversations.retire([...over.values()])
  for (const key of over.keys()) found.delete(key)
  return new Map([...over].map(([key, { id }]) => [key, id]))
}

async function isOver(
  conversation: StoredConversation,
  thread: readonly ArrivedMessage[],
  deps: RenewDeps,
): Promise<boolean> {
  const [first] = thread
  if (!first || conversation.status !== 'resolved' || conversation.resolvedAtMs === undefined) return false
  // What nobody has worked on is not over, and what nobody said begins nothing. A thread is not ended from elsewhere.
  if (conversation.filed || thread.every(({ quiet }) => quiet) || first.into !== undefined) return false
  const afterMs = await deps.renewAfterMs(conversation)
  if (afterMs === undefined || first.receivedAtMs - conversation.resolvedAtMs < afterMs) return false
  // A message that came before and is only repeated opens nothing.
  const known = await deps.messages.findNamed(
    first.channel.id,
    thread.map(({ externalId }) => externalId),
  )
  const names = new Set(known.flatMap(({ externalId = '', partIds = [] }) => [externalId, ...partIds]))
  return thread.some(({ externalId }) => !names.has(externalId))
}
