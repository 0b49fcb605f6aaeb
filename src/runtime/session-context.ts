/** What a session may touch: fenced, so that only the holder of the channel's lease moves anything. */
import type { ConfigValues } from '../contract/config-field.ts'
import type { ConnectorContext, HealthReport, PushItem, RawItem } from '../contract/connector.ts'
import type { LiveChannel } from '../services/channel-directory.ts'
import type { OrderClock } from '../services/order-clock.ts'
import { requireFitItem, toSessionEntry } from '../services/session-entry.ts'
import type { CheckpointStore } from '../store/checkpoint-store.ts'
import type { JournalEntry } from '../store/journal-store.ts'
import type { JournalWriter } from './journal-writer.ts'
import type { Backlog, ByteGate } from './push-gate.ts'
import { LeaseLostError, type SessionLease } from './session-leases.ts'

export interface SessionContextDeps {
  readonly contextOf: (channel: LiveChannel, signal: AbortSignal) => ConnectorContext<ConfigValues>
  readonly checkpoints: CheckpointStore
  /** Writes only while no later token was raised. */
  readonly keepHealth: (channel: LiveChannel, health: HealthReport, token: number) => Promise<void>
  readonly append: JournalWriter['append']
  readonly orderClock: OrderClock
  readonly now: () => number
  readonly memory: ByteGate
  readonly onItem: (repeated: boolean) => void
}

/** One run of `open`: what is given to it, and what it leaves behind. */
export interface SessionScope {
  readonly ctx: ConnectorContext<ConfigValues>
  readonly push: PushItem
  /** Says how the channel is, in the name of the session. */
  readonly report: (health: HealthReport) => void
  /** What was last said, by the connector or by us. */
  readonly lastReport: () => HealthReport | undefined
  /** Refuses everything from now on; resolves when nothing of it is under way any more. */
  close(): Promise<void>
}

/** Makes the scope of one run under a lease. @param signal aborts when the run is to end */
export function createSessionScope(
  channel: LiveChannel,
  lease: SessionLease,
  backlog: Backlog,
  signal: AbortSignal,
  deps: SessionContextDeps,
): SessionScope {
  const base = deps.contextOf(channel, signal)
  const underWay = new Set<Promise<unknown>>()
  let closed = false
  let lastReport: HealthReport | undefined

  const requireHeld = (): void => {
    if (closed || !lease.isHeld()) throw new LeaseLostError()
  }

  const seeThrough = <T>(work: Promise<T>): Promise<T> => {
    const seen = work.then(
      () => undefined,
      () => undefined,
    )
    underWay.add(seen)
    void seen.then(() => underWay.delete(seen))
    return work
  }

  const write = async (value: Readonly<Record<string, unknown>>): Promise<void> => {
    requireHeld()
    if (await deps.checkpoints.write(channel.id, value, lease.token)) return
    lease.giveUp()
    throw new LeaseLostError()
  }

  const keepSecret = async (key: string, value: string): Promise<void> => {
    requireHeld()
    await base.keepSecret(key, value)
  }

  let turn: Promise<void> = Promise.resolve()
  /** One after the other, so that items keep the order in which they were pushed. */
  const letIn = async (
    item: RawItem,
  ): Promise<{ readonly entry: JournalEntry; readonly leave: () => void }> => {
    // First the session's own room: who waits for that must not hold memory that others could use.
    await backlog.room(signal)
    const leave = await deps.memory.enter(item.body.byteLength, signal)
    try {
      requireHeld()
      const nowMs = deps.now()
      const entry = toSessionEntry(channel.id, item, deps.orderClock(nowMs), nowMs)
      backlog.add(entry.id, entry.body.byteLength)
      return { entry, leave }
    } catch (error) {
      leave()
      throw error
    }
  }

  const push: PushItem = async (item) => {
    requireFitItem(item)
    requireHeld()
    const mine = turn.then(() => letIn(item))
    turn = mine.then(
      () => undefined,
      () => undefined,
    )
    const { entry, leave } = await mine
    try {
      const { repeated } = await deps.append(entry)
      backlog.arrived(entry.id)
      deps.onItem(repeated)
    } catch (error) {
      backlog.drop(entry.id)
      throw error
    } finally {
      leave()
    }
  }

  let unsaid: HealthReport | undefined
  let saying: Promise<void> | undefined
  /** One at a time, and always the newest: a connector that reports without end costs one write at a time. */
  const say = async (): Promise<void> => {
    while (unsaid && lease.isHeld()) {
      const health = unsaid
      unsaid = undefined
      await deps.keepHealth(channel, health, lease.token).catch((error: unknown) => {
        lastReport = undefined
        base.logger.warn({ err: error }, 'the health could not be kept')
      })
    }
  }
  const report = (said: HealthReport): void => {
    const health: HealthReport = { part: 'receiving', ...said }
    if (closed || !lease.isHeld()) return
    lastReport = health
    unsaid = health
    saying ??= seeThrough(
      say().finally(() => {
        saying = undefined
      }),
    )
  }

  return {
    ctx: {
      ...base,
      checkpoint: { read: base.checkpoint.read, write: (value) => seeThrough(write(value)) },
      reportHealth: report,
      keepSecret: (key, value) => seeThrough(keepSecret(key, value)),
    },
    push: (item) => seeThrough(push(item)),
    report,
    lastReport: () => lastReport,
    async close() {
      closed = true
      await Promise.all(underWay)
    },
  }
}
