/** The services of the two paths over real stores, with a clock the test turns and a bus it can listen to. */

import type { ConnectorContext } from '../../src/contract/connector.ts'
import { AppError } from '../../src/domain/errors.ts'
import type { DomainEvent } from '../../src/domain/events.ts'
import type { AgentId, ChannelId, ConversationId } from '../../src/domain/ids.ts'
import { permissionsOf, type Role } from '../../src/domain/permissions.ts'
import type { RoutingAgent } from '../../src/domain/routing/agent-state.ts'
import { parseHere } from '../../src/runtime/limited-parse.ts'
import type { Stores } from '../../src/runtime/open-stores.ts'
import type { AssignDeps } from '../../src/services/assign-conversation.ts'
import { createBus, type Signal } from '../../src/services/bus.ts'
import type { LiveChannel } from '../../src/services/channel-directory.ts'
import type { DeliverDeps } from '../../src/services/deliver-messages.ts'
import { createMessageTokens } from '../../src/services/message-token.ts'
import { createOrderClock } from '../../src/services/order-clock.ts'
import type { Principal } from '../../src/services/principal.ts'
import { type ReceiveInboundDeps, receiveInbound } from '../../src/services/receive-inbound.ts'
import { type RouteDeps, routeConversations } from '../../src/services/route-conversations.ts'
import { routeOpenings } from '../../src/services/route-openings.ts'
import type { SendReplyDeps } from '../../src/services/send-reply.ts'
import type { JournalEntry } from '../../src/store/journal-store.ts'
import type { StoredConversation } from '../../src/store/stored-conversation.ts'
import { FREE_LOADS, freeAgent, NO_RULES } from './free-hands.ts'
import { NO_FILE_LINKS } from './path-rig.ts'

/** 24 hex digits that can be told apart by eye. */
export const hexId = <T extends string>(digit: string): T => digit.repeat(24) as T

export const CHANNEL = hexId<ChannelId>('c')
export const OTHER_CHANNEL = hexId<ChannelId>('d')
export const ANNA = hexId<AgentId>('a')
export const BORIS = hexId<AgentId>('b')

export function principalOf(
  agentId: AgentId,
  role: Role = 'agent',
  channels: Principal['channels'] = 'all',
): Principal {
  return {
    agentId,
    name: `Agent ${agentId[0]}`,
    role,
    permissions: new Set(permissionsOf(role)),
    channels,
    via: { kind: 'session', id: `session-${agentId}` },
  }
}

export const availableAgent = (id: AgentId): RoutingAgent => freeAgent(id, `Agent ${id[0]}`)

type EveryDeps = ReceiveInboundDeps &
  RouteDeps &
  SendReplyDeps &
  DeliverDeps &
  AssignDeps &
  Omit<Stores, 'attachments' | 'agents' | 'loads'>

export interface Office {
  readonly deps: EveryDeps
  readonly channels: Map<string, LiveChannel>
  /** Who is there; tests change it. */
  team: readonly RoutingAgent[]
  readonly events: DomainEvent[]
  readonly signals: Signal['kind'][]
  readonly unexpected: unknown[]
  nowMs: number
  receive(...entries: readonly JournalEntry[]): ReturnType<typeof receiveInbound>
  /** The current conversation of a thread. */
  thread(threadKey: string, channelId?: ChannelId): Promise<StoredConversation>
}

/** Several offices over the same stores are several nodes. */
export function openOffice(stores: Stores, channels: readonly LiveChannel[]): Office {
  const bus = createBus((error) => {
    throw error
  })
  const known = new Map<string, LiveChannel>(channels.map((channel) => [channel.id, channel]))
  const findChannel = async (id: string) => known.get(id)
  const office = { nowMs: 1_800_000_000_000, team: [] as readonly RoutingAgent[] }
  const now = (): number => office.nowMs
  const unexpected: unknown[] = []
  const routeDeps: RouteDeps = {
    ...stores,
    findChannel,
    rules: async () => NO_RULES,
    loads: FREE_LOADS,
    agents: async () => office.team,
    bus,
    orderClock: createOrderClock(),
    now,
    random: () => 0.5,
    observe: () => undefined,
    onBroken: (_, error) => {
      throw error
    },
  }
  const deps: EveryDeps = {
    ...routeDeps,
    ...stores,
    loads: FREE_LOADS,
    agents: routeDeps.agents,
    attachments: {
      find: async (ids: readonly string[]) => {
        if (ids.length > 0) throw new AppError('not-found')
        return []
      },
      link: async () => undefined,
      forward: async () => [],
    },
    parse: parseHere,
    linkAttachments: async () => [],
    routeOpenings: (openings) => routeOpenings(openings, routeDeps),
    route: async (conversations) => {
      await routeConversations(conversations, 'reopened', routeDeps)
    },
    policyOf: async ({ channelId }) => known.get(channelId)?.policy,
    detectLanguage: () => undefined,
    renewAfterMs: async () => undefined,
    wantLookUp: () => undefined,
    contextOf: () => ({}) as ConnectorContext<LiveChannel['config']>,
    openAttachment: () => Promise.reject(new Error('nothing to open')),
    messageTokens: createMessageTokens(new Uint8Array(32)),
    fileLinks: NO_FILE_LINKS,
    templates: { of: async () => [] },
    tellPlatform: { agentRead: () => undefined },
    pace: {
      take: () => undefined,
      skip: () => undefined,
      go: async () => () => undefined,
      hold: () => undefined,
    },
    assignable: async (agentId: AgentId) => {
      const agent = office.team.find(({ id }) => id === agentId)
      return agent && { name: agent.name }
    },
    findChannel,
    bus,
    nodeId: 'office',
    isStopping: () => false,
    leaseNow: now,
    now,
    random: () => 0.5,
    observe: () => undefined,
    onUnexpected: (error: unknown) => unexpected.push(error),
  }
  const events: DomainEvent[] = []
  const signals: Signal['kind'][] = []
  bus.onEvents((news) => events.push(...news))
  bus.onSignal(({ kind }) => signals.push(kind))
  return Object.assign(office, {
    deps,
    channels: known,
    events,
    signals,
    unexpected,
    receive: (...entries: readonly JournalEntry[]) => receiveInbound(entries, deps),
    thread: async (threadKey: string, channelId = CHANNEL) => {
      const [found] = await stores.conversations.findCurrent(channelId, [threadKey])
      if (!found) throw new Error(`no conversation of ${threadKey}`)
      return found
    },
  })
}

/** Every line of a thread, oldest first. */
export async function linesOf(stores: Stores, conversationId: ConversationId) {
  return [...(await stores.messages.page(conversationId, 1_000))].reverse()
}
