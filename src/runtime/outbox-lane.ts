import type { PaceLimit, Pacing } from '../domain/capabilities.ts'
import type { ConversationId } from '../domain/ids.ts'
import {
  afterGivingBack,
  afterSending,
  earliestMs,
  isRested,
  type PaceState,
  RESTED,
  shareOf,
} from '../domain/pacing.ts'
import type { Pace } from '../services/deliver-messages.ts'

/** Keeps what one channel has to send going out on this node, no faster than its platform takes it. */
export interface OutboxLane {
  /** How many conversations it has in hand, sending or waiting for their turn. */
  readonly size: number
  readonly known: readonly ConversationId[]
  /** @param nodes how many share the channel's limits */
  setLimits(pacing: Pacing | undefined, nodes: number): void
  add(conversationId: ConversationId): void
  /** Begins nothing further. */
  stop(): void
  /** What is under way now. */
  underWay(): readonly Promise<void>[]
}

export interface OutboxLaneDeps {
  /** Sends what the conversation holds, as long as the pace lets it; answers when its head is due next. */
  readonly deliver: (conversationId: ConversationId, pace: Pace) => Promise<number | undefined>
  /** Something of it has ended. */
  readonly onProgress: () => void
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly onError: (error: unknown, message: string) => void
}

/** Conversations of a channel sent to at the same time on one node: a slow platform holds up only its own. */
const CONCURRENCY = 64
const MOST_CONCURRENCY = 512
/** A platform that takes so long to answer still gets as much as its limit allows. */
const ROUND_TRIP_MS = 4_000
/** What could not be delivered for a reason of our own is looked at again then. */
const AFTER_ERROR_MS = 1_000
/** Beyond so many paces of single conversations those that matter no more are forgotten. */
const MOST_STATES = 1_000

/** Creates a lane that is empty and knows no limits. */
export function createOutboxLane(deps: OutboxLaneDeps): OutboxLane {
  const { now } = deps
  /** In the order of their turn. */
  const ready = new Set<ConversationId>()
  /** Not before these instants. */
  const waiting = new Map<ConversationId, number>()
  const sending = new Map<ConversationId, Promise<void>>()
  const threadStates = new Map<ConversationId, readonly PaceState[]>()
  let limits: { readonly channel?: PaceLimit; readonly thread: readonly PaceLimit[] } = { thread: [] }
  let channelState = RESTED
  let heldUntilMs = 0
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  const channelMs = (): number =>
    Math.max(heldUntilMs, limits.channel ? earliestMs(limits.channel, channelState) : 0)
  const statesOf = (id: ConversationId): readonly PaceState[] =>
    threadStates.get(id) ?? limits.thread.map(() => RESTED)
  const threadMs = (id: ConversationId): number => {
    const states = statesOf(id)
    return Math.max(0, ...limits.thread.map((limit, index) => earliestMs(limit, states[index] ?? RESTED)))
  }

  const changeStates = (
    id: ConversationId,
    atMs: number,
    change: (limit: PaceLimit, state: PaceState, atMs: number) => PaceState,
  ): void => {
    if (limits.channel) channelState = change(limits.channel, channelState, atMs)
    if (limits.thread.length === 0) return
    const states = statesOf(id)
    threadStates.set(
      id,
      limits.thread.map((limit, index) => change(limit, states[index] ?? RESTED, atMs)),
    )
    if (threadStates.size > MOST_STATES) forgetRested(atMs)
  }

  const forgetRested = (nowMs: number): void => {
    for (const [id, states] of threadStates) {
      if (limits.thread.every((limit, index) => isRested(limit, states[index] ?? RESTED, nowMs)))
        threadStates.delete(id)
    }
  }

  const concurrency = (): number => {
    const { messages = 0, perMs = 1 } = limits.channel ?? {}
    return Math.min(MOST_CONCURRENCY, Math.max(CONCURRENCY, (messages / perMs) * ROUND_TRIP_MS))
  }

  const pump = (): void => {
    clearTimeout(timer)
    if (stopped) return
    const nowMs = now()
    for (const [id, untilMs] of waiting) {
      if (untilMs > nowMs) continue
      waiting.delete(id)
      ready.add(id)
    }
    for (const id of ready) {
      if (sending.size >= concurrency()) return
      const mayMs = channelMs()
      if (mayMs > nowMs) {
        wakeAt(mayMs)
        return
      }
      ready.delete(id)
      const turnMs = threadMs(id)
      if (turnMs > nowMs) waiting.set(id, turnMs)
      else sending.set(id, send(id, nowMs))
    }
    if (waiting.size > 0) wakeAt(Math.min(...waiting.values()))
  }

  const wakeAt = (atMs: number): void => {
    timer = setTimeout(pump, Math.max(1, Math.ceil(atMs - now())))
  }

  const send = async (id: ConversationId, nowMs: number): Promise<void> => {
    changeStates(id, nowMs, afterSending)
    let inHandMs: number | undefined = nowMs
    let againAtMs: number | undefined
    const giveBack = (): void => {
      if (inHandMs !== undefined) changeStates(id, inHandMs, afterGivingBack)
      inHandMs = undefined
    }
    const pace: Pace = {
      take() {
        const atMs = now()
        if (inHandMs !== undefined && heldUntilMs <= atMs) {
          inHandMs = undefined
          return undefined
        }
        giveBack()
        const mayMs = Math.max(channelMs(), threadMs(id))
        if (mayMs > atMs) {
          againAtMs = mayMs
          return mayMs
        }
        changeStates(id, atMs, afterSending)
        return undefined
      },
      hold(untilMs) {
        heldUntilMs = Math.max(heldUntilMs, untilMs)
      },
    }
    try {
      await deps.deliver(id, pace)
    } catch (error) {
      deps.onError(error, 'delivering failed; its lease lets another attempt follow')
      againAtMs = now() + AFTER_ERROR_MS
    } finally {
      giveBack()
      sending.delete(id)
      if (againAtMs !== undefined && !stopped) waiting.set(id, againAtMs)
      pump()
      deps.onProgress()
    }
  }

  return {
    get size() {
      return ready.size + waiting.size + sending.size
    },
    get known() {
      return [...ready, ...waiting.keys(), ...sending.keys()]
    },
    setLimits(pacing, nodes) {
      const { channel, thread = [] } = pacing ?? {}
      if (thread.length !== limits.thread.length) threadStates.clear()
      limits = {
        ...(channel ? { channel: shareOf(channel, nodes) } : {}),
        thread: thread.map((limit) => shareOf(limit, nodes)),
      }
    },
    add(id) {
      if (stopped || ready.has(id) || waiting.has(id) || sending.has(id)) return
      ready.add(id)
      pump()
    },
    stop() {
      stopped = true
      clearTimeout(timer)
    },
    underWay: () => [...sending.values()],
  }
}
