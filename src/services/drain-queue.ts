import { compareWaiting, priorityRank } from '../domain/routing/queue-order.ts'
import type { DuePlace, QueuePlace, RoutingQueueStore } from '../store/routing-queue-store.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import { type BatchSize, createBatchSize, LEAST_BATCH } from './batch-size.ts'
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
  const { owed } = deps.routingQueue
  return drainPages((limit, after?: QueuePlace) => owed(limit, beforeMs, after), placeOf, trigger, deps)
}

/** Runs waiting conversations whose policy moves on by now. */
export async function drainDue(deps: DrainDeps): Promise<number | undefined> {
  const { due } = deps.routingQueue
  const untilMs = deps.now()
  return drainPages((limit, after?: DuePlace) => due(untilMs, limit, after), duePlaceOf, 'time', deps)
}

/** Goes on behind what was read, so that a conversation whose run fails holds up nothing that comes after it. */
async function drainPages<Place>(
  read: (limit: number, after?: Place) => Promise<readonly StoredConversation[]>,
  place: (conversation: StoredConversation) => Place,
  trigger: RoutingTrigger,
  deps: DrainDeps,
): Promise<number | undefined> {
  const size = createBatchSize()
  let after: Place | undefined
  let lookAgainAtMs: number | undefined
  while (!deps.isStopping()) {
    const page = await read(size.now(), after)
    const last = page.at(-1)
    if (!last) break
    after = place(last)
    lookAgainAtMs = earlier(lookAgainAtMs, (await routeTimed(page, trigger, size, deps)).lookAgainAtMs)
  }
  return lookAgainAtMs
}

async function routeTimed(
  batch: readonly StoredConversation[],
  trigger: RoutingTrigger,
  size: BatchSize,
  deps: DrainDeps,
): Promise<RunResult> {
  const startedAt = performance.now()
  const result = await deps.route(batch, trigger)
  size.ran(batch.length, performance.now() - startedAt)
  return result
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
    (group): Front => ({ group, buffer: [], ended: false, size: everything ? LEAST_BATCH : FIRST_LOOK }),
  )
  const size = createBatchSize()
  let lookAgainAtMs: number | undefined
  while (!deps.isStopping()) {
    await Promise.all(fronts.map((front) => fill(front, size.now(), deps)))
    const batch = takeNext(fronts, size.now())
    if (batch.length === 0) break
    const result = await routeTimed(batch, trigger, size, deps)
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

async function fill(front: Front, most: number, { routingQueue }: DrainDeps): Promise<void> {
  if (front.ended || front.buffer.length > 0) return
  front.buffer = [...(await routingQueue.waiting(front.group, front.size, front.after))]
  front.ended = front.buffer.length < front.size
  front.size = Math.min(most, front.size * GROWTH)
  const last = front.buffer.at(-1)
  if (last) front.after = placeOf(last)
}

const placeOf = ({ id, priority, routing }: StoredConversation): QueuePlace => ({
  id,
  rank: priorityRank(priority),
  sinceMs: routing.sinceMs,
})

const duePlaceOf = ({ id, routing }: StoredConversation): DuePlace => ({
  id,
  wakeAtMs: routing.wakeAtMs ?? 0,
})

const orderOf = ({ id, priority, routing }: StoredConversation) => ({
  id,
  priority,
  enteredAtMs: routing.sinceMs,
})

/** Takes what is certainly next: nothing that lies behind what has not been read yet. */
function takeNext(fronts: readonly Front[], most: number): readonly StoredConversation[] {
  const known = fronts.filter(({ buffer }) => buffer.length > 0)
  const horizon = known
    .filter(({ ended }) => !ended)
    .flatMap(({ buffer }) => buffer.at(-1) ?? [])
    .sort((one, other) => compareWaiting(orderOf(one), orderOf(other)))[0]
  const ready = known
    .flatMap(({ buffer }) => buffer)
    .filter((one) => !horizon || compareWaiting(orderOf(one), orderOf(horizon)) <= 0)
    .sort((one, other) => compareWaiting(orderOf(one), orderOf(other)))
    .slice(0, most)
  const taken = new Set(ready.map(({ id }) => id))
  for (const front of known) front.buffer = front.buffer.filter(({ id }) => !taken.has(id))
  return ready
}
