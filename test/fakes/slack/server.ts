/**
 * A Slack workspace on this machine: the Web API with files, the Events API with signatures and retries, and Socket
 * Mode. Slack's own clients talk to it in `slack-clients.test.ts`.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Delivery, type ProviderServer, startProvider } from '../provider/provider-server.ts'
import { createCustomers } from './customers.ts'
import { signedDelivery } from './signed-delivery.ts'
import { type FakeSockets, startSockets } from './sockets.ts'
import { createWebApi } from './web-api.ts'
import { createWorkspace, type FakeEvent, type FakeUser, type Workspace } from './workspace.ts'

/** What differs from an ordinary workspace. */
export interface FakeSlackOptions {
  readonly port?: number
  readonly botToken?: string
  readonly appToken?: string
  readonly signingSecret?: string
  readonly nowMs?: () => number
  /** Until an envelope is sent again that nobody acknowledged, and a delivery that was not answered with 2xx. */
  readonly resendMs?: number
}

/** What the app may do, unless a test takes something away. */
export const ALL_SCOPES = [
  'app_mentions:read',
  'channels:history',
  'channels:read',
  'chat:write',
  'chat:write.customize',
  'files:read',
  'files:write',
  'groups:history',
  'groups:read',
  'im:history',
  'im:read',
  'im:write',
  'mpim:history',
  'mpim:read',
  'reactions:read',
  'users:read',
  'users:read.email',
]

/** Whether events are sent anywhere, and where. */
type Target =
  | { readonly kind: 'nowhere' }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'sockets' }

export interface FakeSlack extends ReturnType<typeof createCustomers> {
  readonly url: string
  /** Settings with which a channel reaches it. */
  readonly settings: {
    readonly botToken: string
    readonly appToken: string
    readonly signingSecret: string
    readonly apiBaseUrl: string
  }
  readonly workspace: Workspace
  /** Calls that came, and ways to let them fail. */
  readonly provider: ProviderServer
  readonly sockets: FakeSockets
  /** What tests turn while it runs. */
  readonly knobs: {
    scopes: readonly string[]
    /** One message in so many milliseconds and channel; undefined = no limit. */
    limit: { readonly perMs: number } | undefined
    /** How many times a file is asked for before it says where it is shown. */
    sharesAfter: number
    /** Whether nobody is shown what apps laid beside their messages. */
    hidesMetadata: boolean
    /** Whether files are handed out by another address. */
    redirectsFiles: boolean
  }
  /** How many calls were refused because they came too soon. */
  limited(): number
  addUser(name: string, more?: Partial<Omit<FakeUser, 'id' | 'name'>>): string
  addChannel(
    name: string,
    more?: { readonly isMember?: boolean; readonly isArchived?: boolean; readonly isPrivate?: boolean },
  ): string
  /** Several people and the app, in direct messages. */
  addGroup(): string
  /** Where events go from now on, echoes of the app's own doings included. */
  sendTo(target: Target): void
  /** Sends events, as they are told. @returns when each was taken, or had been tried four times */
  tell(events: readonly FakeEvent[]): Promise<void>
  /** Events as requests, for tests that deliver by themselves. */
  deliveries(events: readonly FakeEvent[], url: string, retry?: number): readonly Delivery[]
  /** Any body as a request. */
  signed(body: string | Uint8Array, url: string, contentType?: string): Delivery
  close(): Promise<void>
}

/** Slack tries a delivery three times again. */
const MOST_TRIES = 4

/** Starts a workspace with nobody in it but the app. */
export async function startFakeSlack(options: FakeSlackOptions = {}): Promise<FakeSlack> {
  const {
    botToken = 'xoxb-1-2-faketoken',
    appToken = 'xapp-1-A0APP00001-fake',
    signingSecret = '8f742231b10e8888abcd99yyyzzz85a5',
    nowMs = Date.now,
    resendMs = 1_000,
  } = options
  const workspace = createWorkspace(nowMs)
  const sockets = await startSockets(resendMs)
  const knobs: FakeSlack['knobs'] = {
    scopes: ALL_SCOPES,
    limit: undefined,
    sharesAfter: 1,
    redirectsFiles: false,
    hidesMetadata: false,
  }
  let target: Target = { kind: 'nowhere' }
  let url = ''
  const customers = createCustomers(workspace, () => url)
  const api = createWebApi(workspace, {
    botToken,
    appToken,
    scopes: () => knobs.scopes,
    baseUrl: () => url,
    socketUrl: sockets.newUrl,
    limit: () => knobs.limit,
    nowMs,
    sharesAfter: () => knobs.sharesAfter,
    hidesMetadata: () => knobs.hidesMetadata,
    onOwn: (change) => void tell(customers.echo(change)).catch(() => undefined),
  })

  const tell = async (events: readonly FakeEvent[]): Promise<void> => {
    for (const event of events) {
      if (target.kind === 'sockets') sockets.deliver(event)
      if (target.kind === 'url') await post(event, target.url)
    }
  }
  const post = async (event: FakeEvent, to: string): Promise<void> => {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const { headers, body } = sign(JSON.stringify(event.body), to, tries === 0 ? undefined : tries)
      const answer = await fetch(to, {
        method: 'POST',
        headers,
        body: new Uint8Array(Buffer.from(body)),
      }).catch(() => undefined)
      await answer?.arrayBuffer()
      if (answer?.ok) return
      await sleep(resendMs)
    }
  }
  const sign = (body: string | Uint8Array, to: string, retry?: number, contentType?: string): Delivery =>
    signedDelivery(body, {
      url: to,
      signingSecret,
      nowMs: nowMs(),
      ...(retry !== undefined && { retry }),
      ...(contentType !== undefined && { contentType }),
    })

  const provider = await startProvider(
    (call) => {
      const [, kind = '', name = '', id = ''] = call.url.split(/[/?]/)
      if (kind === 'api') return api.answer(name, call)
      if (kind === 'upload') return api.upload(id, call)
      if (kind === 'files-pri') return api.download(name, call, knobs.redirectsFiles)
      if (kind === 'cdn') {
        const known = workspace.files.get(name)
        // Whoever brings the token here has given it away.
        if (!known || call.headers['authorization'] !== undefined) return { status: 403 }
        return { status: 200, headers: { 'Content-Type': known.file.mimetype }, body: known.bytes }
      }
      if (kind === 'avatars') return { status: 200, headers: { 'Content-Type': 'image/png' }, body: PICTURE }
      return { status: 404 }
    },
    options.port === undefined ? {} : { port: options.port },
  )
  url = provider.url

  return {
    ...customers,
    url,
    settings: { botToken, appToken, signingSecret, apiBaseUrl: `${url}/api/` },
    workspace,
    provider,
    sockets,
    knobs,
    limited: () => api.state.limited,
    addUser(name, more = {}) {
      const id = workspace.nextId('U')
      workspace.users.set(id, { id, name, teamId: workspace.teamId, emailConfirmed: true, ...more })
      return id
    },
    addChannel(name, { isMember = true, isArchived = false, isPrivate = false } = {}) {
      const id = workspace.nextId('C')
      workspace.channels.set(id, { id, name, kind: 'channel', isPrivate, isMember, isArchived, messages: [] })
      return id
    },
    addGroup() {
      const id = workspace.nextId('G')
      const group = { id, name: 'mpdm', kind: 'mpim', isMember: true, isArchived: false } as const
      workspace.channels.set(id, { ...group, messages: [] })
      return id
    },
    sendTo: (next) => {
      target = next
    },
    tell,
    deliveries: (events, to, retry) => events.map(({ body }) => sign(JSON.stringify(body), to, retry)),
    signed: (body, to, contentType) => sign(body, to, undefined, contentType),
    async close() {
      await Promise.all([provider.close(), sockets.close()])
    },
  }
}

const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
