/** Many messages over a platform that fails in every way: each has one end, none goes twice, and none overtakes. */
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { MessageView, Page } from '../../src/domain/views.ts'
import type { Fault } from '../fakes/provider/provider-server.ts'
import { FAKE_ACCOUNT, FAKE_TOKEN, type FakeTwilio, startFakeTwilio } from '../fakes/twilio/fake-twilio.ts'
import {
  type Call,
  childrenOf,
  type ServerUnderTest,
  startServer,
  temporaryFolder,
} from '../harness/real-server.ts'
import { LONG, report, TIMEOUT_MS } from './fault-run.ts'

const NUMBER = '+12025550100'
const SENDS = LONG ? 5_000 : 400
const EACH = 10
/** Of all calls. */
const FAULTY = 0.1
/** By then whatever was sent has an end: sent, failed, or left to a person. */
const END_WITHIN_MS = 300_000
const AT_ONCE = 8

const FAULTS: readonly Fault[] = [
  { kind: 'status', status: 429, headers: { 'Retry-After': '1' }, body: '{"code":20429,"status":429}' },
  { kind: 'status', status: 500, body: '{"code":20500,"status":500}' },
  { kind: 'status', status: 503, body: 'unavailable' },
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

async function openChannel({ call }: ServerUnderTest, fake: FakeTwilio, messagesPerSecond: number) {
  const config = {
    accountSid: FAKE_ACCOUNT,
    authToken: FAKE_TOKEN,
    sender: 'number',
    number: NUMBER,
    messagesPerSecond,
    apiBaseUrl: fake.url,
  }
  const { status, body } = await call('POST', '/channels', { type: 'sms', name: 'Texts', config })
  if (status !== 201) throw new Error(`answered ${status}: ${JSON.stringify(body)}`)
  return body as unknown as { readonly id: string; readonly version: number }
}

/** What a process and its engine have used of the processor, milliseconds. */
async function processorMs(pid: number): Promise<number> {
  const used = async (one: number): Promise<number> => {
    const fields = (await readFile(`/proc/${one}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) * 10
  }
  const all = await Promise.all([pid, ...(await childrenOf(pid))].map(used))
  return all.reduce((sum, ms) => sum + ms, 0)
}

const customer = (index: number): string => `+1303555${String(index).padStart(4, '0')}`

/** Queues a message; the first of a customer begins his conversation. @returns the conversation */
async function queue(call: Call, path: string, command: object): Promise<string> {
  for (;;) {
    const { status, body } = await call('POST', path, command)
    if (status === 200 || status === 201) {
      const started = body as { conversation?: { id: string }; items?: readonly MessageView[] }
      return started.conversation?.id ?? started.items?.[0]?.conversationId ?? ''
    }
    if (status !== 429) throw new Error(`answered ${status}: ${JSON.stringify(body)}`)
    await sleep(1_000)
  }
}

/** Has each customer told so many things, in order. @returns the conversations */
async function queueAll(call: Call, channelId: string, customers: number, each: number): Promise<string[]> {
  const conversations: string[] = []
  let next = 0
  const work = async (): Promise<void> => {
    for (let index = next++; index < customers; index = next++) {
      let id = ''
      for (let line = 0; line < each; line += 1) {
        const command = {
          clientMessageId: `c${index}-${line}`,
          text: `Customer ${index} line ${String(line).padStart(3, '0')}`,
          attachmentIds: [],
        }
        id =
          line === 0
            ? await queue(call, '/conversations', { ...command, channelId, to: customer(index) })
            : await queue(call, `/conversations/${id}/messages`, command)
      }
      conversations[index] = id
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return conversations
}

async function outboundOf(call: Call, conversationId: string): Promise<readonly MessageView[]> {
  const { body } = await call('GET', `/conversations/${conversationId}/messages?limit=100`)
  return (body as unknown as Page<MessageView>).items.filter(
    ({ direction, kind }) => direction === 'outbound' && kind === 'message',
  )
}

/** Waits until every message has its end. @returns all of them */
async function ended(
  call: Call,
  conversations: readonly string[],
  deadlineMs: number,
): Promise<readonly MessageView[]> {
  const all: MessageView[] = []
  for (const id of conversations) {
    let messages = await outboundOf(call, id)
    while (messages.some(({ delivery }) => delivery?.state === 'queued' || delivery?.state === 'leased')) {
      if (Date.now() > deadlineMs) throw new Error(`without an end: ${JSON.stringify(messages)}`)
      await sleep(250)
      messages = await outboundOf(call, id)
    }
    all.push(...messages)
  }
  return all
}

it(
  'every message ends sent, failed or with a person, none goes twice, and none overtakes another',
  async () => {
    const folder = await temporaryFolder()
    const fake = await startFakeTwilio({ numbers: [NUMBER] })
    const server = await startServer(folder.path, { env: { OUTBOUND_ALLOW: '127.0.0.1' } })
    const { id: channelId } = await openChannel(server, fake, 500)
    const random = numbers(20_261_128)
    const met: Record<string, number> = {}
    fake.misbehave(() => {
      if (random() >= FAULTY) return undefined
      const fault = FAULTS[Math.floor(random() * FAULTS.length)]
      if (!fault) return undefined
      const name = fault.kind === 'status' ? String(fault.status) : fault.kind
      met[name] = (met[name] ?? 0) + 1
      return fault
    })
    const conversations = await queueAll(server.call, channelId, SENDS / EACH, EACH)
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
    const sends = perSecond * (LONG ? 30 : 2)
    const folder = await temporaryFolder()
    const fake = await startFakeTwilio({ numbers: [NUMBER], perSecond })
    const server = await startServer(folder.path, { env: { OUTBOUND_ALLOW: '127.0.0.1' } })
    const { call } = server
    // All are queued before the line moves.
    const { id, version } = await openChannel(server, fake, 0.1)
    const conversations = await queueAll(call, id, sends / EACH, EACH)
    const before = fake.sent().length
    const config = { messagesPerSecond: perSecond }
    expect((await call('PATCH', `/channels/${id}`, { config, version })).status).toBe(200)
    const pid = server.child.pid ?? 0
    const usedMs = await processorMs(pid)
    while (fake.sent().length < sends) await sleep(100)
    const spentMs = (await processorMs(pid)) - usedMs
    const times = fake.sent().map(({ createdAtMs }) => createdAtMs)
    // From the first second at the new pace to the last message.
    const from = before + (LONG ? perSecond : 0)
    const seconds = ((times.at(-1) ?? 0) - (times[from] ?? 0)) / 1_000
    const rate = (sends - 1 - from) / seconds
    report('a paced channel', {
      perSecond,
      sends,
      seconds,
      rate,
      processorMsPerSend: spentMs / (sends - before),
      tooFast: fake.tooFast(),
    })
    // How fast it is depends on the machine as well: only who asks for the long form has one for it.
    if (LONG) {
      expect(fake.tooFast()).toBe(0)
      expect(rate).toBeGreaterThanOrEqual(0.95 * perSecond)
    }
    const messages = await ended(call, conversations, Date.now() + END_WITHIN_MS)
    expect(messages.every(({ delivery }) => delivery?.state === 'done')).toBe(true)
    expect(await server.stop()).toBe(0)
    await fake.close()
    await folder.remove()
  },
  TIMEOUT_MS,
)
