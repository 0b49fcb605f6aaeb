/** One channel's session on this node: opened again and again while the lease is held. */
import { setTimeout as sleep } from 'node:timers/promises'
import { ConnectorError } from '../contract/connector-error.ts'
import { backoffMs } from '../domain/delivery.ts'
import type { LiveChannel } from '../services/channel-directory.ts'
import type { CheckpointStore } from '../store/checkpoint-store.ts'
import type { Logger } from './logger.ts'
import type { Backlog } from './push-gate.ts'
import { createSessionScope, type SessionContextDeps, type SessionScope } from './session-context.ts'
import { LeaseLostError, type SessionLease } from './session-leases.ts'

export interface ChannelSession {
  /** Asks it to end; see `ended`. */
  stop(): void
  /** Ends a wait after a failure: something says that it may go well now. */
  hurry(): void
  /** While it waits after a failure, when that was, milliseconds since the epoch. */
  readonly failedAtMs: number | undefined
  /** Resolves when `open` has returned for good, or is waited for no longer. Never rejects. */
  readonly ended: Promise<void>
}

export interface ChannelSessionDeps extends SessionContextDeps {
  readonly checkpoints: CheckpointStore
  readonly raiseHealthToken: (channelId: LiveChannel['id'], token: number) => Promise<void>
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
  readonly random: () => number
  readonly monotonic: () => number
  readonly waits?: Partial<SessionWaits>
}

/** How long, in milliseconds. */
export interface SessionWaits {
  readonly firstRetry: number
  readonly longestRetry: number
  /** After an error that will be the same next time, such as a wrong password: nobody's account is to be locked. */
  readonly hopelessRetry: number
  /** A run of this length went well: the next failure counts as the first. */
  readonly goodRun: number
  /** A run that stands so long after a failure, without a word of its own, is taken for healthy. */
  readonly silence: number
  /** For a run that was told to end. */
  readonly ending: number
}

const WAITS: SessionWaits = {
  firstRetry: 1_000,
  longestRetry: 300_000,
  hopelessRetry: 1_800_000,
  goodRun: 300_000,
  silence: 30_000,
  ending: 5_000,
}
/** The first failures may be a hiccup; from this one on it is a failure. */
const FAILING_FROM = 4

/** Starts the session of a channel whose lease was just taken. */
export function startChannelSession(
  channel: LiveChannel,
  lease: SessionLease,
  backlog: Backlog,
  deps: ChannelSessionDeps,
): ChannelSession {
  const waits = { ...WAITS, ...deps.waits }
  const stopping = new AbortController()
  const { signal } = stopping
  const onLost = (): void => stopping.abort(lease.lost.reason)
  if (lease.lost.aborted) onLost()
  lease.lost.addEventListener('abort', onLost, { once: true, signal })
  let wait: AbortController | undefined
  let failedAtMs: number | undefined

  const run = async (): Promise<void> => {
    // First the others are shut out, and only then is read where they stood.
    const [isMine] = await Promise.all([
      deps.checkpoints.raise(channel.id, lease.token),
      deps.raiseHealthToken(channel.id, lease.token),
    ])
    if (!isMine) return lease.giveUp()
    for (let failures = 0; !signal.aborted; ) {
      const startedMs = deps.monotonic()
      const wentWell = (): boolean => deps.monotonic() - startedMs >= waits.goodRun
      const error = await openOnce(failures, wentWell)
      if (signal.aborted) return
      failures = wentWell() ? 1 : failures + 1
      failedAtMs = deps.now()
      await waitAfter(error, failures)
      failedAtMs = undefined
    }
  }

  const openOnce = async (failures: number, wentWell: () => boolean): Promise<unknown> => {
    const { inbound } = channel
    if (inbound.kind !== 'session') throw new Error('the channel has no session')
    const scope = createSessionScope(channel, lease, backlog, signal, deps)
    const recovery = failures > 0 ? setTimeout(() => reportRecovery(scope), waits.silence) : undefined
    const work = async (): Promise<unknown> => {
      let error: unknown = ENDED
      try {
        await inbound.open(scope.ctx, scope.push)
      } catch (thrown) {
        error = thrown
      }
      if (!signal.aborted) explain(error, scope, wentWell() ? 1 : failures + 1)
      await scope.close()
      return error
    }
    try {
      return await withPatience(work())
    } finally {
      clearTimeout(recovery)
      void scope.close()
    }
  }

  const reportRecovery = ({ lastReport, report }: SessionScope): void => {
    if (!lastReport()) report({ state: 'healthy' })
  }

  /** What is told to end and does not is left alone: all that it may still do is refused. */
  const withPatience = async <T>(work: Promise<T>): Promise<T | undefined> => {
    let timer: NodeJS.Timeout | undefined
    let begin = (): void => undefined
    const patience = new Promise<undefined>((resolve) => {
      begin = () => {
        timer = setTimeout(() => {
          deps.log.error({ channelId: channel.id }, 'a session did not end when told to; it is left behind')
          resolve(undefined)
        }, waits.ending)
      }
    })
    signal.addEventListener('abort', begin, { once: true })
    if (signal.aborted) begin()
    try {
      return await Promise.race([work, patience])
    } finally {
      signal.removeEventListener('abort', begin)
      clearTimeout(timer)
    }
  }

  const explain = (error: unknown, { report }: SessionScope, failures: number): void => {
    const facts = error instanceof ConnectorError ? error.facts : undefined
    deps.log[facts ? 'warn' : 'error'](
      { channelId: channel.id, err: error },
      facts ? 'a session failed' : 'a session threw against its contract',
    )
    report({
      state: facts?.retry === 'never' || failures >= FAILING_FROM ? 'failing' : 'degraded',
      code: facts?.code ?? 'unexpected',
      detail: facts
        ? (facts.detail ?? 'The platform cannot be used just now.')
        : 'The connection ended with an unexpected error; it is opened again.',
    })
  }

  const waitAfter = async (error: unknown, failures: number): Promise<void> => {
    const facts = error instanceof ConnectorError ? error.facts : undefined
    const schedule = {
      maxAttempts: Number.POSITIVE_INFINITY,
      firstDelayMs: facts?.retry === 'never' ? waits.hopelessRetry : waits.firstRetry,
      longestDelayMs: facts?.retry === 'never' ? waits.hopelessRetry : waits.longestRetry,
    }
    const delayMs = backoffMs(failures, schedule, deps.random(), facts?.retryAfterMs)
    const waiting = new AbortController()
    const onStop = (): void => waiting.abort()
    wait = waiting
    signal.addEventListener('abort', onStop, { once: true })
    if (!signal.aborted)
      await sleep(delayMs, undefined, { signal: waiting.signal, ref: false }).catch(() => undefined)
    signal.removeEventListener('abort', onStop)
    wait = undefined
  }

  const ended = run().catch((error: unknown) => {
    if (!(error instanceof LeaseLostError))
      deps.log.warn({ channelId: channel.id, err: error }, 'a session could not be begun')
  })

  return {
    stop: () => stopping.abort(),
    hurry: () => wait?.abort(),
    get failedAtMs() {
      return failedAtMs
    },
    ended,
  }
}

/** It runs until it is told to end: an `open` that returns before has lost its line. */
const ENDED = new ConnectorError({
  code: 'disconnected',
  detail: 'The connection ended; it is opened again.',
  retry: 'later',
  delivery: 'not-sent',
})
