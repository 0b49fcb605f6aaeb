/** Many messages over a platform that fails in every way: each has one end, none goes twice, and none overtakes. */
import { expect, it } from 'vitest'
import type { Fault, FaultPlan } from '../fakes/provider/provider-server.ts'
import { startServer, temporaryFolder } from '../harness/real-server.ts'
import {
  EACH,
  ended,
  openTextChannel,
  queueAll,
  REACHES_TEXT_PLATFORM,
  runPaced,
  startTextPlatform,
} from '../harness/text-channel.ts'
import { LONG, report, TIMEOUT_MS } from './fault-run.ts'

const SENDS = LONG ? 5_000 : 400
/** Of all calls. */
const FAULTY = 0.1
/** By then whatever was sent has an end: sent, failed, or left to a person. */
const END_WITHIN_MS = 300_000

const UNAVAILABLE: Fault = { kind: 'status', status: 503, body: 'unavailable' }
const FAULTS: readonly Fault[] = [
  { kind: 'status', status: 429, headers: { 'Retry-After': '1' }, body: '{"code":20429,"status":429}' },
  { kind: 'status', status: 500, body: '{"code":20500,"status":500}' },
  UNAVAILABLE,
  { kind: 'cut-before' },
  { kind: 'cut-after' },
  { kind: 'silent-after' },
  { kind: 'garbage' },
]

/** The same numbers at every run (Park and Miller). */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

/** Of the calls of a long run a tenth fails, whatever they are: sends, and questions after sends. */
function anyCalls(): FaultPlan {
  const random = numbers(20_261_128)
  return () => (random() < FAULTY ? FAULTS[Math.floor(random() * FAULTS.length)] : undefined)
}

/**
 * Each customer's third message fails once, in one of the ways after the other, and of the questions each tenth: so
 * that every way is met, and nobody waits for one silence after the other.
 */
function oneEach(): FaultPlan {
  const met = new Set<string>()
  let questions = 0
  return ({ method, body }) => {
    if (method !== 'POST') {
      questions += 1
      return questions % 10 === 0 ? UNAVAILABLE : undefined
    }
    const text = new URLSearchParams(body.toString()).get('Body') ?? ''
    const customer = /^Customer (\d+) line 002$/.exec(text)?.[1]
    if (customer === undefined || met.has(text)) return undefined
    met.add(text)
    return FAULTS[Number(customer) % FAULTS.length]
  }
}

it(
  'every message ends sent, failed or with a person, none goes twice, and none overtakes another',
  async () => {
    const folder = await temporaryFolder()
    const fake = await startTextPlatform()
    const server = await startServer(folder.path, { env: REACHES_TEXT_PLATFORM })
    const { id: channelId } = await openTextChannel(server, fake, 500)
    const plan = LONG ? anyCalls() : oneEach()
    const met: Record<string, number> = {}
    fake.misbehave((call) => {
      const fault = plan(call)
      if (!fault) return undefined
      const name = fault.kind === 'status' ? String(fault.status) : fault.kind
      met[name] = (met[name] ?? 0) + 1
      return fault
    })
    const conversations = await queueAll(server.call, channelId, SENDS / EACH)
    const queuedAtMs = Date.now()
    const messages = await ended(server.call, conversations, queuedAtMs + END_WITHIN_MS)
    fake.misbehave()
    const took = new Map<string, number>()
    for (const { body } of fake.sent()) took.set(body, (took.get(body) ?? 0) + 1)
    const ends: Record<string, number> = {}
    for (const { text, status, delivery } of messages) {
      const end = delivery?.state === 'done' ? 'sent' : (delivery?.state ?? '')
      ends[end] = (ends[end] ?? 0) + 1
      expect(['done', 'dead', 'unknown']).toContain(delivery?.state)
      const copies = took.get(text) ?? 0
      // What nobody is sure of was sent once or not at all; no person has sent it again.
      if (delivery?.state === 'unknown') expect(copies).toBeLessThanOrEqual(1)
      else expect([text, status, copies]).toEqual([text, status, delivery?.state === 'done' ? 1 : 0])
    }
    expect(messages).toHaveLength(SENDS)
    const orders = new Map<string, string[]>()
    for (const { to, body } of fake.sent()) orders.set(to, [...(orders.get(to) ?? []), body])
    for (const texts of orders.values()) expect(texts).toEqual([...texts].sort())
    report('sends over a failing platform', {
      sends: SENDS,
      calls: fake.calls.length,
      faults: met,
      ends,
      doubles: [...took.values()].filter((count) => count > 1).length,
      lastEndAfterMs: Date.now() - queuedAtMs,
    })
    expect(server.errors).toEqual([])
    expect(await server.stop()).toBe(0)
    await fake.close()
    await folder.remove()
  },
  TIMEOUT_MS,
)

it(
  'a paced channel sends all it has, as fast as its platform takes it',
  async () => {
    const perSecond = 80
    const run = await runPaced(perSecond, LONG ? 30 : 2, END_WITHIN_MS)
    report('a paced channel', { perSecond, ...run })
    expect(run.allSent).toBe(true)
    // How fast it is depends on the machine as well: only who asks for the long form has one for it.
    if (LONG) {
      expect(run.tooFast).toBe(0)
      expect(run.rate).toBeGreaterThanOrEqual(0.95 * perSecond)
    }
  },
  TIMEOUT_MS,
)
