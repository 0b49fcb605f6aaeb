import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Pacing } from '../domain/capabilities.ts'
import type { ChannelId, ConversationId } from '../domain/ids.ts'
import type { Pace } from '../services/deliver-messages.ts'
import { startOutboxLanes } from './outbox-lanes.ts'
import type { OutboxWorker } from './outbox-worker.ts'

/** A queue in memory in place of the database: how many messages each conversation of each channel still has. */
interface World {
  readonly channels: Map<string, Pacing | undefined>
  readonly queued: { readonly channel: string; readonly conversation: string; left: number }[]
  readonly sent: { readonly channel: string; readonly conversation: string; readonly atMs: number }[]
  looks: number
  nodes: number
  /** How long a platform takes to answer, by channel. */
  readonly takesMs: Map<string, number>
  fail: (conversation: string) => boolean
  placeOf: (conversation: string) => string | undefined
  taken: ReadonlySet<string>
  /** Conversations whose head the platform is asked about. */
  askedAbout: ReadonlySet<string>
  onSend: (conversation: string, pace: Pace) => void
  /** Channels that send nothing just now, and how often one of their conversations was looked at all the same. */
  readonly paused: Set<string>
  readonly waitsUntilMs: Map<string, number>
  pausedLooks: number
}

let world: World
let worker: OutboxWorker
let errors: string[]

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 })
  errors = []
  world = {
    channels: new Map(),
    queued: [],
    sent: [],
    looks: 0,
    nodes: 1,
    takesMs: new Map(),
    fail: () => false,
    placeOf: () => undefined,
    taken: new Set(),
    askedAbout: new Set(),
    onSend: () => undefined,
    paused: new Set(),
    waitsUntilMs: new Map(),
    pausedLooks: 0,
  }
})
afterEach(async () => {
  const stopped = worker.stop(60_000)
  await vi.advanceTimersByTimeAsync(60_000)
  await stopped
  vi.useRealTimers()
})

const start = (): void => {
  worker = startOutboxLanes({
    channels: async () =>
      Array.from(world.channels, ([id, pacing]) => ({
        id: id as ChannelId,
        paused: world.paused.has(id),
        ...(pacing ? { pacing } : {}),
      })),
    async due(_nowMs, limit, scope, known) {
      world.looks += 1
      const found = world.queued.filter(({ channel, conversation, left }) => {
        const listed =
          'of' in scope
            ? scope.of.includes(channel as ChannelId)
            : !scope.notOf.includes(channel as ChannelId)
        const isDue = (world.waitsUntilMs.get(conversation) ?? 0) <= Date.now()
        return left > 0 && listed && isDue && !known.includes(conversation as ConversationId)
      })
      return {
        due: found.slice(0, limit).map(({ channel, conversation }) => ({
          channelId: channel as ChannelId,
          conversationId: conversation as ConversationId,
        })),
        more: found.length >= limit,
      }
    },
    async deliver(id, pace) {
      for (;;) {
        const lane = world.queued.find(({ conversation }) => conversation === id)
        const laterMs = pace.take(id)
        if (laterMs !== undefined) return laterMs
        if (!lane || lane.left === 0 || world.taken.has(id)) return undefined
        if (world.paused.has(lane.channel)) {
          world.pausedLooks += 1
          world.waitsUntilMs.set(id, Date.now() + 5_000)
          return Date.now() + 5_000
        }
        if (world.askedAbout.has(id)) {
          pace.skip(id)
          await pause(world.takesMs.get(lane.channel) ?? 0)
          lane.left -= 1
          continue
        }
        if (!(await pace.go(id, world.placeOf(id)))) continue
        if (world.fail(id)) throw new Error('database away')
        world.sent.push({ channel: lane.channel, conversation: id, atMs: Date.now() })
        lane.left -= 1
        world.onSend(id, pace)
        await pause(world.takesMs.get(lane.channel) ?? 0)
      }
    },
    nodes: () => world.nodes,
    now: Date.now,
    onError: (_, message) => void errors.push(message),
  })
}

const has = (channel: string, conversations: number, each: number): void => {
  for (let index = 0; index < conversations; index += 1)
    world.queued.push({ channel, conversation: `${channel}-${index}`, left: each })
}
const sentOn = (channel: string) => world.sent.filter((one) => one.channel === channel)
const mostWithin = (times: readonly number[], perMs: number): number =>
  Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + perMs).length))

describe('the lanes of the outbox', () => {
  it('reach a channel’s limit and never go beyond it', async () => {
    world.channels.set('paced', { channel: { messages: 80, perMs: 1_000 } })
    world.takesMs.set('paced', 300)
    has('paced', 400, 3)
    start()
    await vi.advanceTimersByTimeAsync(10_000)
    const times = sentOn('paced').map(({ atMs }) => atMs)
    expect(times.length).toBeGreaterThanOrEqual(0.95 * 800)
    expect(mostWithin(times, 1_000)).toBeLessThanOrEqual(80)
  })

  it('keep the limit of each conversation beside that of the channel', async () => {
    world.channels.set('paced', {
      channel: { messages: 30, perMs: 1_000 },
      thread: [
        { messages: 1, perMs: 1_000 },
        { messages: 20, perMs: 60_000 },
      ],
    })
    has('paced', 5, 100)
    start()
    await vi.advanceTimersByTimeAsync(60_000)
    for (let index = 0; index < 5; index += 1) {
      const times = world.sent
        .filter(({ conversation }) => conversation === `paced-${index}`)
        .map(({ atMs }) => atMs)
      expect(mostWithin(times, 1_000)).toBe(1)
      expect(mostWithin(times, 60_000)).toBeLessThanOrEqual(20)
      expect(times.length).toBeGreaterThanOrEqual(19)
    }
  })

  it('keep the limit of a thread over all conversations of one place, each in its turn', async () => {
    world.channels.set('paced', {
      channel: { messages: 30, perMs: 1_000 },
      thread: [{ messages: 1, perMs: 1_000 }],
    })
    world.takesMs.set('paced', 400)
    has('paced', 6, 100)
    // The last one lies elsewhere.
    world.placeOf = (id) => (id === 'paced-5' ? 'there' : 'here')
    start()
    await vi.advanceTimersByTimeAsync(60_000)
    const here = world.sent.filter(({ conversation }) => conversation !== 'paced-5')
    const times = here.map(({ atMs }) => atMs)
    expect(mostWithin(times, 1_000)).toBe(1)
    expect(times.length).toBeGreaterThanOrEqual(55)
    expect(world.sent.length - here.length).toBeGreaterThanOrEqual(55)
    for (let index = 0; index < 5; index += 1)
      expect(
        here.filter(({ conversation }) => conversation === `paced-${index}`).length,
      ).toBeGreaterThanOrEqual(10)
    expect(errors).toEqual([])
  })

  it('let others flow while one channel has a long line, and look rarely meanwhile', async () => {
    world.channels.set('slow', { channel: { messages: 1, perMs: 1_000 } })
    world.channels.set('free', undefined)
    has('slow', 1_000, 5)
    start()
    await vi.advanceTimersByTimeAsync(5_000)
    has('free', 50, 2)
    worker.wake()
    await vi.advanceTimersByTimeAsync(1)
    expect(sentOn('free')).toHaveLength(100)
    const before = world.looks
    await vi.advanceTimersByTimeAsync(60_000)
    expect(world.looks - before).toBeLessThan(70)
    expect(sentOn('slow').length).toBeGreaterThanOrEqual(60)
  })

  it('let others flow while a platform does not answer', async () => {
    world.channels.set('stuck', undefined)
    world.channels.set('free', undefined)
    world.takesMs.set('stuck', 50_000)
    has('stuck', 500, 1)
    start()
    await vi.advanceTimersByTimeAsync(10)
    has('free', 300, 1)
    worker.wake()
    await vi.advanceTimersByTimeAsync(10)
    expect(sentOn('free')).toHaveLength(300)
    expect(sentOn('stuck')).toHaveLength(64)
  })

  it('wait as long as the platform holds the whole channel, and only there', async () => {
    world.channels.set('held', undefined)
    world.channels.set('free', undefined)
    has('held', 10, 10)
    has('free', 10, 10)
    world.onSend = (conversation, pace) => {
      if (conversation === 'held-0' && sentOn('held').length < 20) pace.hold(Date.now() + 30_000)
    }
    start()
    await vi.advanceTimersByTimeAsync(29_000)
    const held = sentOn('held').length
    expect(held).toBeLessThanOrEqual(10)
    expect(sentOn('free')).toHaveLength(100)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(sentOn('held').length).toBeGreaterThan(held)
  })

  it('take their share of the limit when several nodes send', async () => {
    world.channels.set('paced', { channel: { messages: 40, perMs: 1_000 } })
    world.nodes = 4
    has('paced', 100, 10)
    start()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(sentOn('paced').length).toBeGreaterThan(90)
    expect(sentOn('paced').length).toBeLessThanOrEqual(110)
  })

  it('go on after an error, without running in circles', async () => {
    world.channels.set('free', undefined)
    has('free', 1, 3)
    world.fail = () => world.sent.length === 0 && Date.now() < 1_004_500
    start()
    await vi.advanceTimersByTimeAsync(4_000)
    expect(errors.length).toBeGreaterThan(2)
    expect(errors.length).toBeLessThan(8)
    await vi.advanceTimersByTimeAsync(3_000)
    expect(sentOn('free')).toHaveLength(3)
  })

  it('give back what they reckoned with and did not send', async () => {
    world.channels.set('paced', { channel: { messages: 1, perMs: 10_000 } })
    has('paced', 3, 1)
    // Somebody else sends the first two between the look and the delivery.
    world.taken = new Set(['paced-0', 'paced-1'])
    start()
    await vi.advanceTimersByTimeAsync(1)
    expect(world.sent.map(({ conversation }) => conversation)).toEqual(['paced-2'])
  })

  it('let a channel’s messages go while its platform is asked about others', async () => {
    world.channels.set('paced', { channel: { messages: 1, perMs: 1_000 } })
    has('paced', 6, 1)
    world.askedAbout = new Set(['paced-0', 'paced-1'])
    world.takesMs.set('paced', 50_000)
    start()
    await vi.advanceTimersByTimeAsync(4_000)
    expect(world.sent).toHaveLength(4)
  })

  it('find what channels left behind that are gone', async () => {
    world.channels.set('here', undefined)
    has('gone', 3, 1)
    start()
    await vi.advanceTimersByTimeAsync(1)
    expect(sentOn('gone')).toHaveLength(3)
    has('gone-later', 3, 1)
    await vi.advanceTimersByTimeAsync(11_000)
    expect(sentOn('gone-later')).toHaveLength(3)
  })

  it('leave a paused channel nearly alone, however much waits there, and go on with it at once', async () => {
    world.channels.set('paused', undefined)
    world.channels.set('free', undefined)
    world.paused.add('paused')
    has('paused', 1_000, 1)
    start()
    for (let second = 0; second < 30; second += 1) {
      // Every reply wakes them.
      world.queued.push({ channel: 'free', conversation: `free-at-${second}`, left: 1 })
      worker.wake()
      await vi.advanceTimersByTimeAsync(1_000)
    }
    expect(sentOn('free')).toHaveLength(30)
    expect(world.pausedLooks).toBeLessThan(1_100)
    world.paused.clear()
    await vi.advanceTimersByTimeAsync(6_000)
    expect(sentOn('paused')).toHaveLength(1_000)
  })

  it('begin nothing once they stop, and say what is still under way', async () => {
    world.channels.set('stuck', undefined)
    world.takesMs.set('stuck', 50_000)
    has('stuck', 70, 1)
    start()
    await vi.advanceTimersByTimeAsync(10)
    const stopped = worker.stop(1_000)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await stopped).toBe(64)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(sentOn('stuck')).toHaveLength(64)
  })
})
