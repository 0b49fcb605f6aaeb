/** Two server processes and one mailbox: one of them reads it at a time, whatever befalls the other. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type ChannelId } from '../../src/domain/ids.ts'
import { connectStore, type StoreConnection } from '../../src/store/connect.ts'
import { createDovecot, type DovecotServer } from '../harness/dovecot.ts'
import {
  BALANCED,
  mailConfig,
  makeMailChannel,
  metricOf,
  type OrdinaryLetter,
  ordinaryLetters,
  PATIENCE,
  settledMail,
} from '../harness/mail-office.ts'
import {
  type BareServer,
  type Call,
  createCall,
  signIn,
  startBareServer,
  startServer,
} from '../harness/real-server.ts'
import { type Installation, openInstallation } from '../integration/two-nodes/installation.ts'
import { LONG, report, TIMEOUT_MS } from './fault-run.ts'

const IMPORTED = LONG ? 3_000 : 300
const THREADS = 15
const DEATHS = LONG ? 20 : 1
/** How much longer it sleeps when the other has the mailbox already, so its lease of 15 seconds is over. */
const ASLEEP_MS = LONG ? 20_000 : 0
const silent = { debug() {}, info() {}, warn() {}, error() {} }

let installation: Installation
let dovecot: DovecotServer
let store: StoreConnection
let env: Readonly<Record<string, string>>
let nodes: BareServer[]
let url = ''
let call: Call
beforeEach(async () => {
  installation = await openInstallation()
  dovecot = await createDovecot(['support'])
  await dovecot.start()
  env = { ...installation.env, OUTBOUND_ALLOW: '127.0.0.1', LOG_LEVEL: 'error' }
  const first = await startServer(installation.folder, { env })
  nodes = [first, await startNode()]
  url = first.url
  call = createCall(() => url).call
  await signIn(call)
  store = await connectStore({
    uri: installation.env['MONGODB_URI'] ?? '',
    dbName: 'tributary',
    embedded: true,
    log: silent,
  })
})
afterEach(async () => {
  for (const node of nodes) await node.kill()
  await store.close()
  await dovecot.remove()
  await installation.close()
})

const startNode = (): Promise<BareServer> => startBareServer(installation.folder, { env })

/** Which of the nodes has the mailbox now. */
async function holder(): Promise<BareServer> {
  for (;;) {
    for (const node of nodes) if ((await metricOf(node.url, 'tributary_sessions_held')) === 1) return node
    await sleep(100)
  }
}

/** What the database knows of the session: who may read, and how far it was read. */
const checkpoint = (channelId: string) =>
  store.db
    .collection<{ _id: string; token: number; value?: object }>('checkpoints')
    .findOne({ _id: channelId as ChannelId })

/** Letters that go on coming. */
function keepDelivering(from: number) {
  const letters: OrdinaryLetter[] = []
  let stopping = false
  const work = (async () => {
    for (let number = from; !stopping; number += 1) {
      for (const letter of ordinaryLetters(number, 1, THREADS)) {
        await dovecot.deliver(letter.raw, 'support')
        letters.push(letter)
      }
      await sleep(100)
    }
  })()
  return {
    letters,
    stop: async () => {
      stopping = true
      await work
    },
  }
}

async function begin() {
  const letters = ordinaryLetters(0, IMPORTED, THREADS)
  await dovecot.deliverBulk(
    letters.map(({ raw }) => raw),
    'support',
  )
  const channelId = await makeMailChannel(call, mailConfig('support', dovecot.port, 25))
  return { channelId, letters, coming: keepDelivering(IMPORTED) }
}

/** Connections to the mailbox, by the word of its server. */
const connections = async (): Promise<number> =>
  (await dovecot.doveadm('who', '-1')).split('\n').filter((line) => line.startsWith('support')).length

it(
  'a node that is killed is followed by the other, and no letter is lost or doubled',
  async () => {
    const { channelId, letters, coming } = await begin()
    for (let kill = 0; kill < DEATHS; kill += 1) {
      const doomed = await holder()
      const others = nodes.filter((node) => node !== doomed)
      expect(await metricOf(others[0]?.url ?? '', 'tributary_sessions_held')).toBe(0)
      url = others[0]?.url ?? ''
      await doomed.kill()
      nodes = [...others, await startNode()]
      await holder()
      await expect.poll(connections, PATIENCE).toBe(1)
    }
    await coming.stop()
    const all = [...letters, ...coming.letters]
    const balance = await settledMail(call, channelId, all)
    report('holder killed', { kills: DEATHS, letters: all.length, ...balance })
    expect(balance).toEqual(BALANCED)
  },
  TIMEOUT_MS,
)

it(
  'a node that sleeps longer than its lease writes nothing when it wakes, and no letter is lost or doubled',
  async () => {
    const { channelId, letters, coming } = await begin()
    const tokens: number[] = []
    for (let sleeping = 0; sleeping < (LONG ? 5 : 1); sleeping += 1) {
      const asleep = await holder()
      const awake = nodes.find((node) => node !== asleep) ?? asleep
      url = awake.url
      tokens.push((await checkpoint(channelId))?.token ?? 0)
      asleep.child.kill('SIGSTOP')
      await expect.poll(() => metricOf(awake.url, 'tributary_sessions_held'), PATIENCE).toBe(1)
      await sleep(ASLEEP_MS)
      const token = async () => (await checkpoint(channelId))?.token ?? 0
      await expect.poll(token, PATIENCE).toBeGreaterThan(tokens.at(-1) ?? 0)
      const raised = await checkpoint(channelId)
      asleep.child.kill('SIGCONT')
      await expect.poll(() => metricOf(asleep.url, 'tributary_sessions_held'), PATIENCE).toBe(0)
      // The mark is the new holder's still.
      expect((await checkpoint(channelId))?.token).toBe(raised?.token)
      expect(await metricOf(awake.url, 'tributary_sessions_held')).toBe(1)
      await expect.poll(connections, PATIENCE).toBe(1)
    }
    await coming.stop()
    const all = [...letters, ...coming.letters]
    const balance = await settledMail(call, channelId, all)
    report('holder asleep', { tokens, letters: all.length, ...balance })
    expect(balance).toEqual(BALANCED)
  },
  TIMEOUT_MS,
)
