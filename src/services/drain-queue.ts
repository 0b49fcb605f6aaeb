import type { ConversationId } from '../domain/ids.ts'
import { compareWaiting, priorityRank } from '../domain/routing/queue-order.ts'
import type { QueuePlace, RoutingQueueStore } from '../store/routing-queue-store.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { RoutingTrigger, RunResult } from './route-conversations.ts'

export interface DrainDeps {
  readonly routingQueue: Pick<RoutingQueueStore, 'owed' | 'groups' | 'waiting' | 'due'>
  readonly route: (
    conversations: readonly StoredConversation[],
    trigger: RoutingTrigger,
  ) => Promise<RunResult>
  readonly now: () => number
  readonly isStopping: () => boolean
}

const BATCH = 200
/** The heads of a group that are tried first: mostly one place has become free. */
const FIRST_LOOK = 8
const GROWTH = 4

const earlier = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined ? other : other === undefined ? one : Math.min(one, other)

/** Runs conversations that a run is owed to: all, or those that were left for a while. */
export async function drainOwed(
  trigger: RoutingTrigger,
  deps: DrainDeps,
  beforeMs?: number,
): Promise<number | undefined> {
  return drainPages(() => deps.routingQueue.owed(BATCH, beforeMs), trigger, deps)
}

/** Runs waiting conversations whose policy moves on by now. */
export async function drainDue(deps: DrainDeps): Promise<number | undefined> {
  return drainPages(() => deps.routingQueue.due(deps.now(), BATCH), 'time', deps)
}

async function drainPages(
  read: () => Promise<readonly StoredConversation[]>,
  trigger: RoutingTrigger,
  deps: DrainDeps,
): Promise<number | undefined> {
  const seen = new Set<ConversationId>()
  let lookAgainAtMs: number | undefined
  while (!deps.isStopping()) {
    const page = (await read()).filter(({ id }) => !seen.has(id))
    if (page.length === 0) break
    for (const { id } of page) seen.add(id)
    lookAgainAtMs = earlier(lookAgainAtMs, (await deps.route(page, trigger)).lookAgainAtMs)
  }
  return lookAgainAtMs
}

/** The front of one group, as far as it was read. */
interface Front {
  readonly group: string | undefined
  buffer: StoredConversation[]
  /** Nothing more is to be read of it. */
  ended: boolean
  size: number
  after?: QueuePlace
}

/**
 * Runs what waits, by priority and arrival. Conversations wait in groups that fail alike: as soon as one of a group
 * finds nobody, the rest of it is left alone, so that one free place among ten thousand waiting costs a few reads.
 * @param everything also those of groups that found nobody: after a change of the rules groups say nothing
 * @returns when somebody may be free by the clock alone
 */
export async function drainWaiting(
  trigger: RoutingTrigger,
  deps: DrainDeps,
  everything = false,
): Promise<number | undefined> {
  const fronts = (await deps.routingQueue.groups()).map(
    (group): Front => ({ group, buffer: [], ended: false, size: everything ? BATCH : FIRST_LOOK }),
  )
  let lookAgainAtMs: number | undefined
  while (!deps.isStopping()) {
    await Promise.all(fronts.map((front) => fill(front, deps)))
    const batch = takeNext(fronts)
    if (batch.length === 0) break
    const result = await deps.route(batch, trigger)
    lookAgainAtMs = earlier(lookAgainAtMs, result.lookAgainAtMs)
    if (everything) continue
    const failed = new Set(result.waiting.map(({ id }) => id))
    const groups = new Set(batch.filter(({ id }) => failed.has(id)).map(({ routing }) => routing.group))
    for (const front of fronts) {
      if (front.group === undefined || !groups.has(front.group)) continue
      front.buffer = []
      front.ended = true
    }
  }
  return lookAgainAtMs
}

async function fill(front: Front, { routingQueue }: DrainDeps): Promise<void> {
  if (front.ended || front.buffer.length > 0) return
  front.buffer = [...(await routingQueue.waiting(front.group, front.size, front.after))]
  front.ended = front.buffer.length < front.size
  front.size = Math.min(BATCH, front.size * GROWTH)
  const last = front.buffer.at(-1)
  if (last) front.after = placeOf(last)
}

const placeOf = ({ id, priority, routing }: StoredConversation): QueuePlace => ({
  id,
  rank: priorityRank(priority),
  sinceMs: routing.sinceMs,
})

const orderOf = ({ id, priority, routing }: StoredConversation) => ({
  id,
  priority,
  enteredAtMs: routing.sinceMs,
})

/** Takes what is certainly next: nothing that lies behind what has not been read yet. */
function takeNext(fronts: readonly Front[]): readonly StoredConversation[] {
  const known = fronts.filter(({ buffer }) => buffer.length > 0)
  const horizon = known
    .filter(({ ended }) => !ended)
    .flatMap(({ buffer }) => buffer.at(-1) ?? [])
    .sort((one, other) => compareWaiting(orderOf(one), orderOf(other)))[0]
  const ready = known
    .flatMap(({ buffer }) => buffer)
    .filter((one) => !horizon || compareWaiting(orderOf(one), orderOf(horizon)) <= 0)
    .sort((one, other) => compareWaiting(orderOf(one), orderOf(other)))
    .slice(0, BATCH)
  const taken = new Set(ready.map(({ id }) => id))
  for (const front of known) front.buffer = front.buffer.filter(({ id }) => !taken.has(id))
  return ready
}
