/** A customer is told once who has his conversation, wherever the server is killed between the assignment and telling. */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { issueToken } from '../../connectors/web-chat/visitor-token.ts'
import type { ConversationView, MessageView, Page } from '../../src/domain/views.ts'
import type { Station } from '../../src/store/stations.ts'
import {
  type BareServer,
  type Call,
  createCall,
  signIn,
  startBareServer,
  startServer,
  temporaryFolder,
} from '../harness/real-server.ts'
import { post } from './customers.ts'
import { dieAt, LONG, report, startOver, TIMEOUT_MS } from './fault-run.ts'

/** Where it dies: while a conversation is opened, or when somebody comes online. */
type Death = readonly [Station, 'opening' | 'waiting']
const SHORT: readonly Death[] = [
  ['message-recorded', 'opening'],
  ['greeted', 'opening'],
  ['claimed', 'waiting'],
]
const DEATHS: readonly Death[] = LONG
  ? [...SHORT, ['conversation-updated', 'opening'], ['greeted', 'waiting']]
  : SHORT
const TEXT = '{{agent}} has your question.'
/** Asks again and again, longer than a restart and any sweep take on a busy machine. */
const PATIENCE = { timeout: 60_000, interval: 100 }

const allOf = async (call: Call): Promise<readonly ConversationView[]> =>
  ((await call('GET', '/conversations?view=all&limit=100')).body as unknown as Page<ConversationView>).items
const toldIn = async (call: Call, { id }: ConversationView): Promise<readonly MessageView[]> =>
  (
    (await call('GET', `/conversations/${id}/messages?limit=100`)).body as unknown as Page<MessageView>
  ).items.filter(({ direction, kind }) => direction === 'outbound' && kind === 'message')
const choose = async (call: Call, availability: string) =>
  call('PUT', '/profile/availability', { availability })

it(
  'a customer is told once who has his conversation, wherever the server dies in between',
  async () => {
    const folder = await temporaryFolder()
    const first = await startServer(folder.path)
    const { channelId, visitorSecret } = first
    const { version } = (await first.call('GET', `/channels/${channelId}`)).body
    const target = { kind: 'agents-and-teams', agentIds: 'all' }
    const policy = { steps: [{ target, strategy: 'least-open' }], customerMessage: TEXT }
    expect((await first.call('PATCH', `/channels/${channelId}`, { policy, version })).status).toBe(200)
    const until = new Date(Date.now() + 86_400_000).toISOString()
    expect((await first.call('PUT', '/profile/push-reachability', { until })).status).toBe(200)
    let url = first.url
    const { call } = createCall(() => url)
    await signIn(call)
    expect((await choose(call, 'online')).status).toBe(200)
    /** Somebody new writes; says it again until it is taken, or there is nobody any more who could. */
    const write = async ({ child }: BareServer): Promise<void> => {
      const visitorId = `anon:${randomBytes(16).toString('hex')}`
      const expiresAtMs = Date.now() + 86_400_000
      const token = issueToken({ visitorId, verified: false, expiresAtMs }, visitorSecret)
      const body = JSON.stringify({ type: 'message', clientMessageId: 'm', text: 'Where is my order?' })
      while (!(await post({ url, channelId, visitorSecret }, token, body))) {
        if (child.signalCode !== null || child.exitCode !== null) return
        await sleep(50)
      }
    }
    const count = async () => (await allOf(call)).length
    let server: BareServer = first
    for (const [number, [station, when]] of DEATHS.entries()) {
      if (when === 'waiting') {
        await choose(call, 'away')
        await write(server)
        await expect.poll(count, PATIENCE).toBe(number + 1)
      }
      expect(await server.stop()).toBe(0)
      await dieAt(startOver(folder.path), station, 1, async (doomed) => {
        url = doomed.url
        if (when === 'opening') await write(doomed)
        else await choose(call, 'online').catch(() => undefined)
      })
      server = await startBareServer(folder.path)
      url = server.url
      // Works until every customer was told; the server that died left one untold.
      await expect.poll(count, PATIENCE).toBe(number + 1)
      for (const conversation of await allOf(call)) {
        const statuses = async () => (await toldIn(call, conversation)).map(({ status }) => status)
        await expect.poll(statuses, PATIENCE).toContain('sent')
      }
    }
    // Another start, and what it looks over at its start: nobody is told again.
    expect(await server.stop()).toBe(0)
    const last = await startBareServer(folder.path)
    url = last.url
    const told = await Promise.all((await allOf(call)).map((conversation) => toldIn(call, conversation)))
    expect(told.map((messages) => messages.map(({ text }) => text))).toEqual(
      DEATHS.map(() => ['Olga Owner has your question.']),
    )
    report('killed while greeting', { deaths: DEATHS.length, told: told.flat().length })
    expect(await last.stop()).toBe(0)
    await folder.remove()
  },
  TIMEOUT_MS,
)
