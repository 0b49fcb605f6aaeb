import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { issueToken } from '../../connectors/web-chat/visitor-token.ts'
import type { ConversationView, Page } from '../../src/domain/views.ts'
import type { Station } from '../../src/store/stations.ts'
import { createCall, signIn, startBareServer, startServer, temporaryFolder } from '../harness/real-server.ts'
import { post } from './customers.ts'
import { dieAt, ROUNDS, report, startOver, TIMEOUT_MS } from './fault-run.ts'
import { answer, byConversation, repliesThatLeft } from './repliers.ts'

const STATIONS: readonly Station[] = ['before-send', 'after-send', 'settled']
const CONVERSATIONS = 8
/** Between two replies into one conversation. */
const PAUSE_MS = 200

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
    for (; conversations.length < CONVERSATIONS; await sleep(50)) {
      const page = (await first.call('GET', '/conversations?view=all&limit=100')).body
      conversations = (page as unknown as Page<ConversationView>).items
    }
    let url = first.url
    const { call } = createCall(() => url)
    await signIn(call)
    await first.stop()
    const recorded: string[] = []
    let isOver = false
    const options = { pauseMs: PAUSE_MS, isOver: () => isOver }
    const answering = conversations.map(({ id }) => answer(id, call, recorded, options))
    const kills: Record<string, number> = {}
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const station of STATIONS) {
        await dieAt(startOver(folder.path), station, 2 + (round % 5) * 4, (server) => {
          url = server.url
        })
        kills[station] = (kills[station] ?? 0) + 1
      }
    }
    const last = await startBareServer(folder.path)
    url = last.url
    isOver = true
    await Promise.all(answering)
    const sinceMs = performance.now()
    let sent = 0
    const ids = conversations.map(({ id }) => id)
    for (const [id, texts] of byConversation(recorded, ids)) {
      const replies = await repliesThatLeft(call, id)
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
