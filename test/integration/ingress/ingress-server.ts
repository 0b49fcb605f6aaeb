/** A server in a process of its own, with a channel of every kind that platforms call, over a database we may read. */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { registry } from '../../../connectors/index.ts'
import type { ConfigValues } from '../../../src/contract/config-field.ts'
import type { Connector } from '../../../src/contract/connector.ts'
import { inboundOf } from '../../../src/contract/inbound-of.ts'
import type { RawRequest } from '../../../src/contract/raw-request.ts'
import type { ConfigValue } from '../../../src/domain/commands.ts'
import { connectStore } from '../../../src/store/connect.ts'
import { startEmbeddedEngine } from '../../../src/store/engine/embedded-engine.ts'
import type { ConnectorFixtures, Place, WebhookFixtures } from '../../contract/fixtures/connector-fixtures.ts'
import { settingsOf } from '../../contract/kit-subject.ts'
import { type Call, type ServerUnderTest, startServer, temporaryFolder } from '../../harness/real-server.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const NOTHING_WAITS_MS = 20_000

/** A connector that platforms call, with its fixtures. */
export interface Called {
  readonly connector: Connector
  readonly fixtures: WebhookFixtures
}

type Settings = Readonly<Record<string, ConfigValue>>

/** Every connector of the registry that platforms call. */
export const calledConnectors: readonly Called[] = (
  await Promise.all(
    registry.all.map(async (connector) => {
      const { fixtures } = (await import(`../../contract/fixtures/${connector.type}.ts`)) as {
        readonly fixtures: ConnectorFixtures
      }
      return 'requests' in fixtures ? [{ connector, fixtures }] : []
    }),
  )
).flat()

/** The settings with the first choice that makes platforms call it, also where they cannot reach the server. */
function calledSettings(connector: Connector, settings: Settings): Settings {
  const choices = connector.configFields.flatMap(({ key, options = [] }) =>
    options.map(({ value }) => ({ ...settings, [key]: value })),
  )
  const fits = (given: Settings): boolean => {
    try {
      const config = settingsOf(connector, given)
      return inboundOf(connector, config, { reachable: false }).kind === 'webhook'
    } catch {
      return false
    }
  }
  const found = [settings, ...choices].find(fits)
  if (!found) throw new Error(`${connector.type} is called by nobody`)
  return found
}

/** A channel that stands. */
export interface StandingChannel extends Called {
  readonly id: string
  readonly config: ConfigValues
  /** Where and when requests arrive now. */
  place(): Place
}

/** What the server holds of the world, as far as deliveries may change it. */
export type Holdings = Readonly<Record<string, unknown>>

/** A database of its own, and its address for servers. */
export async function openDatabase() {
  const folder = await temporaryFolder()
  const engine = await startEmbeddedEngine({
    dataDir: folder.path,
    log: silent,
    execArgv: ['--import', 'tsx'],
  })
  const store = await connectStore({ uri: engine.uri, dbName: 'tributary', embedded: true, log: silent })
  const env: Readonly<Record<string, string>> = {
    MONGODB_URI: engine.uri,
    SECRET_KEY: randomBytes(32).toString('hex'),
    // The fakes of platforms stand on this machine.
    OUTBOUND_ALLOW: '127.0.0.1',
  }
  const count = (name: string, filter = {}): Promise<number> =>
    store.db.collection(name).countDocuments(filter)

  /** Resolves when nothing waits in the journal. */
  const settled = async (): Promise<void> => {
    const until = performance.now() + NOTHING_WAITS_MS
    while ((await count('journal', { state: 'pending' })) > 0) {
      if (performance.now() > until) throw new Error('the journal does not become empty')
      await sleep(50)
    }
  }

  return {
    env,
    folder: folder.path,
    count,
    settled,
    /** @returns everything that a delivery may make or change, without instants and ids of ours */
    async holdings(): Promise<Holdings> {
      await settled()
      const messages = await store.db.collection('messages').find().toArray()
      const conversations = await store.db.collection('conversations').find().toArray()
      return {
        messages: messages
          .map(({ channelId, externalId, text, status, kind, direction, deletedAt, reactions }) =>
            JSON.stringify({
              channelId,
              externalId,
              text,
              status,
              kind,
              direction,
              gone: !!deletedAt,
              reactions,
            }),
          )
          .sort(),
        conversations: conversations
          .map(({ channelId, threadKey, status, unreadCount }) =>
            JSON.stringify({ channelId, threadKey, status, unreadCount }),
          )
          .sort(),
        contacts: await count('contacts'),
        early: await count('early_events'),
        quarantined: (await store.db.collection('journal').find({ state: 'quarantined' }).toArray()).map(
          ({ error }) => String(error),
        ),
      }
    },
    messagesOf: (channelId: string) =>
      store.db
        .collection('messages')
        .find({ $expr: { $eq: [{ $toString: '$channelId' }, channelId] } })
        .toArray(),
    conversationsOf: (channelId: string) =>
      store.db
        .collection('conversations')
        .find({ $expr: { $eq: [{ $toString: '$channelId' }, channelId] } })
        .toArray(),
    async close() {
      await store.close()
      await engine.stop()
      await folder.remove()
    },
  }
}

export type TestDatabase = Awaited<ReturnType<typeof openDatabase>>

/** Platforms of the channels, to be stopped at the end. */
export interface Platforms {
  readonly stop: () => Promise<void>
}

/** Makes a channel of each kind, on platforms that stand where they are needed. */
export async function makeChannels(
  server: Pick<ServerUnderTest, 'url' | 'call'>,
  called: readonly Called[] = calledConnectors,
): Promise<{ readonly channels: readonly StandingChannel[]; readonly platforms: Platforms }> {
  const running: { stop(): Promise<void> }[] = []
  const channels: StandingChannel[] = []
  for (const each of called) {
    const platform = await each.fixtures.platform?.()
    if (platform) running.push(platform)
    const settings = calledSettings(each.connector, { ...each.fixtures.settings, ...platform?.settings })
    channels.push(await makeChannel(server, each, settings))
  }
  return {
    channels,
    platforms: { stop: async () => void (await Promise.all(running.map((platform) => platform.stop()))) },
  }
}

async function makeChannel(
  { url, call }: Pick<ServerUnderTest, 'url' | 'call'>,
  called: Called,
  settings: Settings,
): Promise<StandingChannel> {
  const { connector } = called
  const command = { type: connector.type, name: connector.displayName, config: settings }
  const created = await call('POST', '/channels', command)
  if (created.status !== 201) throw new Error(`${connector.type}: ${JSON.stringify(created.body)}`)
  const id = String(created.body['id'])
  const secrets = await learnSecrets(call, id, connector, settings)
  const config = settingsOf(connector, { ...settings, ...secrets })
  const webhookUrl = `${url}/ingress/${id}`
  return { ...called, id, config, place: () => ({ webhookUrl, nowMs: Date.now() }) }
}

/** Secrets that the server made are shown once they are made anew. */
async function learnSecrets(
  call: Call,
  id: string,
  connector: Connector,
  settings: Settings,
): Promise<Readonly<Record<string, string>>> {
  const made = connector.configFields.filter(({ key, generated }) => generated && settings[key] === undefined)
  const secrets: Record<string, string> = {}
  for (const { key } of made) {
    const { version } = (await call('GET', `/channels/${id}`)).body
    const rotated = await call('POST', `/channels/${id}/secrets/${key}/rotate`, { version })
    secrets[key] = String(rotated.body['value'])
  }
  return secrets
}

/** Starts the built server over a database. */
export const startIngressServer = ({ env, folder }: TestDatabase): Promise<ServerUnderTest> =>
  startServer(folder, { env })

/** Whether a line carries its headers as they are: HTTP takes no control characters, and trims blanks. */
export const canTravel = ({ headers }: RawRequest): boolean =>
  Object.values(headers).every((value) => value === value.trim() && /^[\t\x20-\x7e\x80-\xff]*$/.test(value))

/** Delivers a request as a platform would, which waits where it is asked for patience. @returns the status */
export async function deliver(url: string, request: RawRequest): Promise<number> {
  const { method, headers, body } = request
  for (;;) {
    const answer = await fetch(new URL(request.url, url), {
      method,
      headers: { ...headers },
      ...(method === 'GET' || method === 'HEAD' ? {} : { body: new Uint8Array(body) }),
      redirect: 'manual',
    })
    await answer.arrayBuffer()
    if (answer.status !== 429) return answer.status
    await sleep(Number(answer.headers.get('retry-after') ?? 1) * 1_000)
  }
}
