/** A mailbox that is full when it is connected: all of it is taken, and chats go on meanwhile. */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { issueToken } from '../../connectors/web-chat/visitor-token.ts'
import {
  BALANCED,
  conversationsOf,
  type MailOffice,
  openMailOffice,
  ordinaryLetters,
  PATIENCE,
  sessionItems,
  settledMail,
} from '../harness/mail-office.ts'
import { residentMegabytes } from '../harness/real-server.ts'
import { post } from './customers.ts'
import { LONG, report, TIMEOUT_MS } from './fault-run.ts'

const LETTERS = LONG ? 20_000 : 1_000
const THREADS = LONG ? 400 : 50
/** Of the server process without its engine; far above what it needs, far below what the letters weigh. */
const MOST_MEGABYTES = 700
const PAUSE_MS = 500

let office: MailOffice
beforeEach(async () => {
  office = await openMailOffice()
})
afterEach(() => office.close())

/** A visitor writes, and it is waited for until agents can see it. @returns how long that took */
async function chatOnce(): Promise<number> {
  const visitorId = `anon:${randomBytes(16).toString('hex')}`
  const { channelId, visitorSecret } = office.chat
  const expiresAtMs = Date.now() + 86_400_000
  const token = issueToken({ visitorId, verified: false, expiresAtMs }, visitorSecret)
  const body = JSON.stringify({ type: 'message', clientMessageId: 'm', text: visitorId })
  const startedAt = performance.now()
  expect(await post({ url: office.server().url, channelId, visitorSecret }, token, body)).toBe(true)
  const last = async () =>
    (await conversationsOf(office.call, channelId)).some(
      ({ lastMessage }) => lastMessage?.preview === visitorId,
    )
  await expect.poll(last, PATIENCE).toBe(true)
  return performance.now() - startedAt
}

it(
  'a full mailbox is taken whole, with chats going on meanwhile and memory bounded',
  async () => {
    const letters = ordinaryLetters(0, LETTERS, THREADS)
    await office.dovecot.deliverBulk(
      letters.map(({ raw }) => raw),
      'support',
    )
    const startedAt = performance.now()
    const channelId = await office.channel('support')
    const chats: number[] = []
    let resident = 0
    const taken = () => sessionItems(office.server().url)
    const pending = () => office.metric('tributary_journal_pending')
    let chatsMeanwhile = 0
    for (;;) {
      chats.push(await chatOnce())
      if ((await taken()) < LETTERS) chatsMeanwhile = chats.length
      else if ((await pending()) === 0) break
      resident = Math.max(resident, await residentMegabytes(office.server().child.pid ?? 0))
      await sleep(PAUSE_MS)
    }
    const seconds = (performance.now() - startedAt) / 1_000
    const balance = await settledMail(office.call, channelId, letters)
    report('a full mailbox', {
      letters: LETTERS,
      seconds: Math.round(seconds),
      chatsMeanwhile,
      slowestChatMs: Math.round(Math.max(...chats)),
      residentMegabytes: Math.round(resident),
      ...balance,
    })
    expect(balance).toEqual(BALANCED)
    // Seen by agents before the mailbox was taken.
    expect(chatsMeanwhile).toBeGreaterThan(0)
    expect(resident).toBeLessThan(MOST_MEGABYTES)
  },
  TIMEOUT_MS,
)
