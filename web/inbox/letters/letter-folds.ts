import type { MessageView } from '../../../src/domain/views.ts'

/** Up to so many letters of a thread all stand open. */
const ALL_OPEN = 2

/**
 * Which letters stand open before anybody folds or opens one: the last one, those that nobody has read yet, and those
 * that somebody has to look after because they did not arrive.
 */
export function openAtFirst(messages: readonly MessageView[], unread: number): ReadonlySet<string> {
  const letters = messages.filter(({ letter }) => letter !== undefined)
  if (letters.length <= ALL_OPEN) return new Set(letters.map(({ id }) => id))
  const inbound = letters.filter(({ direction }) => direction === 'inbound')
  const fresh = unread > 0 ? inbound.slice(-unread) : []
  const troubled = letters.filter(
    ({ status, delivery }) =>
      status === 'failed' || delivery?.state === 'unknown' || delivery?.state === 'dead',
  )
  return new Set([...letters.slice(-1), ...fresh, ...troubled].map(({ id }) => id))
}
