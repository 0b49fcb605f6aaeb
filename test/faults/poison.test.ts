import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { issueToken } from '../../connectors/web-chat/visitor-token.ts'
import type { Page, QuarantineView } from '../../src/domain/views.ts'
import {
  type BareServer,
  createCall,
  signIn,
  startBareServer,
  startServer,
  temporaryFolder,
} from '../harness/real-server.ts'
import { ALL_WELL, takeBalance } from './balance.ts'
import { post, startCustomers, type Target } from './customers.ts'
import { TIMEOUT_MS } from './fault-run.ts'

const DIE_OF_POISON = fileURLToPath(new URL('./die-of-poison.mjs', import.meta.url))
const POISON = 'strychnine'
const CUSTOMERS = 4
/** What the poison does, how often the server may die of it, and what is said of it in the end. */
const KINDS = [
  // Nothing can be done against a process that is shot: once unsuspecting, and once for each of ten tries.
  { how: 'kill', mostDeaths: 11, error: /process ended/ },
  { how: 'loop', mostDeaths: 0, error: /took longer than/ },
  // On a slow machine its time may run out first.
  { how: 'hoard', mostDeaths: 1, error: /needed more than \d+ MB of memory|took longer than/ },
] as const

/** How many entries are put aside. */
async function quarantined(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text()
  return Number(/^tributary_quarantine_size (\S+)$/m.exec(metrics)?.[1] ?? 0)
}

it.each(KINDS)(
  'a message that is poison ($how) is put aside with its source, nobody else with it, and can be replayed',
  async ({ how, mostDeaths, error }) => {
    const folder = await temporaryFolder()
    const first = await startServer(folder.path)
    const target: Target = { url: first.url, channelId: first.channelId, visitorSecret: first.visitorSecret }
    await first.stop()
    const nodeOptions = ['--import', DIE_OF_POISON, '--max-old-space-size=200']
    const options = { nodeOptions, env: { POISON, POISON_HOW: how } }
    const tokenOf = (visitorId: string): string =>
      issueToken({ visitorId, verified: false, expiresAtMs: Date.now() + 3_600_000 }, target.visitorSecret)
    const visitorId = `anon:${'6'.repeat(32)}`
    const text = `${visitorId} ${POISON}`
    const body = JSON.stringify({ type: 'message', clientMessageId: 'poison', text })
    const customers = startCustomers(target, CUSTOMERS)
    let poisoned = false
    const poison = (async () => {
      while (!(await post(target, tokenOf(visitorId), body))) await sleep(50)
      poisoned = true
    })()
    let deaths = 0
    let server: BareServer | undefined
    for (let aside = 0; aside === 0; ) {
      if (!server || server.child.signalCode !== null) {
        // It may die of what lies in the journal before it is up.
        server = await startBareServer(folder.path, options).catch(() => undefined)
        if (server) target.url = server.url
        else deaths += 1
      } else {
        aside = await quarantined(server.url).catch(() => 0)
        if (aside === 0) await sleep(100)
        if (server.child.signalCode !== null) deaths += 1
      }
      expect(deaths).toBeLessThanOrEqual(mostDeaths)
    }
    await poison
    expect(poisoned).toBe(true)
    await customers.stop()
    const { call } = createCall(() => target.url)
    await signIn(call)
    const well = await takeBalance({ url: target.url }, call, customers.acknowledged)
    expect(well).toMatchObject({ ...ALL_WELL, conversations: CUSTOMERS, quarantined: 1 })
    const quarantine = (await call('GET', '/quarantine')).body as unknown as Page<QuarantineView>
    const [entry] = quarantine.items
    expect(entry).toMatchObject({
      channelId: target.channelId,
      error: expect.stringMatching(error),
    })
    const path = `/quarantine/${entry?.id}`
    const { rawBase64 } = (await call('GET', path)).body as unknown as QuarantineView
    expect(Buffer.from(rawBase64 ?? '', 'base64').toString()).toBe(body)

    await server?.stop()
    const mended = await startBareServer(folder.path)
    target.url = mended.url
    await signIn(call)
    expect((await call('POST', `${path}/replay`)).status).toBe(202)
    expect((await call('POST', `${path}/replay`)).status).toBe(404)
    const after = await takeBalance(mended, call, [...customers.acknowledged, { visitorId, text }])
    expect(after).toMatchObject({ ...ALL_WELL, conversations: CUSTOMERS + 1 })
    expect((await call('DELETE', path)).status).toBe(404)
    expect(await mended.stop()).toBe(0)
    await folder.remove()
  },
  TIMEOUT_MS,
)
