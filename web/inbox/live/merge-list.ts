import type { ConversationListView } from '../../../src/domain/commands.ts'
import type { ConversationStatus } from '../../../src/domain/conversation.ts'
import type { ConversationView } from '../../../src/domain/views.ts'
import type { Learned } from './overlay.ts'
import { newest } from './overlay.ts'

/** What a list shows. */
export interface ListFilter {
  readonly view: ConversationListView
  readonly status: ConversationStatus
  readonly channelId?: string | undefined
  readonly teamId?: string | undefined
  readonly search?: string | undefined
}

/** A page as REST gave it; `asOf` is the overlay's number when it was asked for. */
export interface StampedPage<T> {
  readonly items: readonly T[]
  readonly nextCursor?: string | undefined
  readonly asOf: number
}

/** Whether a conversation belongs into a list, as far as a browser can tell: a search only the server can judge. */
export function belongs(conversation: ConversationView, filter: ListFilter, me: string): boolean {
  if (conversation.status !== filter.status) return false
  if (filter.channelId && conversation.channelId !== filter.channelId) return false
  if (filter.teamId && conversation.teamId !== filter.teamId) return false
  // What was filed away stands in the view of its reason, and in no other.
  const reason = filter.view === 'spam' || filter.view === 'automatic' ? filter.view : undefined
  if (conversation.filed !== reason) return false
  if (filter.view === 'mine') return conversation.assigneeId === me
  if (filter.view === 'unassigned') return conversation.assigneeId === undefined
  return true
}

/** The order of the list: last activity first, then the higher id. */
export function byActivity(one: ConversationView, other: ConversationView): number {
  if (one.lastActivityAt !== other.lastActivityAt) return one.lastActivityAt < other.lastActivityAt ? 1 : -1
  if (one.id === other.id) return 0
  return one.id < other.id ? 1 : -1
}

/**
 * The list on the screen: REST's pages, brought forward by what was heard since. Pages that were asked for after the
 * last event come out exactly as they are.
 */
export function mergeList(
  pages: readonly StampedPage<ConversationView>[],
  heard: ReadonlyMap<string, Learned<ConversationView>>,
  filter: ListFilter,
  me: string,
): readonly ConversationView[] {
  const first = pages[0]
  if (!first) return []
  const listed = new Set<string>()
  const shown: ConversationView[] = []
  for (const page of pages) {
    for (const item of page.items) {
      if (listed.has(item.id)) continue
      listed.add(item.id)
      const current = newest(item, heard.get(item.id)?.value)
      if (current === item || belongs(current, filter, me)) shown.push(current)
    }
  }
  const edge = lastItemIfMoreFollow(pages)
  for (const { value, seq } of heard.values()) {
    if (filter.search || seq <= first.asOf || listed.has(value.id) || !belongs(value, filter, me)) continue
    // Below the loaded part it would stand in a gap: the page that holds it brings it.
    if (!edge || byActivity(value, edge) < 0) shown.push(value)
  }
  return shown.sort(byActivity)
}

function lastItemIfMoreFollow(pages: readonly StampedPage<ConversationView>[]): ConversationView | undefined {
  const last = pages.at(-1)
  if (!last?.nextCursor) return undefined
  return pages.flatMap((page) => page.items).at(-1)
}
