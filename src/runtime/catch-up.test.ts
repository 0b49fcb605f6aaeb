import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { Connector, HealthReport, RawItem } from '../contract/connector.ts'
import { ConnectorError } from '../contract/connector-error.ts'
import type { ChannelId } from '../domain/ids.ts'
import { createBus } from '../services/bus.ts'
import type { LiveChannel } from '../services/channel-directory.ts'
import type { JournalEntry } from '../store/journal-store.ts'
import { type CatchUp, startCatchUp } from './catch-up.ts'

const CREATED_AT_MS = 1_000_000_000
const MINUTE_MS = 60_000

const item = (key: string): RawItem => ({
  key,
  body: Buffer.from(key),
  contentType: 'text/plain',
  facts: {},
})

/** Several runners over the same marks and leases are several nodes. */
function platform(catchUp: NonNullable<Connector['catchUp']>) {
  const state = { nowMs: CREATED_AT_MS + 60 * MINUTE_MS, paused: false, refuses: false, keeps: false }
  const marks = new Map<string, number>()
  const holders = new Map<string, string>()
  const journal: JournalEntry[] = []
  const health: HealthReport[] = []
  const asked: number[] = []
  const running: CatchUp[] = []
  const id = 'c'.repeat(24) as ChannelId
  const connector = {
    catchUp: (...args: Parameters<NonNullable<Connector['catchUp']>>) => {
      asked.push(args[1])
      return catchUp(...args)
    },
  }
  const start = (nodeId: string) => {
    const bus = createBus((error) => {
      throw error
    })
    const runner = startCatchUp({
      directory: {
        all: async () => [
          {
            id,
            paused: state.paused,
            inbound: { kind: 'webhook' },
            connector,
            record: { createdAtMs: CREATED_AT_MS },
          } as unknown as LiveChannel,
        ],
      },
      bus,
      leases: {
        take: async (name, holder) => {
          if (holders.has(name)) return undefined
          holders.set(name, holder)
          return { name, token: 1 }
        },
        release: async (name) => void holders.delete(name),
      },
      marks: {
        read: async (channelId) => marks.get(channelId),
        move: async (channelId, untilMs) => void marks.set(channelId, untilMs),
      },
      contextOf: () => ({}) as ReturnType<Parameters<typeof startCatchUp>[0]['contextOf']>,
      append: async (entry) => {
        if (state.refuses) throw new Error('the database is away')
        const repeated = journal.some((one) => one.id === entry.id)
        if (!repeated) journal.push(entry)
        return { repeated }
      },
      keepHealth: async (_, report) => void health.push(report),
      clear: async (signal) => {
        while (state.keeps && !signal.aborted) await sleep(1)
      },
      orderClock: (nowMs) => nowMs * 1_000,
      nodeId,
      alone: false,
      goneNodes: () => [],
      now: () => state.nowMs,
      onError: () => undefined,
      lookEveryMs: 1_000_000,
    })
    running.push(runner)
    return { runner, bus }
  }
  return {
    state,
    marks,
    holders,
    journal,
    health,
    asked,
    id,
    start,
    stop: async () => {
      await Promise.all(running.map((runner) => runner.stop()))
    },
  }
}

it('asks from the channel’s beginning, then from the mark, each time with some overlap', async () => {
  const p = platform(async (_ctx, _since, push) => push(item('one')))
  const { runner } = p.start('a')
  await runner.look()
  expect(p.asked).toEqual([CREATED_AT_MS - 10 * MINUTE_MS])
  const firstMs = p.state.nowMs
  p.state.nowMs += 9 * MINUTE_MS
  await runner.look()
  expect(p.asked).toHaveLength(1)
  p.state.nowMs += 2 * MINUTE_MS
  await runner.look()
  expect(p.asked.slice(1)).toEqual([firstMs - 10 * MINUTE_MS])
  expect(p.journal).toHaveLength(1)
  expect(p.marks.get(p.id)).toBe(p.state.nowMs)
  await p.stop()
})

it('asks again after an outage and after a pause', async () => {
  const p = platform(async () => undefined)
  const { runner, bus } = p.start('a')
  await runner.look()
  bus.requireSync()
  await runner.look()
  expect(p.asked).toHaveLength(2)
  p.state.paused = true
  await runner.look()
  p.state.paused = false
  await runner.look()
  expect(p.asked).toHaveLength(3)
  await p.stop()
})

it('moves the mark only when all is on disk, also what the connector did not wait for', async () => {
  const p = platform(async (_ctx, _since, push) => {
    void push(item('one')).catch(() => undefined)
  })
  p.state.refuses = true
  const { runner } = p.start('a')
  await runner.look()
  expect(p.marks.size).toBe(0)
  p.state.refuses = false
  p.state.nowMs += 2 * MINUTE_MS
  await runner.look()
  expect(p.journal).toHaveLength(1)
  expect(p.marks.size).toBe(1)
  await p.stop()
})

it('tells of a platform that does not answer, waits, and tells when it does', async () => {
  let isDown = true
  const p = platform(async () => {
    if (isDown)
      throw new ConnectorError({
        code: 'rate-limited',
        retry: 'later',
        delivery: 'not-sent',
        retryAfterMs: 5 * MINUTE_MS,
      })
  })
  const { runner } = p.start('a')
  await runner.look()
  expect(p.health).toEqual([{ state: 'degraded', part: 'receiving', code: 'rate-limited' }])
  p.state.nowMs += 4 * MINUTE_MS
  await runner.look()
  expect(p.asked).toHaveLength(1)
  isDown = false
  p.state.nowMs += 2 * MINUTE_MS
  await runner.look()
  expect(p.health.at(-1)).toEqual({ state: 'healthy', part: 'receiving' })
  await p.stop()
})

it('lets one node at a time ask, and the other only when it is its turn', async () => {
  let go = (): void => undefined
  const p = platform(() => new Promise<void>((resolve) => (go = resolve)))
  const a = p.start('a')
  await expect.poll(() => p.asked.length).toBe(1)
  const b = p.start('b')
  await b.runner.look()
  expect(p.asked).toHaveLength(1)
  go()
  await a.runner.look()
  expect(p.holders.size).toBe(0)
  await p.stop()
})

it('breaks off what is under way when it is stopped', async () => {
  const p = platform(() => new Promise(() => undefined))
  p.start('a')
  await expect.poll(() => p.asked.length).toBe(1)
  await p.stop()
  expect(p.marks.size).toBe(0)
  expect(p.holders.size).toBe(0)
})

it('brings nothing before what this machine kept is in the journal, and ends while it waits', async () => {
  const p = platform(async (_ctx, _since, push) => push(item('one')))
  p.state.keeps = true
  const { runner } = p.start('a')
  await expect.poll(() => p.asked).toHaveLength(1)
  expect(p.journal).toEqual([])
  p.state.keeps = false
  await runner.look()
  expect(p.journal).toHaveLength(1)
  p.state.keeps = true
  runner.missed()
  const looking = runner.look()
  await expect.poll(() => p.asked).toHaveLength(2)
  await p.stop()
  await looking
})
