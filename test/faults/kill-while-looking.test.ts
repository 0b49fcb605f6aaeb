/** Lines that are cut after the platform took the message, and a server that dies while it asks what became of it. */
import { expect, it } from 'vitest'
import type { ConversationView } from '../../src/domain/views.ts'
import type { Station } from '../../src/store/stations.ts'
import { createCall, signIn, startBareServer, startServer, temporaryFolder } from '../harness/real-server.ts'
import { openTextChannel, REACHES_TEXT_PLATFORM, startTextPlatform } from '../harness/text-channel.ts'
import { dieAt, ROUNDS, report, startOver, TIMEOUT_MS } from './fault-run.ts'
import { answer, byConversation, repliesThatLeft } from './repliers.ts'

const STATIONS: readonly Station[] = ['before-look', 'after-look']
const CUSTOMERS = 4
/** Between two replies into one conversation: each is asked about some seconds after it went. */
const PAUSE_MS = 1_000

it(
  'killed before and after it asked the platform, the server sends every reply once and in order',
  async () => {
    const folder = await temporaryFolder()
    const fake = await startTextPlatform()
    const first = await startServer(folder.path, { env: REACHES_TEXT_PLATFORM })
    let url = first.url
    const { call } = createCall(() => url)
    await signIn(call)
    const channel = await openTextChannel(first, fake, 100)
    const ids: string[] = []
    for (let index = 0; index < CUSTOMERS; index += 1) {
      const started = await call('POST', '/conversations', {
        channelId: channel.id,
        to: `+1303555000${index}`,
        clientMessageId: `first-${index}`,
        text: `Customer ${index}`,
        attachmentIds: [],
      })
      expect(started.status).toBe(201)
      ids.push((started.body['conversation'] as ConversationView).id)
    }
    for (const id of ids) await repliesThatLeft(call, id)
    await first.stop()
    const before = fake.sent().length
    fake.misbehave(({ method }) => (method === 'POST' ? { kind: 'cut-after' } : undefined))
    const recorded: string[] = []
    let isOver = false
    const options = { pauseMs: PAUSE_MS, isOver: () => isOver }
    const answering = ids.map((id) => answer(id, call, recorded, options))
    const kills: Record<string, number> = {}
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const station of STATIONS) {
        const start = startOver(folder.path, REACHES_TEXT_PLATFORM)
        await dieAt(start, station, 1 + (round % CUSTOMERS), (server) => {
          url = server.url
        })
        kills[station] = (kills[station] ?? 0) + 1
      }
    }
    fake.misbehave()
    const last = await startBareServer(folder.path, { env: REACHES_TEXT_PLATFORM })
    url = last.url
    isOver = true
    await Promise.all(answering)
    const taken = fake.sent()
    let sent = 0
    for (const [id, texts] of byConversation(recorded, ids)) {
      const [, ...replies] = await repliesThatLeft(call, id)
      expect(replies.map(({ text }) => text)).toEqual(texts)
      expect(fake.sent().flatMap(({ body }) => (body.startsWith(id) ? [body] : []))).toEqual(texts)
      sent += texts.length
    }
    report('killed while looking', { kills, cut: taken.length - before, recorded: recorded.length, sent })
    expect(await last.stop()).toBe(0)
    await fake.close()
    await folder.remove()
  },
  TIMEOUT_MS,
)
