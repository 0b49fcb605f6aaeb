import type { MessageView } from '../../../src/domain/views.ts'
import type { StampedPage } from './merge-list.ts'
import type { Learned } from './overlay.ts'
import { newest } from './overlay.ts'

/** The order of a thread: oldest first, then the lower id. */
export function byAge(one: MessageView, other: MessageView): number {
  if (one.order !== other.order) return one.order - other.order
  if (one.id === other.id) return 0
  return one.id < other.id ? -1 : 1
}

/**
 * The thread on the screen, oldest first: REST's pages (newest first), brought forward by what was heard since.
 * Pages that were asked for after the last event come out exactly as they are.
 */
export function mergeThread(
  pages: readonly StampedPage<MessageView>[],
  heard: ReadonlyMap<string, Learned<MessageView>> | undefined,
): readonly MessageView[] {
  const first = pages[0]
  if (!first) return []
  const listed = new Set<string>()
  const shown: MessageView[] = []
  for (const page of pages) {
    for (const item of page.items) {
      if (listed.has(item.id)) continue
      listed.add(item.id)
      shown.push(newest(item, heard?.get(item.id)?.value))
    }
  }
  const oldest = pages.at(-1)?.nextCursor ? pages.at(-1)?.items.at(-1) : undefined
  for (const { value, seq } of heard?.values() ?? []) {
    if (seq <= first.asOf || listed.has(value.id)) continue
    if (!oldest || byAge(value, oldest) > 0) shown.push(value)
  }
  return shown.sort(byAge)
}

/** Those of our own unsent messages that the thread does not hold yet. */
export function stillPending<T extends { readonly clientMessageId: string }>(
  pending: readonly T[],
  messages: readonly MessageView[],
): readonly T[] {
  if (pending.length === 0) return pending
  const arrived = new Set(
    messages.flatMap((message) =>
      message.direction === 'outbound' && message.clientMessageId ? [message.clientMessageId] : [],
    ),
  )
  return pending.filter(({ clientMessageId }) => !arrived.has(clientMessageId))
}
