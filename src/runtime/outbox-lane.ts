import type { PaceLimit, Pacing } from '../domain/capabilities.ts'
import type { ConversationId } from '../domain/ids.ts'
import {
  afterAnswer,
  afterSending,
  earliestMs,
  isRested,
  type PaceState,
  RESTED,
  shareOf,
} from '../domain/pacing.ts'
import type { Pace } from '../services/deliver-messages.ts'
import { createPaceGate, LEAD_MS, type Passage } from './pace-gate.ts'
import { createSharedPlaces } from './shared-places.ts'

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
/** How soon to look again, when a conversation turned out to share its place with one that is being sent to. */
const TAKEN_LOOK_MS = 100
/** Nobody waits for longer without a look at the clock. */
const LONGEST_SLEEP_MS = 60_000
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
  /** By conversation, or by the place that several share. */
  const threadStates = new Map<string, readonly PaceState[]>()
  const places = createSharedPlaces()
  const gate = createPaceGate(deps)
  let threadLimits: readonly PaceLimit[] = []
  let concurrency = CONCURRENCY
  /** Being made ready, and not yet gone to the platform. */
  let preparing = 0
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let forgetAtMs = 0

  const statesOf = (id: ConversationId): readonly PaceState[] =>
    threadStates.get(places.keyOf(id)) ?? threadLimits.map(() => RESTED)
  const threadMs = (id: ConversationId): number => {
    const states = statesOf(id)
    return Math.max(0, ...threadLimits.map((limit, index) => earliestMs(limit, states[index] ?? RESTED)))
  }
  /** When the next message may be made ready, as far as the channel is concerned; never while enough are. */
  const channelMs = (): number =>
    preparing >= gate.ahead ? Number.POSITIVE_INFINITY : gate.earliestMs() - LEAD_MS

  const changeStates = (
    id: ConversationId,
    change: (limit: PaceLimit, state: PaceState) => PaceState,
  ): void => {
    if (threadLimits.length === 0) return
    const states = statesOf(id)
    threadStates.set(
      places.keyOf(id),
      threadLimits.map((limit, index) => change(limit, states[index] ?? RESTED)),
    )
  }

  const noteGone = (id: ConversationId, { wentAtMs }: Passage): void => {
    changeStates(id, (limit, state) => afterSending(limit, state, wentAtMs))
    if (threadStates.size > MOST_STATES) forgetRested(wentAtMs)
  }

  const noteAnswered = (id: ConversationId, { wentAtMs, answered }: Passage): void => {
    const lateMs = answered()
    changeStates(id, (limit, state) => afterAnswer(limit, state, wentAtMs, lateMs))
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
      // When that one ends it is looked again.
      if (places.isTaken(id)) continue
      ready.delete(id)
      const turnMs = threadMs(id)
      if (turnMs > nowMs) waiting.set(id, turnMs)
      else sending.set(id, send(id))
    }
    if (waiting.size > 0) wakeAt(Math.min(...waiting.values()))
  }

  const wakeAt = (atMs: number): void => {
    // A timer that is set too far ahead goes off at once, again and again.
    timer = setTimeout(pump, Math.min(LONGEST_SLEEP_MS, Math.max(1, Math.ceil(atMs - now()))))
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
    places.begin(id)
    const pace: Pace = {
      take() {
        const nowMs = now()
        const turnMs = threadMs(id)
        const placeMs = places.isTaken(id) ? nowMs + TAKEN_LOOK_MS : turnMs
        const mayMs = Math.max(placeMs, isPreparing ? gate.earliestMs() - LEAD_MS : channelMs())
        if (mayMs <= nowMs && !stopped) {
          prepare(true)
          return undefined
        }
        prepare(false)
        againAtMs = Number.isFinite(mayMs) ? mayMs : nowMs
        return againAtMs
      },
      async go(_, place) {
        // Another one of the place may be on its way, or have gone before this one was known to lie there.
        const isTurn = place === undefined || (places.enter(id, place) && threadMs(id) <= now())
        const passage = isTurn ? await gate.pass() : undefined
        if (passage) noteGone(id, passage)
        prepare(false)
        pump()
        return passage && (() => noteAnswered(id, passage))
      },
      skip: () => prepare(false),
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
      // Whoever waited for it goes before what this one has left.
      if (places.leave(id)) pump()
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
