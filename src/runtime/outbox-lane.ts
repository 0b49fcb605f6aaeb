import type { PaceLimit, Pacing } from '../domain/capabilities.ts'
import type { ConversationId } from '../domain/ids.ts'
import { afterSending, earliestMs, isRested, type PaceState, RESTED, shareOf } from '../domain/pacing.ts'
import type { Pace } from '../services/deliver-messages.ts'
import { createPaceGate, LEAD_MS } from './pace-gate.ts'

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
/** Beyond so many paces of single conversations those that matter no more are forgotten, now and then. */
const MOST_STATES = 1_000
const FORGET_EVERY_MS = 1_000

/** Creates a lane that is empty and knows no limits. */
export function createOutboxLane(deps: OutboxLaneDeps): OutboxLane {
  const { now } = deps
  /** In the order of their turn. */
  const ready = new Set<ConversationId>()
  /** Not before these instants. */
  const waiting = new Map<ConversationId, number>()
  const sending = new Map<ConversationId, Promise<void>>()
  const threadStates = new Map<ConversationId, readonly PaceState[]>()
  const gate = createPaceGate(deps)
  let threadLimits: readonly PaceLimit[] = []
  let concurrency = CONCURRENCY
  /** Being made ready, and not yet gone to the platform. */
  let preparing = 0
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let forgetAtMs = 0

  const statesOf = (id: ConversationId): readonly PaceState[] =>
    threadStates.get(id) ?? threadLimits.map(() => RESTED)
  const threadMs = (id: ConversationId): number => {
    const states = statesOf(id)
    return Math.max(0, ...threadLimits.map((limit, index) => earliestMs(limit, states[index] ?? RESTED)))
  }
  /** When the next message may be made ready, as far as the channel is concerned; never while enough are. */
  const channelMs = (): number =>
    preparing >= gate.ahead ? Number.POSITIVE_INFINITY : gate.earliestMs() - LEAD_MS

  const noteGone = (id: ConversationId): void => {
    if (threadLimits.length === 0) return
    const nowMs = now()
    const states = statesOf(id)
    threadStates.set(
      id,
      threadLimits.map((limit, index) => afterSending(limit, states[index] ?? RESTED, nowMs)),
    )
    if (threadStates.size > MOST_STATES) forgetRested(nowMs)
  }

  const forgetRested = (nowMs: number): void => {
    if (nowMs < forgetAtMs) return
    forgetAtMs = nowMs + FORGET_EVERY_MS
    for (const [id, states] of threadStates) {
      if (threadLimits.every((limit, index) => isRested(limit, states[index] ?? RESTED, nowMs)))
        threadStates.delete(id)
    }
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
      const mayMs = channelMs()
      // With enough in hand there is nothing to wait for: whatever goes or ends looks again.
      if (sending.size >= concurrency || mayMs === Number.POSITIVE_INFINITY) return
      if (mayMs > nowMs) {
        wakeAt(mayMs)
        return
      }
      ready.delete(id)
      const turnMs = threadMs(id)
      if (turnMs > nowMs) waiting.set(id, turnMs)
      else sending.set(id, send(id))
    }
    if (waiting.size > 0) wakeAt(Math.min(...waiting.values()))
  }

  const wakeAt = (atMs: number): void => {
    timer = setTimeout(pump, Math.max(1, Math.ceil(atMs - now())))
  }

  const send = async (id: ConversationId): Promise<void> => {
    let isPreparing = false
    let againAtMs: number | undefined
    const prepare = (is: boolean): void => {
      if (is !== isPreparing) preparing += is ? 1 : -1
      isPreparing = is
    }
    // Reckoned with from now on, before it is known what there is to send.
    prepare(true)
    const pace: Pace = {
      take() {
        const nowMs = now()
        const turnMs = threadMs(id)
        const mayMs = Math.max(turnMs, isPreparing ? gate.earliestMs() - LEAD_MS : channelMs())
        if (mayMs <= nowMs && !stopped) {
          prepare(true)
          return undefined
        }
        prepare(false)
        againAtMs = Number.isFinite(mayMs) ? mayMs : nowMs
        return againAtMs
      },
      async go() {
        const goes = await gate.pass()
        if (goes) noteGone(id)
        prepare(false)
        pump()
        return goes
      },
      hold: gate.hold,
    }
    try {
      await deps.deliver(id, pace)
    } catch (error) {
      deps.onError(error, 'delivering failed; its lease lets another attempt follow')
      againAtMs = now() + AFTER_ERROR_MS
    } finally {
      prepare(false)
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
      if (thread.length !== threadLimits.length) threadStates.clear()
      threadLimits = thread.map((limit) => shareOf(limit, nodes))
      const share = channel && shareOf(channel, nodes)
      gate.setLimit(share)
      const inRoundTrip = share ? (share.messages / share.perMs) * ROUND_TRIP_MS : 0
      concurrency = Math.min(MOST_CONCURRENCY, Math.max(CONCURRENCY, inRoundTrip))
    },
    add(id) {
      if (stopped || ready.has(id) || waiting.has(id) || sending.has(id)) return
      ready.add(id)
      pump()
    },
    stop() {
      stopped = true
      clearTimeout(timer)
      gate.close()
    },
    underWay: () => [...sending.values()],
  }
}
