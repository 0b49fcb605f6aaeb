import type { VisitorMessageView } from '../../../src/domain/events.ts'

type ReceiptStatus = 'delivered' | 'read'

/** One post that tells what this browser has, or shows. */
export interface Receipt {
  readonly type: 'receipt'
  readonly status: ReceiptStatus
  readonly messageIds: readonly string[]
}

/** Collects receipts and hands them out in batches. */
export interface ReceiptBook {
  /** Notes every agent's message that has not been receipted so far; true when there is something to post. */
  note(messages: readonly VisitorMessageView[], status: ReceiptStatus): boolean
  /** The next batch; it stays until {@link ReceiptBook.settle}. */
  next(): Receipt | undefined
  settle(receipt: Receipt): void
  clear(): void
}

const BATCH = 100

/** What was posted once is not posted again: a receipt is an event, and the server ranks them anyway. */
export function createReceiptBook(): ReceiptBook {
  const done: Record<ReceiptStatus, Set<string>> = { delivered: new Set(), read: new Set() }
  const due: Record<ReceiptStatus, Set<string>> = { delivered: new Set(), read: new Set() }
  return {
    note(messages, status) {
      for (const { id, from, status: known } of messages) {
        if (from !== 'agent' || known === 'read' || (known === 'delivered' && status === 'delivered'))
          continue
        if (done.read.has(id) || done[status].has(id)) continue
        due[status].add(id)
        // Read says delivered as well.
        if (status === 'read') due.delivered.delete(id)
      }
      return due.delivered.size + due.read.size > 0
    },
    next() {
      for (const status of ['read', 'delivered'] as const) {
        const messageIds = [...due[status]].slice(0, BATCH)
        if (messageIds.length > 0) return { type: 'receipt', status, messageIds }
      }
      return undefined
    },
    settle({ status, messageIds }) {
      for (const id of messageIds) {
        due[status].delete(id)
        done[status].add(id)
      }
    },
    clear() {
      for (const set of [done.delivered, done.read, due.delivered, due.read]) set.clear()
    },
  }
}
