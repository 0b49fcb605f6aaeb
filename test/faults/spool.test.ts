import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { issueToken } from '../../connectors/web-chat/visitor-token.ts'
import type { Station } from '../../src/store/stations.ts'
import {
  createCall,
  type ServerUnderTest,
  signIn,
  startBareServer,
  startServer,
  temporaryFolder,
} from '../harness/real-server.ts'
import { dieAt, endOf, LONG, moreOf, ROUNDS, report, startOver, TIMEOUT_MS } from './fault-run.ts'
import { freezeEngine } from './freeze-engine.ts'
import { createPlatforms, type Platforms, quantile, REACHES_PLATFORMS, threadsOf } from './platforms.ts'

/** A third of them on each platform. */
const CUSTOMERS = LONG ? 51 : 9
const OUTAGE_MS = LONG ? 600_000 : 6_000
/** 10,000 in ten minutes. */
const BETWEEN_MS = LONG ? 55 : 25

/** Long enough for a busy machine, and shorter than the database may take to say that it is away. */
const WIDGET_WAITS_MS = 4_000

async function widgetAnswer({
  url,
  channelId,
  visitorSecret,
}: ServerUnderTest): Promise<readonly [number, unknown]> {
  const visitorId = 'anon:0000000000000000000000000000cafe'
  const token = issueToken({ visitorId, verified: false, expiresAtMs: Date.now() + 3_600_000 }, visitorSecret)
  const response = await fetch(`${url}/ingress/${channelId}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ type: 'message', clientMessageId: 'once', text: 'hello' }),
    signal: AbortSignal.timeout(WIDGET_WAITS_MS),
  })
  return [response.status, ((await response.json()) as { code?: unknown }).code]
}

/** Everything acknowledged is there, once, in order; what was not may be there as well. */
async function expectAll(call: Parameters<typeof threadsOf>[0], platforms: Platforms): Promise<void> {
  const threads = await threadsOf(call)
  expect(threads.size).toBe(CUSTOMERS)
  let found = 0
  for (const texts of threads.values()) {
    expect(texts).toEqual(texts.map((_, index) => `${index + 1}`))
    found += texts.length
  }
  expect(found).toBeGreaterThanOrEqual(platforms.acknowledged.length)
  expect(found - platforms.acknowledged.length).toBeLessThanOrEqual(platforms.refused.length)
}

it(
  'takes deliveries in while the database is away, and has them all when it is back',
  async () => {
    const folder = await temporaryFolder()
    const server = await startServer(folder.path, { env: REACHES_PLATFORMS })
    const platforms = await createPlatforms(server.call, () => server.url, CUSTOMERS)
    const deliveries = platforms.start(BETWEEN_MS)
    await moreOf(platforms.acknowledged, CUSTOMERS)
    const before = platforms.acknowledged.length
    const engine = await freezeEngine(server.child.pid ?? 0)
    let during = 0
    try {
      await sleep(OUTAGE_MS)
      // What can keep its own draft is told at once, and waits nowhere.
      expect(await widgetAnswer(server)).toEqual([503, 'unavailable'])
      await expect.poll(() => platforms.acknowledged.length - before).toBeGreaterThan(CUSTOMERS)
      during = platforms.acknowledged.length - before
      await expect.poll(() => server.metric('tributary_spool_bytes')).toBeGreaterThan(0)
    } finally {
      await engine.thaw()
    }
    const tookMs = platforms.tookMs.slice(before, before + during)
    const thawedAt = performance.now()
    await expect
      .poll(() => server.metric('tributary_spool_bytes'), { timeout: 300_000, interval: 50 })
      .toBe(0)
    const drainMs = Math.round(performance.now() - thawedAt)
    await moreOf(platforms.acknowledged, CUSTOMERS)
    await deliveries.stop()
    await expect
      .poll(() => server.metric('tributary_journal_pending'), { timeout: 300_000, interval: 200 })
      .toBe(0)
    await expectAll(server.call, platforms)
    report('an outage of the database', {
      outageMs: OUTAGE_MS,
      deliveredMeanwhile: during,
      spooled: await server.metric('tributary_spooled_entries_total'),
      p50Ms: quantile(tookMs, 0.5),
      p99Ms: quantile(tookMs, 0.99),
      refused: platforms.refused.length,
      drainMs,
      allProjectedMs: Math.round(performance.now() - thawedAt),
    })
    expect(platforms.refused).toEqual([])
    expect(await server.stop()).toBe(0)
    await platforms.close()
    await folder.remove()
    // On a machine that has nothing else to do; the issue asks for it.
    if (LONG) expect(quantile(tookMs, 0.99)).toBeLessThan(1_000)
  },
  TIMEOUT_MS,
)

it(
  'killed with deliveries on its own disk, at any point, the server loses and doubles none',
  async () => {
    const folder = await temporaryFolder()
    const first = await startServer(folder.path, { env: REACHES_PLATFORMS })
    let url = first.url
    const platforms = await createPlatforms(first.call, () => url, CUSTOMERS)
    await first.stop()
    const stations: readonly Station[] = ['spooled', 'spool-journaled']
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const station of stations) {
        // What the one before left on the disk may kill it at its start: that is a death at the station, too.
        const start = startOver(folder.path, REACHES_PLATFORMS)
        await dieAt(start, station, 1 + round, async (server) => {
          url = server.url
          const deliveries = platforms.start(5)
          const ended = endOf(server)
          // Some go straight into the journal, and then none can.
          await Promise.race([moreOf(platforms.acknowledged, CUSTOMERS), ended])
          const engine = await freezeEngine(server.child.pid ?? 0)
          try {
            if (station === 'spool-journaled') {
              await Promise.race([moreOf(platforms.acknowledged, 4 * CUSTOMERS), ended])
              await engine.thaw()
            }
            await ended
          } finally {
            await engine.kill()
            await deliveries.stop()
          }
        })
      }
    }
    const last = await startBareServer(folder.path, { env: REACHES_PLATFORMS })
    url = last.url
    const deliveries = platforms.start(5)
    await moreOf(platforms.acknowledged, CUSTOMERS)
    await deliveries.stop()
    const { call } = createCall(() => last.url)
    await signIn(call)
    const read = async (name: string): Promise<number> => {
      const text = await (await fetch(`${last.url}/metrics`)).text()
      return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN)
    }
    await expect.poll(() => read('tributary_spool_bytes'), { timeout: 60_000 }).toBe(0)
    await expect.poll(() => read('tributary_journal_pending'), { timeout: 60_000 }).toBe(0)
    await expectAll(call, platforms)
    report('killed with a spool', {
      acknowledged: platforms.acknowledged.length,
      refused: platforms.refused.length,
    })
    expect(await last.stop()).toBe(0)
    await platforms.close()
    await folder.remove()
  },
  TIMEOUT_MS,
)
