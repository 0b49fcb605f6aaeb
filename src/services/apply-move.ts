import type { ChannelId } from '../domain/ids.ts'
import type { ChannelStore } from '../store/channel-store.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { MessagePlaceStore } from '../store/message-place-store.ts'
import type { Bus } from './bus.ts'
import type { ArrivedMove } from './parse-entries.ts'
import { presentConversation } from './present.ts'

export interface MoveDeps {
  readonly channels: Pick<ChannelStore, 'replaceListed'>
  readonly conversations: Pick<ConversationStore, 'moveThread' | 'threadsIn'>
  readonly messagePlaces: MessagePlaceStore
  readonly bus: Pick<Bus, 'publish' | 'signal'>
}

/** Looked up at once. */
const PAGE = 500

/**
 * Lets a thread, or a place with all that is in it, go on under another key. Safe to repeat: what has moved is not found
 * under the old key any more.
 */
export async function applyMove(move: ArrivedMove, deps: MoveDeps): Promise<void> {
  const { channelId } = move
  if (move.type === 'thread-moved') {
    await moveThread(channelId, move.fromThreadKey, move.toThreadKey, deps)
    return
  }
  const { fromPlace, toPlace } = move
  // Messages first: what is told of them again, or read in a history, must find them under their new names.
  for (let after = ''; ; ) {
    const last = await deps.messagePlaces.renameIn(channelId, [fromPlace, toPlace], after, PAGE)
    if (last === undefined) break
    after = last
  }
  await moveThread(channelId, fromPlace, toPlace, deps)
  for (let after = ''; ; ) {
    const threads = await deps.conversations.threadsIn(channelId, fromPlace, after, PAGE)
    for (const thread of threads)
      await moveThread(channelId, thread, `${toPlace}${thread.slice(fromPlace.length)}`, deps)
    after = threads.at(-1) ?? ''
    if (after === '') break
  }
  if (await deps.channels.replaceListed(channelId, fromPlace, toPlace))
    deps.bus.signal({ kind: 'channel-changed', channelId })
}

async function moveThread(
  channelId: ChannelId,
  from: string,
  to: string,
  { conversations, bus }: MoveDeps,
): Promise<void> {
  const moved = await conversations.moveThread(channelId, from, to)
  if (moved) bus.publish([{ type: 'conversation.updated', conversation: presentConversation(moved) }])
}
