import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { issueToken } from '../../connectors/web-chat/visitor-token.ts'
import type { ConversationView, MessageView, Page } from '../../src/domain/views.ts'
import type { Station } from '../../src/store/stations.ts'
import {
  type Call,
  createCall,
  signIn,
  startBareServer,
  startServer,
  temporaryFolder,
} from '../harness/real-server.ts'
import { post } from './customers.ts'
import { endOf, KILLS, report, startDoomed, TIMEOUT_MS } from './fault-run.ts'

const STATIONS: readonly Station[] = ['before-send', 'after-send', 'settled']
const CONVERSATIONS = 8
const RETRY_MS = 20
/** Between two replies into one conversation. */
const PAUSE_MS = 200

/** One reply after the other into a conversation, each again under its id until it is recorded. */
async function answer(
  conversationId: string,
  call: Call,
  recorded: string[],
  isOver: () => boolean,
): Promise<void> {
  for (let number = 0; !isOver(); number += 1) {
    const text = `${conversationId} ${String(number).padStart(6, '0')}`
    const command = { clientMessageId: `r${number}`, text, attachmentIds: [] }
    while (!(await isRecorded(call, conversationId, command))) await sleep(RETRY_MS)
    recorded.push(text)
    await sleep(PAUSE_MS)
  }
}

async function isRecorded(call: Call, conversationId: string, command: object): Promise<boolean> {
  try {
    const { status, body } = await call('POST', `/conversations/${conversationId}/messages`, command)
    if (status === 200 || status === 201) return true
    if (status === 429 || status >= 500) return false
    throw new Error(`answered ${status}: ${JSON.stringify(body)}`)
  } catch (error) {
    // Cut off, refused, not there, or cut in the middle of the answer: asked again.
    if (error instanceof TypeError || error instanceof SyntaxError) return false
    throw error
  }
}

async function repliesOf(call: Call, conversationId: string): Promise<MessageView[]> {
  const newestFirst: MessageView[] = []
  let cursor: string | undefined
  do {
    const after: string = cursor === undefined ? '' : `&before=${cursor}`
    const page = (await call('GET', `/conversations/${conversationId}/messages?limit=100${after}`))
      .body as unknown as Page<MessageView>
    newestFirst.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return newestFirst.filter(({ direction, kind }) => direction === 'outbound' && kind === 'message').reverse()
}

it(
  'killed before, after and at the end of sending, the server sends every reply once and in order',
  async () => {
    const folder = await temporaryFolder()
    const first = await startServer(folder.path)
    for (let number = 0; number < CONVERSATIONS; number += 1) {
      const visitorId = `anon:${randomBytes(16).toString('hex')}`
      const expiresAtMs = Date.now() + 86_400_000
      const token = issueToken({ visitorId, verified: false, expiresAtMs }, first.visitorSecret)
      const body = JSON.stringify({ type: 'message', clientMessageId: 'm', text: 'Where is my order?' })
      expect(await post(first, token, body)).toBe(true)
    }
    let conversations: readonly ConversationView[] = []
    while (conversations.length < CONVERSATIONS) {
      const page = (await first.call('GET', '/conversations?view=all&limit=100')).body
      conversations = (page as unknown as Page<ConversationView>).items
    }
    let url = first.url
    const { call } = createCall(() => url)
    await signIn(call)
    await first.stop()
    const recorded: string[] = []
    let isOver = false
    const answering = conversations.map(({ id }) => answer(id, call, recorded, () => isOver))
    const kills: Record<string, number> = {}
    for (let round = 0; round < KILLS; round += 1) {
      for (const station of STATIONS) {
        const server = await startDoomed(folder.path, station, 2 + (round % 5) * 4)
        url = server.url
        expect(await endOf(server)).toBe('SIGKILL')
        kills[station] = (kills[station] ?? 0) + 1
      }
    }
    const last = await startBareServer(folder.path)
    url = last.url
    isOver = true
    await Promise.all(answering)
    const wanted = new Map(conversations.map(({ id }) => [id as string, [] as string[]]))
    for (const text of [...recorded].sort()) wanted.get(text.split(' ')[0] ?? '')?.push(text)
    const sinceMs = performance.now()
    let sent = 0
    for (const [id, texts] of wanted) {
      let replies = await repliesOf(call, id)
      while (replies.some(({ delivery }) => delivery?.state !== 'done')) {
        await sleep(100)
        replies = await repliesOf(call, id)
      }
      expect(replies.map(({ text }) => text)).toEqual(texts)
      expect(replies.map(({ status }) => status)).toEqual(texts.map(() => 'sent'))
      sent += replies.length
    }
    // What killed processes had in hand was given back at the start; nobody waits for their leases to run out.
    const waitedMs = Math.round(performance.now() - sinceMs)
    report('killed while sending', { kills, recorded: recorded.length, sent, waitedMs })
    expect(await last.stop()).toBe(0)
    await folder.remove()
  },
  TIMEOUT_MS,
)
