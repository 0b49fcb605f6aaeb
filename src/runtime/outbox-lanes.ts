import type { Pacing } from '../domain/capabilities.ts'
import type { ChannelId, ConversationId } from '../domain/ids.ts'
import type { DueConversation, DueScope } from '../store/outbox-store.ts'
import { createOutboxLane, type OutboxLane, type OutboxLaneDeps } from './outbox-lane.ts'
import type { OutboxWorker } from './outbox-worker.ts'

export interface OutboxLanesDeps extends Pick<OutboxLaneDeps, 'deliver' | 'now' | 'onError'> {
  readonly channels: () => Promise<
    readonly { readonly id: ChannelId; readonly pacing?: Pacing; readonly paused: boolean }[]
  >
  readonly due: (
    nowMs: number,
    limit: number,
    scope: DueScope,
    known: readonly ConversationId[],
  ) => Promise<{ readonly due: readonly DueConversation[]; readonly more: boolean }>
  /** How many processes send. */
  readonly nodes: () => number
}

/** Looks for what nobody woke it for: retries, expired leases, other nodes' leftovers. */
const LOOK_EVERY_MS = 1_000
/**
 * What was left by channels that are gone is in no hurry. Nor is what waits for a paused one, of which only attempts need
 * to be looked after whose node died: however much piles up there, it costs no more than this.
 */
const LEFTOVERS_EVERY_MS = 10_000
const LOOKED_AT_ONCE = 256
/** A lane that has so much in hand wants no more until half of it is gone. */
const STOCK = 128

/**
 * Sends on all channels, each in a lane of its own: what waits for one platform, by its pace or because it is slow,
 * neither holds up the others nor is looked for again and again. Creates and starts it.
 */
export function startOutboxLanes(deps: OutboxLanesDeps): OutboxWorker {
  const lanes = new Map<ChannelId, OutboxLane>()
  let looking: Promise<void> | undefined
  let again = false
  let stopped = false
  /** There was more than lanes could take. */
  let behind = false
  let leftoversAtMs = Number.NEGATIVE_INFINITY

  const laneOf = (id: ChannelId): OutboxLane => {
    const known = lanes.get(id)
    if (known) return known
    const lane = createOutboxLane({
      ...deps,
      onProgress: () => {
        if (behind && lane.size < STOCK / 2) wake()
      },
    })
    lanes.set(id, lane)
    return lane
  }

  const look = async (): Promise<void> => {
    do {
      again = false
      const channels = await deps.channels()
      const nodes = Math.max(1, deps.nodes())
      for (const { id, pacing } of channels) laneOf(id).setLimits(pacing, nodes)
      const open = channels.filter(({ paused }) => !paused).map(({ id }) => id)
      behind = await fill(open)
      if (deps.now() - leftoversAtMs < LEFTOVERS_EVERY_MS) continue
      leftoversAtMs = deps.now()
      forgetLanesBut(new Set(channels.map(({ id }) => id)))
      await fillLeftovers(open)
    } while (again && !stopped)
  }

  /** @returns whether lanes were left out that may have more */
  const fill = async (channels: readonly ChannelId[]): Promise<boolean> => {
    for (;;) {
      const wanting = channels.filter((id) => laneOf(id).size < STOCK)
      if (wanting.length === 0 || stopped) return true
      const known = wanting.flatMap((id) => laneOf(id).known)
      const { due, more } = await deps.due(deps.now(), LOOKED_AT_ONCE, { of: wanting }, known)
      for (const { channelId, conversationId } of due) laneOf(channelId).add(conversationId)
      if (!more) return wanting.length < channels.length
    }
  }

  const forgetLanesBut = (channels: ReadonlySet<ChannelId>): void => {
    for (const [id, lane] of lanes) if (lane.size === 0 && !channels.has(id)) lanes.delete(id)
  }

  const fillLeftovers = async (channels: readonly ChannelId[]): Promise<void> => {
    const { due } = await deps.due(deps.now(), LOOKED_AT_ONCE, { notOf: channels }, [])
    for (const { channelId, conversationId } of due) laneOf(channelId).add(conversationId)
  }

  const wake = (): void => {
    again = true
    if (stopped || looking) return
    looking = look()
      .catch((error: unknown) => deps.onError(error, 'looking for due messages failed'))
      .finally(() => {
        looking = undefined
      })
  }

  const timer = setInterval(wake, LOOK_EVERY_MS)
  wake()

  return {
    wake,
    async stop(patienceMs) {
      stopped = true
      clearInterval(timer)
      await looking
      for (const lane of lanes.values()) lane.stop()
      const underWay = (): readonly Promise<void>[] => [...lanes.values()].flatMap((lane) => lane.underWay())
      let patience: NodeJS.Timeout | undefined
      const end = new Promise<void>((resolve) => {
        patience = setTimeout(resolve, patienceMs)
      })
      await Promise.race([Promise.all(underWay()), end])
      clearTimeout(patience)
      return underWay().length
    },
  }
}
