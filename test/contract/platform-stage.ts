/** A platform that stands, with a connector before it that reaches it over the real wire. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import type { ConfigValues } from '../../src/contract/config-field.ts'
import type {
  Connector,
  ConnectorContext,
  OutboundAttachment,
  OutboundMessage,
} from '../../src/contract/connector.ts'
import type { Capabilities } from '../../src/domain/capabilities.ts'
import type { Arrival, ConnectorFixtures, FakePlatform } from './fixtures/connector-fixtures.ts'
import { contextOf, type Fetch } from './kit-context.ts'
import { type Check, type Finding, outgoingTo, secretsIn, settingsOf, toldBy } from './kit-subject.ts'

export type MessageArrival = Extract<Arrival, { kind: 'message' }>

export interface Stage {
  readonly connector: Connector
  readonly fixtures: ConnectorFixtures
  readonly platform: FakePlatform
  readonly config: ConfigValues
  readonly wrongConfig: ConfigValues
  readonly capabilities: Capabilities
  readonly ctx: ConnectorContext<ConfigValues>
  /** As `ctx`, with other settings. */
  readonly contextWith: (config: ConfigValues) => ConnectorContext<ConfigValues>
  /** What is said with `ctx`, and what was thrown: none of it may hold a secret. */
  readonly lines: string[]
  /** A file that the platform may also fetch. */
  readonly file: (name: string, contentType: string, bytes: Uint8Array) => OutboundAttachment
}

/** How long anything may take before the connector counts as hanging. */
const LIMIT_MS = 20_000

/** As the server's own: redirects are handed back. */
const fetchOnce: Fetch = (input, init) => fetch(input, { redirect: 'manual', ...init })

/** Plays on a fresh platform; nothing where nothing goes over the network. Whatever is said is searched for secrets. */
export const onPlatform =
  (play: (stage: Stage) => Promise<readonly Finding[]>): Check =>
  async ({ connector, fixtures }) => {
    if (fixtures.sendsOverNetwork !== true) return []
    if (!fixtures.platform) return ['sends over a network, and its fixtures start no platform to prove it on']
    const platform = await fixtures.platform()
    const files = await startFiles()
    const lines: string[] = []
    const config = settingsOf(connector, { ...fixtures.settings, ...platform.settings })
    const contextWith = (values: ConfigValues): ConnectorContext<ConfigValues> => ({
      ...contextOf(values, AbortSignal.timeout(LIMIT_MS), fetchOnce, lines),
      resolveHost: async (host) => (host === 'localhost' ? '127.0.0.1' : host),
      clock: Date.now,
    })
    try {
      const found = await play({
        connector,
        fixtures,
        platform,
        config,
        wrongConfig: settingsOf(connector, { ...fixtures.settings, ...platform.wrongSettings }),
        capabilities: connector.capabilities(config),
        ctx: contextWith(config),
        contextWith,
        lines,
        file: files.add,
      })
      return [...found, ...secretsIn(connector, config, lines.join('\n'))]
    } finally {
      await Promise.all([platform.stop(), files.stop()])
    }
  }

/** What came of something: a value or an error, within the time that anything may take. */
export async function outcomeOf<T>(
  stage: Pick<Stage, 'lines'>,
  act: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly error: unknown }> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it does not come back')), LIMIT_MS)
  })
  try {
    const value = await Promise.race([act(), late])
    stage.lines.push(toldBy(value))
    return { value }
  } catch (error) {
    stage.lines.push(toldBy(error))
    return { error }
  } finally {
    clearTimeout(timer)
  }
}

let sendings = 0

/** A message of its own. */
export function messageTo(stage: Stage, change: Partial<OutboundMessage> = {}): OutboundMessage {
  sendings += 1
  const id = sendings.toString(16).padStart(24, 'e')
  return { ...outgoingTo(stage.fixtures), id, ...change }
}

/** What sending made arrive there; or what is wrong with it. */
export async function sendAndSee(
  stage: Stage,
  message: OutboundMessage,
): Promise<
  | { readonly ok: true; readonly externalId: string; readonly arrived: readonly MessageArrival[] }
  | { readonly ok: false; readonly found: readonly Finding[] }
> {
  const before = stage.platform.arrivals().length
  const outcome = await outcomeOf(stage, () => stage.connector.send(message, stage.ctx))
  if ('error' in outcome) return { ok: false, found: [`cannot send: ${String(outcome.error)}`] }
  const arrived = stage.platform
    .arrivals()
    .slice(before)
    .flatMap((arrival) => (arrival.kind === 'message' ? [arrival] : []))
  const { externalId } = outcome.value
  if (arrived.length === 0) return { ok: false, found: ['says that it has sent, and nothing arrived'] }
  if (!arrived.some((arrival) => arrival.externalId === externalId))
    return { ok: false, found: ['names what it sent otherwise than the platform does'] }
  return { ok: true, externalId, arrived }
}

async function startFiles(): Promise<{ readonly add: Stage['file']; readonly stop: () => Promise<void> }> {
  const served = new Map<string, { readonly contentType: string; readonly bytes: Uint8Array }>()
  const server = createServer((request, response) => {
    const file = served.get(request.url ?? '')
    response.writeHead(file ? 200 : 404, file ? { 'content-type': file.contentType } : {})
    response.end(file?.bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    add: (name, contentType, bytes) => {
      const id = (served.size + 1).toString(16).padStart(32, 'f')
      const path = `/files/${id}?signature=kit`
      served.set(path, { contentType, bytes })
      return {
        id,
        name,
        contentType,
        sizeBytes: bytes.byteLength,
        open: async () => Readable.from([Buffer.from(bytes)]),
        publicUrl: () => `http://127.0.0.1:${port}${path}`,
      }
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
