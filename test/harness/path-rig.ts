/** Both paths over real stores, with a platform whose every answer the test writes. */
import type { ConfigValues } from '../../src/contract/config-field.ts'
import type {
  Connector,
  ConnectorContext,
  OutboundMessage,
  SendReceipt,
} from '../../src/contract/connector.ts'
import type { InboundEvent } from '../../src/contract/inbound-event.ts'
import { inboundOf } from '../../src/contract/inbound-of.ts'
import type { JournaledRequest } from '../../src/contract/raw-request.ts'
import type { Capabilities } from '../../src/domain/capabilities.ts'
import type { SendMessageCommand } from '../../src/domain/commands.ts'
import type { DomainEvent } from '../../src/domain/events.ts'
import type { AgentId, ChannelId, ChannelType, ConversationId, JournalEntryId } from '../../src/domain/ids.ts'
import { permissionsOf } from '../../src/domain/permissions.ts'
import type { RoutingAgent } from '../../src/domain/routing/agent-state.ts'
import { type AssignmentPolicy, PICK_POLICY } from '../../src/domain/routing/policy.ts'
import { parseHere } from '../../src/runtime/limited-parse.ts'
import type { Stores } from '../../src/runtime/open-stores.ts'
import { createBus } from '../../src/services/bus.ts'
import type { LiveChannel } from '../../src/services/channel-directory.ts'
import { type DeliverDeps, deliverConversation } from '../../src/services/deliver-messages.ts'
import { createLinkAttachments } from '../../src/services/link-attachments.ts'
import { createTemplates } from '../../src/services/list-templates.ts'
import { createMessageTokens } from '../../src/services/message-token.ts'
import { createOrderClock } from '../../src/services/order-clock.ts'
import type { Principal } from '../../src/services/principal.ts'
import { type ReceiveInboundDeps, receiveInbound } from '../../src/services/receive-inbound.ts'
import { type RouteDeps, routeConversations } from '../../src/services/route-conversations.ts'
import { routeOpenings } from '../../src/services/route-openings.ts'
import { type SendReplyDeps, sendReply } from '../../src/services/send-reply.ts'
import type { JournalEntry } from '../../src/store/journal-store.ts'
import { freshId } from '../../src/store/object-id.ts'
import { FREE_LOADS, freeAgent, NO_RULES } from './free-hands.ts'
import { TEXT_ONLY } from './scripted-channel.ts'

/** What the scripted platform can do unless a test says otherwise. */
export const SCRIPTED: Capabilities = {
  ...TEXT_ONLY,
  receipts: { delivered: 'native', read: 'native' },
}

/** Nothing is fetched from here. */
export const NO_FILE_LINKS = { of: (id: string) => `https://inbox.example/files/${id}` }

/** The largest file that comes inside a message here. */
export const MAX_ATTACHMENT_BYTES = 100_000

export interface RigOptions {
  readonly capabilities?: Capabilities
  readonly policy?: AssignmentPolicy
  readonly agents?: readonly RoutingAgent[]
  readonly send?: (message: OutboundMessage) => Promise<SendReceipt>
  /** What else the scripted platform can do. */
  readonly also?: Partial<Connector>
  readonly parse?: (request: JournaledRequest) => readonly InboundEvent[]
  readonly connector?: Connector
  readonly config?: ConfigValues
}

export type PathRig = ReturnType<typeof createPathRig>

/** An agent the router may choose. */
export const routingAgent = (name: string, change: Partial<RoutingAgent> = {}): RoutingAgent =>
  freeAgent(freshId() as AgentId, name, change)

const readEvents = ({ body }: JournaledRequest): readonly InboundEvent[] =>
  JSON.parse(Buffer.from(body).toString('utf8')) as InboundEvent[]

/** One channel of its own, a clock that the test moves, and everything that was sent or published. */
export function createPathRig(stores: Stores, options: RigOptions = {}) {
  const channelId = freshId() as ChannelId
  const sent: OutboundMessage[] = []
  const events: DomainEvent[] = []
  /** What agents have read, by the platform's ids. */
  const read: string[] = []
  const bus = createBus((error) => {
    throw error
  })
  bus.onEvents((news) => void events.push(...news))
  const orderClock = createOrderClock()
  const state = { nowMs: Date.UTC(2026, 10, 23, 12), paused: false, deleted: false, heldUntilMs: 0 }
  const now = (): number => state.nowMs
  const capabilities = options.capabilities ?? SCRIPTED
  const connector: Connector = options.connector ?? {
    type: 'scripted' as ChannelType,
    displayName: 'Scripted',
    summary: 'Says what the test says.',
    configFields: [],
    capabilities: () => capabilities,
    check: () => Promise.resolve({ ok: true }),
    inbound: {
      kind: 'webhook',
      maxBodyBytes: 1_000_000,
      verify: () => ({ ok: false, code: 'invalid-signature' }),
      parse: options.parse ?? readEvents,
      acknowledge: () => ({ status: 200 }),
    },
    send: async (message) => {
      sent.push(message)
      return options.send ? options.send(message) : { externalId: `out-${message.id}` }
    },
    ...options.also,
  }
  const config = options.config ?? {}
  const channel = (): LiveChannel =>
    ({
      id: channelId,
      type: connector.type,
      name: 'Scripted',
      paused: state.paused || state.deleted,
      ...(state.deleted ? { deletedAtMs: state.nowMs } : {}),
      config,
      capabilities: connector.capabilities(config),
      policy: options.policy ?? PICK_POLICY,
      skills: [],
      access: { kind: 'everyone' },
      connector,
      inbound: inboundOf(connector, config, { reachable: true }),
      version: 1,
    }) as Omit<LiveChannel, 'record'> as LiveChannel
  const findChannel = async (id: string): Promise<LiveChannel | undefined> =>
    id === channelId ? channel() : undefined
  const routeDeps: RouteDeps = {
    ...stores,
    findChannel,
    rules: async () => NO_RULES,
    loads: FREE_LOADS,
    agents: async () => options.agents ?? [],
    bus,
    orderClock,
    now,
    random: () => 0.5,
    observe: () => undefined,
    onBroken: (_, error) => {
      throw error
    },
  }
  const messageTokens = createMessageTokens(new Uint8Array(32))
  const receiveDeps: ReceiveInboundDeps = {
    ...stores,
    findChannel,
    parse: parseHere,
    linkAttachments: createLinkAttachments({
      attachments: stores.attachments,
      clock: now,
      maxBytes: MAX_ATTACHMENT_BYTES,
    }),
    messageTokens,
    bus,
    routeOpenings: (openings) => routeOpenings(openings, routeDeps),
    route: async (waiting) => {
      await routeConversations(waiting, 'reopened', routeDeps)
    },
    detectLanguage: () => undefined,
    renewAfterMs: async () => undefined,
    wantLookUp: () => undefined,
    now,
    random: () => 0.5,
  }
  const context: ConnectorContext<ConfigValues> = {
    config,
    channelId,
    webhookUrl: 'https://inbox.example/ingress',
    logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    fetch: () => Promise.reject(new Error('there is no network here')),
    resolveHost: () => Promise.reject(new Error('there is no network here')),
    resolveDns: () => Promise.reject(new Error('there is no network here')),
    clock: now,
    checkpoint: { read: async () => undefined, write: async () => undefined },
    reportHealth: () => undefined,
    keepSecret: async () => undefined,
    signal: new AbortController().signal,
  }
  const deliverDeps: DeliverDeps = {
    ...stores,
    findChannel,
    contextOf: () => context,
    openAttachment: () => Promise.reject(new Error('there is no file here')),
    messageTokens,
    fileLinks: NO_FILE_LINKS,
    bus,
    pace: {
      take: () => undefined,
      skip: () => undefined,
      go: async () => () => undefined,
      hold: (untilMs) => void (state.heldUntilMs = untilMs),
    },
    nodeId: 'rig',
    isStopping: () => false,
    leaseNow: now,
    now,
    random: () => 0.5,
    observe: () => undefined,
    onUnexpected: () => undefined,
  }
  const agent: Principal = {
    agentId: freshId() as AgentId,
    name: 'Agnes Agent',
    role: 'admin',
    permissions: new Set(permissionsOf('admin')),
    channels: 'all',
    via: { kind: 'session', id: 'session' },
  }
  const sendDeps: SendReplyDeps = {
    ...stores,
    attachments: { find: async () => [], link: async () => undefined, forward: async () => [] },
    findChannel,
    tellPlatform: { agentRead: (_, externalId) => void read.push(externalId) },
    templates: createTemplates({ contextOf: () => context, clock: now }),
    bus,
    orderClock,
    now,
  }
  const entryOf = (request: Partial<JournaledRequest>): JournalEntry => ({
    id: freshId() as string as JournalEntryId,
    channelId,
    order: orderClock(state.nowMs),
    partition: 0,
    body: request.body ?? new Uint8Array(),
    contentType: request.contentType ?? 'application/json',
    facts: request.facts ?? {},
    receivedAtMs: request.receivedAtMs ?? state.nowMs,
    tries: 0,
  })
  return {
    channelId,
    state,
    sent,
    events,
    read,
    context,
    agent,
    routeDeps,
    receiveDeps,
    sendDeps,
    messageTokens,
    deliverDeps,
    entryOf,
    clocks: () => ({ nowMs: state.nowMs, leaseNowMs: state.nowMs }),
    /** A journal entry that holds these events. */
    entry: (...list: readonly InboundEvent[]): JournalEntry =>
      entryOf({ body: Buffer.from(JSON.stringify(list)) }),
    receive: (entries: readonly JournalEntry[]) => receiveInbound(entries, receiveDeps),
    deliver: (conversationId: ConversationId) => deliverConversation(conversationId, deliverDeps),
    reply: (
      conversationId: ConversationId,
      text: string,
      clientMessageId = freshId(),
      change: Partial<SendMessageCommand> = {},
    ) => sendReply(conversationId, { text, clientMessageId, attachmentIds: [], ...change }, agent, sendDeps),
    /** The one conversation of a thread. */
    async conversation(threadKey = 'ada') {
      const [found, ...more] = await stores.conversations.findCurrent(channelId, [threadKey])
      if (!found || more.length > 0) throw new Error('not one conversation')
      return found
    },
    thread: async (conversationId: ConversationId) =>
      (await stores.messages.page(conversationId, 1_000)).reverse(),
  }
}

/** Says whether a customer wants messages of a channel, as his platform would have told. */
export async function sayConsent(
  { contacts }: Pick<Stores, 'contacts'>,
  channelId: ChannelId,
  externalId: string,
  word: { readonly optedOut: boolean; readonly atMs: number },
): Promise<void> {
  const [identity] = await contacts.findIdentities(channelId, [externalId])
  if (!identity) throw new Error(`nobody is ${externalId}`)
  await contacts.setConsent(identity.id, word)
}

/** A customer's message. */
export const says = (text: string, externalId: string, who = 'ada'): InboundEvent => ({
  type: 'message',
  externalId,
  identity: { externalId: who, verified: false, displayName: who },
  text,
  attachments: [],
})
