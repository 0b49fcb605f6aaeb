import { PRIORITIES, type Priority } from '../conversation.ts'
import type { ConversationId } from '../ids.ts'

/** What decides the place of a waiting conversation. */
export interface Waiting {
  readonly id: ConversationId
  readonly priority: Priority
  /** When it began to wait, milliseconds since the epoch. */
  readonly enteredAtMs: number
}

const RANK: Readonly<Record<Priority, number>> = { urgent: 0, high: 1, normal: 2, low: 3 }

/** The place of a priority, 0 = leaves first. Stores keep it so that an index serves the order. */
export function priorityRank(priority: Priority): number {
  return RANK[priority] ?? PRIORITIES.length
}

/** The order in which waiting conversations leave: by priority, then by arrival, then by id. For `sort`. */
export function compareWaiting(one: Waiting, other: Waiting): number {
  const byPriority = priorityRank(one.priority) - priorityRank(other.priority)
  if (byPriority !== 0) return byPriority
  if (one.enteredAtMs !== other.enteredAtMs) return one.enteredAtMs - other.enteredAtMs
  if (one.id === other.id) return 0
  return one.id < other.id ? -1 : 1
}

/** The waiting conversations in the order in which they leave. The list given stays as it was. */
export function inQueueOrder<One extends Waiting>(waiting: readonly One[]): readonly One[] {
  return [...waiting].sort(compareWaiting)
}

/** The place of a conversation among those waiting, 1 = next; undefined when it does not wait. */
export function queuePlace(waiting: readonly Waiting[], id: ConversationId): number | undefined {
  const own = waiting.find((one) => one.id === id)
  if (!own) return undefined
  return waiting.filter((one) => compareWaiting(one, own) < 0).length + 1
}
