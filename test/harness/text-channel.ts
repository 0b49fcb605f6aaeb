/** Many text messages through one channel of the built server, to a Twilio on this machine. */
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { MessageView, Page } from '../../src/domain/views.ts'
import { FAKE_ACCOUNT, FAKE_TOKEN, type FakeTwilio, startFakeTwilio } from '../fakes/twilio/fake-twilio.ts'
import { type Call, childrenOf, type ServerUnderTest, startServer, temporaryFolder } from './real-server.ts'

const NUMBER = '+12025550100'
/** How many things each customer is told. */
export const EACH = 10
const AT_ONCE = 8

/** Servers must be started with it: the platform stands on this machine. */
export const REACHES_TEXT_PLATFORM = { OUTBOUND_ALLOW: '127.0.0.1' }

/** Starts the platform. @param limits the most requests it takes in any one second */
export const startTextPlatform = (limits: { readonly perSecond?: number } = {}): Promise<FakeTwilio> =>
  startFakeTwilio({ numbers: [NUMBER], ...limits })

/** Adds a channel over the fake. */
export async function openTextChannel(
  { call }: ServerUnderTest,
  fake: FakeTwilio,
  messagesPerSecond: number,
) {
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

/** Has each customer told {@link EACH} things, in order. @returns the conversations */
export async function queueAll(call: Call, channelId: string, customers: number): Promise<string[]> {
  const conversations: string[] = []
  let next = 0
  const work = async (): Promise<void> => {
    for (let index = next++; index < customers; index = next++) {
      let id = ''
      for (let line = 0; line < EACH; line += 1) {
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
export async function ended(
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

/** How fast a paced channel sent. */
export interface PacedRun {
  readonly rate: number
  readonly processorMsPerSend: number
  /** Refused by the platform because they came too fast. */
  readonly tooFast: number
  /** Whether every message was sent. */
  readonly allSent: boolean
}

/**
 * Queues messages on a channel that stands still, gives it its pace, and waits until all are sent.
 * @param seconds how long that takes at the full pace; the first one does not count
 */
export async function runPaced(perSecond: number, seconds: number, endWithinMs: number): Promise<PacedRun> {
  const sends = perSecond * seconds
  const folder = await temporaryFolder()
  const fake = await startTextPlatform({ perSecond })
  const server = await startServer(folder.path, { env: REACHES_TEXT_PLATFORM })
  const { call } = server
  // All are queued before the line moves.
  const { id, version } = await openTextChannel(server, fake, 0.1)
  const conversations = await queueAll(call, id, sends / EACH)
  const before = fake.sent().length
  const config = { messagesPerSecond: perSecond }
  const { status } = await call('PATCH', `/channels/${id}`, { config, version })
  if (status !== 200) throw new Error(`the pace was answered ${status}`)
  const pid = server.child.pid ?? 0
  const usedMs = await processorMs(pid)
  while (fake.sent().length < sends) await sleep(100)
  const spentMs = (await processorMs(pid)) - usedMs
  const times = fake.sent().map(({ createdAtMs }) => createdAtMs)
  const from = before + perSecond
  const rate = (sends - 1 - from) / (((times.at(-1) ?? 0) - (times[from] ?? 0)) / 1_000)
  const messages = await ended(call, conversations, Date.now() + endWithinMs)
  const run = {
    rate,
    processorMsPerSend: spentMs / (sends - before),
    tooFast: fake.tooFast(),
    allSent: messages.every(({ delivery }) => delivery?.state === 'done'),
  }
  await server.stop()
  await fake.close()
  await folder.remove()
  return run
}
