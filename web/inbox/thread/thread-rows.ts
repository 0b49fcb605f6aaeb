import type { MessageView } from '../../../src/domain/views.ts'
import type { PendingMessage } from '../data/outbox.ts'
import { dayKey } from '../parts/time.ts'

/** One drawn line of a thread. */
export type ThreadRow =
  | { readonly kind: 'day'; readonly key: string; readonly at: string }
  | { readonly kind: 'event'; readonly key: string; readonly message: MessageView }
  | {
      readonly kind: 'message'
      readonly key: string
      readonly message: MessageView
      /** Begins or ends a run of messages that one person wrote soon after each other. */
      readonly first: boolean
      readonly last: boolean
    }
  /** Stands before the first of several letters that are folded. */
  | { readonly kind: 'folds'; readonly key: string; readonly folded: readonly string[] }
  | { readonly kind: 'pending'; readonly key: string; readonly pending: PendingMessage }

const GROUP_MS = 5 * 60_000

/** Whether two messages belong to one run. */
function together(one: MessageView | undefined, other: MessageView | undefined): boolean {
  if (!one || !other || one.kind === 'event' || other.kind === 'event') return false
  return (
    one.kind === other.kind &&
    one.direction === other.direction &&
    one.author.kind === other.author.kind &&
    one.author.id === other.author.id &&
    Date.parse(other.createdAt) - Date.parse(one.createdAt) < GROUP_MS &&
    dayKey(one.createdAt) === dayKey(other.createdAt)
  )
}

/** Lines of a thread: days, runs of messages, events, and at the end what has not left yet. */
export function threadRows(
  messages: readonly MessageView[],
  pending: readonly PendingMessage[],
): readonly ThreadRow[] {
  const rows: ThreadRow[] = []
  const keys = new Set<string>()
  let day = ''
  for (const [index, message] of messages.entries()) {
    const today = dayKey(message.createdAt)
    if (today !== day) {
      day = today
      rows.push({ kind: 'day', key: `day-${today}`, at: message.createdAt })
    }
    if (message.kind === 'event') {
      rows.push({ kind: 'event', key: message.id, message })
      continue
    }
    rows.push({
      kind: 'message',
      key: keyOf(message, keys),
      message,
      first: !together(messages[index - 1], message),
      last: !together(message, messages[index + 1]),
    })
  }
  for (const item of pending) {
    // It begins the day that it will stand in: once it is stored, nothing is put before it and the end stays in sight.
    const today = dayKey(item.createdAt)
    if (today !== day && item.createdAt > (messages.at(-1)?.createdAt ?? '')) {
      day = today
      rows.push({ kind: 'day', key: `day-${today}`, at: item.createdAt })
    }
    rows.push({ kind: 'pending', key: item.clientMessageId, pending: item })
  }
  return rows
}

/** The bubble that waited and the message it became are one element on the screen. */
function keyOf(message: MessageView, used: Set<string>): string {
  const { clientMessageId } = message
  if (message.direction === 'inbound' || !clientMessageId || used.has(clientMessageId)) return message.id
  used.add(clientMessageId)
  return clientMessageId
}

const MENTIONED_FROM = 2

/** The lines with one that opens all folded letters, where there are several. */
export function withFolds(
  rows: readonly ThreadRow[],
  isFolded: (message: MessageView) => boolean,
): readonly ThreadRow[] {
  const isFoldedRow = (row: ThreadRow) =>
    row.kind === 'message' && row.message.letter !== undefined && isFolded(row.message)
  const folded = rows.flatMap((row) => (row.kind === 'message' && isFoldedRow(row) ? [row.message.id] : []))
  if (folded.length < MENTIONED_FROM) return rows
  const at = rows.findIndex(isFoldedRow)
  return [...rows.slice(0, at), { kind: 'folds', key: 'folds', folded }, ...rows.slice(at)]
}
