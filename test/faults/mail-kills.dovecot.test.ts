/** The server, or its engine, dies while letters are fetched: each is there once in the end, in its own conversation. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Station } from '../../src/store/stations.ts'
import {
  BALANCED,
  type MailOffice,
  type OrdinaryLetter,
  openMailOffice,
  ordinaryLetters,
  PATIENCE,
  settledMail,
} from '../harness/mail-office.ts'
import { engineOf } from '../harness/real-server.ts'
import { dieAt, KILLS, LONG, report, TIMEOUT_MS } from './fault-run.ts'

const IMPORTED = LONG ? 3_000 : 300
const THREADS = LONG ? 60 : 15
const STATIONS: readonly Station[] = ['journaled', 'message-recorded', 'conversation-updated']
/** Between two letters that come while the older ones are fetched, so that there is always work to die in. */
const PAUSE_MS = 20

let office: MailOffice
beforeEach(async () => {
  office = await openMailOffice()
})
afterEach(() => office.close())

/** Letters that go on coming. */
function keepDelivering(from: number): { readonly letters: OrdinaryLetter[]; stop(): Promise<void> } {
  const letters: OrdinaryLetter[] = []
  let stopping = false
  const work = (async () => {
    for (let number = from; !stopping; number += 1) {
      const [letter] = ordinaryLetters(number, 1, THREADS)
      if (!letter) throw new Error('no letter')
      await office.dovecot.deliver(letter.raw, 'support')
      letters.push(letter)
      await sleep(PAUSE_MS)
    }
  })()
  return {
    letters,
    async stop() {
      stopping = true
      await work
    },
  }
}

async function importMany(): Promise<{ readonly channelId: string; readonly letters: OrdinaryLetter[] }> {
  const letters = ordinaryLetters(0, IMPORTED, THREADS)
  await office.dovecot.deliverBulk(
    letters.map(({ raw }) => raw),
    'support',
  )
  return { channelId: await office.channel('support'), letters: [...letters] }
}

it(
  'a server killed again and again while it fetches loses and doubles no letter',
  async () => {
    const { channelId, letters } = await importMany()
    await office.server().kill()
    const coming = keepDelivering(IMPORTED)
    const kills: Record<string, number> = {}
    for (let kill = 0; kill < KILLS; kill += 1) {
      const station = STATIONS[kill % STATIONS.length] ?? 'journaled'
      await dieAt(office.start, station, 4 + (kill % 5) * 3)
      kills[station] = (kills[station] ?? 0) + 1
    }
    await office.start()
    await coming.stop()
    const all = [...letters, ...coming.letters]
    const balance = await settledMail(office.call, channelId, all)
    report('killed while fetching', { kills, letters: all.length, ...balance })
    expect(balance).toEqual(BALANCED)
  },
  TIMEOUT_MS,
)

it(
  'an engine killed again and again while letters are fetched loses and doubles none',
  async () => {
    const { channelId, letters } = await importMany()
    const server = office.server()
    const coming = keepDelivering(IMPORTED)
    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = coming.letters.length
      await expect.poll(() => coming.letters.length, PATIENCE).toBeGreaterThan(before + 10)
      process.kill(await engineOf(server), 'SIGKILL')
    }
    await coming.stop()
    const all = [...letters, ...coming.letters]
    const balance = await settledMail(office.call, channelId, all)
    report('engine killed while fetching', { kills: KILLS, letters: all.length, ...balance })
    expect(balance).toEqual(BALANCED)
    expect(server.child.exitCode).toBeNull()
  },
  TIMEOUT_MS,
)
