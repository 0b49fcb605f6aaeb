/** The whole HTTP side with real web chat channels and files, over a real embedded engine. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { webChat } from '../../../connectors/web-chat/web-chat-connector.ts'
import type { Connector } from '../../../src/contract/connector.ts'
import type { ContactId, ContactIdentityId, ConversationId, MessageId } from '../../../src/domain/ids.ts'
import type { AttachmentView, ChannelAdminView } from '../../../src/domain/views.ts'
import type { VisitorSessionAnswer, WidgetSettingsAnswer } from '../../../src/domain/visitor.ts'
import { createDemoRouter } from '../../../src/http/demo-router.ts'
import { createWidgetRouter } from '../../../src/http/widget-router.ts'
import {
  createVisitorLimits,
  DEFAULT_VISITOR_RATES,
  type VisitorRates,
} from '../../../src/runtime/visitor-limits.ts'
import type { FetchRemote } from '../../../src/services/fetch-attachment.ts'
import { freshId } from '../../../src/store/object-id.ts'
import type { StoredConversation } from '../../../src/store/stored-conversation.ts'
import type { StoredMessage } from '../../../src/store/stored-message.ts'
import { createCountUnreadByVisitor } from '../../../src/store/visitor-unread.ts'
import { type Agent, startTestServer, type TestServer } from '../http/test-server.ts'

export const LOADER = '(()=>{"loader"})()'
export const FRAME = '<!doctype html><script type="module" src="/widget/assets/frame-abc123.js"></script>'
/** What the test server allows agents; visitors get the same. */
export const MAX_BYTES = 1_000_000

const MANY = 1_000_000_000
export const NO_LIMITS: VisitorRates = Object.fromEntries(
  Object.keys(DEFAULT_VISITOR_RATES).map((key) => [key, MANY]),
) as unknown as VisitorRates

export interface Visitor {
  readonly channelId: string
  readonly visitorId: string
  readonly token: string
}

export interface WidgetServer extends TestServer {
  /** What channels' platforms give; set by a test. */
  fetchRemote: FetchRemote
  online: boolean
  channel(owner: Agent, config?: Record<string, unknown>, more?: object): Promise<ChannelAdminView>
  settings(channelId: string, origin?: string): Promise<Response>
  visitor(channelId: string, command?: object): Promise<Visitor>
  conversation(visitor: Visitor, more?: Partial<StoredConversation>): Promise<StoredConversation>
  message(conversation: StoredConversation, more?: Partial<StoredMessage>): Promise<StoredMessage>
}

/** A second kind of channel: it takes few types of files, and has files of its own to fetch. */
const picky = (world: { fetchRemote: FetchRemote }): Connector =>
  ({
    ...webChat,
    type: 'picky',
    capabilities: () => {
      const capabilities = webChat.capabilities({} as never)
      const attachments = { ...capabilities.attachments, contentTypes: ['image/*', 'application/pdf'] }
      return { ...capabilities, attachments }
    },
    fetchAttachment: ((ref, { channelId }): Promise<Readable> =>
      world.fetchRemote(channelId, ref)) satisfies Connector['fetchAttachment'],
  }) as unknown as Connector

export async function startWidgetServer(rates: VisitorRates = NO_LIMITS): Promise<WidgetServer> {
  const widgetFolder = await mkdtemp(join(tmpdir(), 'widget-files-'))
  await mkdir(join(widgetFolder, 'assets'))
  await writeFile(join(widgetFolder, 'loader.js'), LOADER)
  await writeFile(join(widgetFolder, 'frame.html'), FRAME)
  await writeFile(join(widgetFolder, 'assets', 'frame-abc123.js'), 'export {}')

  const world = {
    online: true,
    fetchRemote: (() => Promise.reject(new Error('no platform'))) as FetchRemote,
  }
  const mounts: Partial<Record<'widget' | 'demo', ReturnType<typeof createWidgetRouter>>> = {}
  const server = await startTestServer({
    connectors: [webChat as unknown as Connector, picky(world)],
    more: {
      mounts: [
        { path: '/widget', handler: (request, response, next) => mounts.widget?.(request, response, next) },
        { path: '/demo', handler: (request, response, next) => mounts.demo?.(request, response, next) },
      ],
    },
  })
  const { url, core, deps } = server
  const { conversations, messages } = core.stores
  const common = { directory: core.directory, publicUrl: url, clock: deps.clock }
  mounts.demo = createDemoRouter(common)
  mounts.widget = createWidgetRouter({
    ...core.stores,
    ...common,
    fetchAttachment: core.fetchAttachment,
    maxAttachmentBytes: MAX_BYTES,
    widgetFolder,
    countUnread: createCountUnreadByVisitor(server.store.connection),
    queuePlaces: core.queuePlaces,
    isAnyoneAvailable: () => Promise.resolve(world.online),
    limits: createVisitorLimits(rates),
  })

  const settings = (channelId: string, origin = 'https://shop.example'): Promise<Response> =>
    fetch(`${url}/widget/v1/${channelId}/settings`, { headers: { origin } })

  return Object.assign(world, server, {
    async close() {
      await server.close()
      await rm(widgetFolder, { recursive: true, force: true })
    },
    async channel(owner: Agent, config: Record<string, unknown> = {}, more: object = {}) {
      const answer = await owner
        .post('/api/v1/channels')
        .send({ type: 'web-chat', name: `Site ${freshId()}`, config, ...more })
      if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
      return answer.body as ChannelAdminView
    },
    settings,
    async visitor(channelId: string, command: object = {}): Promise<Visitor> {
      const { ticket } = (await (await settings(channelId)).json()) as WidgetSettingsAnswer
      const answer = await fetch(`${url}/widget/v1/${channelId}/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ticket, ...command }),
      })
      const { visitorId, token } = (await answer.json()) as VisitorSessionAnswer
      return { channelId, visitorId, token }
    },
    async conversation(visitor: Visitor, more: Partial<StoredConversation> = {}) {
      const conversation: StoredConversation = {
        id: freshId() as ConversationId,
        channelId: visitor.channelId as StoredConversation['channelId'],
        threadKey: visitor.visitorId,
        identityId: freshId() as ContactIdentityId,
        identityExternalId: visitor.visitorId,
        contactId: freshId() as ContactId,
        contactName: 'Visitor',
        status: 'open',
        workType: 'messaging',
        priority: 'normal',
        tags: [],
        unreadCount: 0,
        readOrder: 0,
        lastInboundOrder: 0,
        lastActivityAtMs: 1,
        createdAtMs: 1,
        routing: { status: 'settled', sinceMs: 1 },
        version: 1,
        ...more,
      } as StoredConversation
      await conversations.createMissing([conversation])
      return conversation
    },
    async message(conversation: StoredConversation, more: Partial<StoredMessage> = {}) {
      order += 1
      const message: StoredMessage = {
        id: freshId() as MessageId,
        conversationId: conversation.id,
        channelId: conversation.channelId,
        direction: 'inbound',
        kind: 'message',
        author: { kind: 'contact', name: 'Visitor' },
        text: `message ${order}`,
        attachments: [],
        status: 'delivered',
        createdAtMs: 1_000 + order,
        order,
        version: 1,
        ...more,
      }
      await messages.record([message])
      return message
    },
  })
}

let order = 0

/** A multipart form, byte by byte. */
export function formOf(
  name: string,
  content: Uint8Array,
  options: { readonly type?: string; readonly field?: string; readonly raw?: boolean } = {},
): { readonly body: Buffer; readonly headers: Record<string, string> } {
  const boundary = 'x-boundary-7f3a'
  const quoted = name.replace(/[\r\n"]/g, (mark) => encodeURIComponent(mark))
  // Control characters cannot stand in a header, and a backslash escapes; the extended form carries them all the same.
  const parameter =
    /[\u0000-\u0008\u000e-\u001f\u007f\\]/.test(name) && !options.raw
      ? `filename*=UTF-8''${encodeURIComponent(name)}`
      : `filename="${quoted}"`
  const { type = 'application/octet-stream', field = 'file' } = options
  const body = Buffer.concat([
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${field}"; ${parameter}\r\nContent-Type: ${type}\r\n\r\n`,
    ),
    content,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ])
  return { body, headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } }
}

/** Uploads as a visitor. */
export async function uploadAs(
  url: string,
  visitor: Visitor,
  name: string,
  content: Uint8Array,
  type?: string,
): Promise<{
  readonly status: number
  readonly body: AttachmentView & { readonly code?: string; readonly field?: string }
}> {
  const { body, headers } = formOf(name, content, type === undefined ? {} : { type })
  const answer = await fetch(`${url}/widget/v1/${visitor.channelId}/attachments`, {
    method: 'POST',
    headers: { ...headers, authorization: `Bearer ${visitor.token}` },
    body: new Uint8Array(body),
  })
  return { status: answer.status, body: (await answer.json()) as never }
}

/** Downloads as a visitor. */
export const downloadAs = (
  url: string,
  { channelId, token }: { readonly channelId: string; readonly token: string },
  id: string,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(`${url}/widget/v1/${channelId}/attachments/${id}`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
  })
