/** A workspace with real agents, limits and queues, a clock the test turns, and the router run by hand. */
import type { Availability } from '../../src/domain/agent.ts'
import type { DomainEvent } from '../../src/domain/events.ts'
import type { AgentId, ChannelId, TeamId } from '../../src/domain/ids.ts'
import { type AssignmentPolicy, policyOf, type RoutingStrategy } from '../../src/domain/routing/policy.ts'
import { parseHere } from '../../src/runtime/limited-parse.ts'
import type { Stores } from '../../src/runtime/open-stores.ts'
import type { AgentAccess } from '../../src/services/agent-access.ts'
import { assignConversation } from '../../src/services/assign-conversation.ts'
import { createBus, type Signal } from '../../src/services/bus.ts'
import { changeConversation } from '../../src/services/change-conversation.ts'
import type { LiveChannel } from '../../src/services/channel-directory.ts'
import { detectLanguage } from '../../src/services/detect-language.ts'
import { type DrainDeps, drainDue, drainOwed, drainWaiting } from '../../src/services/drain-queue.ts'
import { greetLeft } from '../../src/services/greet-customer.ts'
import { createMessageTokens } from '../../src/services/message-token.ts'
import { createOrderClock } from '../../src/services/order-clock.ts'
import type { Principal } from '../../src/services/principal.ts'
import { type ReceiveInboundDeps, receiveInbound } from '../../src/services/receive-inbound.ts'
import { countFirst } from '../../src/services/reconcile-loads.ts'
import { type RerouteDeps, rerouteOfOffline, rerouteSilent } from '../../src/services/reroute.ts'
import {
  type RouteDeps,
  type RunFigures,
  routeConversations,
} from '../../src/services/route-conversations.ts'
import { routeOpenings } from '../../src/services/route-openings.ts'
import {
  createRoutingAgentsReader,
  createRoutingRulesReader,
  type PolicyOf,
  policyInForce,
} from '../../src/services/routing-snapshot.ts'
import type { AgentRoutingChange } from '../../src/store/agent-routing-store.ts'
import { freshId } from '../../src/store/object-id.ts'
import type { StoredConversation } from '../../src/store/stored-conversation.ts'
import { hexId, linesOf, principalOf } from './office.ts'
import { stepOf } from './routing-state.ts'
import { entryOf, said, scriptedChannel } from './scripted-channel.ts'
import { keepAgent } from './stored-agent.ts'

/** A policy of one step over everybody who is available. */
export const everybody = (
  strategy: RoutingStrategy,
  settings: Partial<Omit<AssignmentPolicy, 'steps'>> = {},
): AssignmentPolicy => policyOf([stepOf({ strategy })], settings)

/** So many customers or agents, numbered from 0. */
export const names = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`)

export type Desk = ReturnType<typeof openDesk>

/** What the desks of one workspace have in common. */
interface Shared {
  readonly channelId: ChannelId
  readonly shared: { nowMs: number; policy: AssignmentPolicy; counter: number }
}

/** Several desks over the same stores, channels and clock are several nodes. */
export function openDesk(stores: Stores, policy: AssignmentPolicy, like?: Shared) {
  const channelId = like?.channelId ?? (freshId() as ChannelId)
  const shared = like?.shared ?? { nowMs: Date.now(), policy, counter: 0 }
  const now = (): number => shared.nowMs
  const events: DomainEvent[] = []
  const signals: Signal['kind'][] = []
  const figures: RunFigures[] = []
  const bus = createBus((error) => {
    throw error
  })
  bus.onEvents((news) => void events.push(...news))
  bus.onSignal(({ kind }) => void signals.push(kind))
  const channel = (): LiveChannel => scriptedChannel(channelId, undefined, { policy: shared.policy })
  const findChannel = async (id: string) => (id === channelId ? channel() : undefined)
  const rules = createRoutingRulesReader({ ...stores, bus, clock: now })
  const access: Pick<AgentAccess, 'scopeOf'> = { scopeOf: async () => 'all' }
  const agents = createRoutingAgentsReader({
    ...stores,
    access,
    rules,
    count: (ids) => countFirst(ids, { ...stores, now }),
    clock: now,
  })
  const policyOf: PolicyOf = async (conversation) =>
    policyInForce(conversation, channel(), await rules()).policy
  const routeDeps: RouteDeps = {
    ...stores,
    findChannel,
    rules,
    agents,
    bus,
    orderClock: createOrderClock(),
    now,
    random: Math.random,
    observe: (one) => void figures.push(one),
    onBroken: (_, error) => {
      throw error
    },
  }
  const route: RerouteDeps['route'] = (conversations, trigger) =>
    routeConversations(conversations, trigger, routeDeps)
  const receiveDeps: ReceiveInboundDeps = {
    ...routeDeps,
    ...stores,
    parse: parseHere,
    linkAttachments: async () => [],
    messageTokens: createMessageTokens(new Uint8Array(32)),
    routeOpenings: (openings) => routeOpenings(openings, routeDeps),
    route: async (conversations) => {
      await route(conversations, 'reopened')
    },
    detectLanguage,
    wantLookUp: () => undefined,
    renewAfterMs: async (conversation) => (await policyOf(conversation))?.newConversationAfterMs,
  }
  const drainDeps: DrainDeps = { ...stores, route, now, isStopping: () => false }
  const serviceDeps = {
    ...routeDeps,
    ...stores,
    findChannel,
    routingAgents: agents,
    policyOf,
    assignable: async (id: AgentId) => {
      const agent = await stores.agents.get(id)
      return agent?.state === 'active' ? { name: agent.name } : undefined
    },
    attachments: { find: async () => [], link: async () => undefined, forward: async () => [] },
    templates: { of: async () => [] },
    tellPlatform: { agentRead: () => undefined },
  }
  const boss = principalOf(hexId('f'), 'supervisor')
  const rerouteDeps: RerouteDeps = { ...serviceDeps, agents, channels: async () => [channel()], route }

  return {
    channelId,
    shared,
    events,
    signals,
    figures,
    routeDeps,
    serviceDeps,
    drainDeps,
    agents,
    route,
    /** The supervisor who does what is done by hand. */
    boss,
    passMs(ms: number): void {
      shared.nowMs += ms
    },
    /** Makes an agent who is online and connected. */
    async hire(name: string, limits: AgentRoutingChange = {}): Promise<AgentId> {
      const agentId = await keepAgent(stores, name, `${name}-${freshId()}@example.com`)
      await stores.agentRouting.change(agentId, 0, limits)
      await stores.presence.record('desk', [{ agentId, sockets: 1 }], 3_600_000)
      return agentId
    },
    async choose(agentId: AgentId, availability: Availability): Promise<void> {
      await stores.agents.change(agentId, { availability })
    },
    async limit(agentId: AgentId, limits: AgentRoutingChange): Promise<void> {
      const { version = 0 } = (await stores.agentRouting.get(agentId)) ?? {}
      await stores.agentRouting.change(agentId, version, limits)
    },
    async team(name: string, memberIds: readonly AgentId[]): Promise<TeamId> {
      const team = await stores.teams.insert(`${name} ${freshId()}`, { memberIds }, new Date())
      if (!team) throw new Error('the name is taken')
      bus.signal({ kind: 'routing-rules-changed' })
      return team.id
    },
    rulesChanged: () => bus.signal({ kind: 'routing-rules-changed' }),
    /** A customer writes; every call is another message. */
    async write(...customers: readonly string[]): Promise<void> {
      await receiveInbound(
        customers.map((who) => {
          shared.counter += 1
          const events = [said(who, `${who}-${shared.counter}`, { text: `Hello from ${who}` })]
          return {
            ...entryOf(channelId, events, shared.nowMs + shared.counter / 1_000, who),
            receivedAtMs: shared.nowMs,
          }
        }),
        receiveDeps,
      )
    },
    async say(who: string, text: string): Promise<void> {
      shared.counter += 1
      const events = [said(who, `${who}-${shared.counter}`, { text })]
      const entry = entryOf(channelId, events, shared.nowMs + shared.counter / 1_000, who)
      await receiveInbound([{ ...entry, receivedAtMs: shared.nowMs }], receiveDeps)
    },
    async of(who: string): Promise<StoredConversation> {
      const [found] = await stores.conversations.findCurrent(channelId, [who])
      if (!found) throw new Error(`no conversation of ${who}`)
      return found
    },
    async ownerOf(who: string): Promise<AgentId | undefined> {
      return (await this.of(who)).assigneeId
    },
    /** The boss changes a conversation as it stands. */
    async patch(who: string, command: object) {
      const { id, version } = await this.of(who)
      return changeConversation(id, { ...command, version }, boss, serviceDeps)
    },
    /** The boss gives a conversation as it stands to somebody, to a team, or back to nobody. */
    async give(who: string, assigneeId: AgentId | null, teamId?: TeamId) {
      const { id, version } = await this.of(who)
      const command = { assigneeId, version, ...(teamId ? { teamId } : {}) }
      return assignConversation(id, command, boss, serviceDeps)
    },
    /** Every line of a thread, oldest first. */
    async linesOf(who: string) {
      return linesOf(stores, (await this.of(who)).id)
    },
    /** The names of what happened, as the thread says, oldest first. */
    async eventsOf(who: string) {
      return (await this.linesOf(who)).flatMap(({ event }) => event?.name ?? [])
    },
    /** The messages that went out to a customer, oldest first. */
    async toldTo(who: string) {
      return (await this.linesOf(who)).filter(
        ({ direction, kind }) => direction === 'outbound' && kind === 'message',
      )
    },
    /** What the worker does on a trigger. */
    async work(reason: 'work' | 'rules' = 'work'): Promise<void> {
      await drainDue(drainDeps)
      await drainOwed('capacity', drainDeps)
      await drainWaiting('capacity', drainDeps, reason === 'rules')
    },
    greetLeft: () => greetLeft({ ...routeDeps, greetings: stores.greetings }),
    silent: () => rerouteSilent(rerouteDeps),
    offline: () => rerouteOfOffline(rerouteDeps),
    as: (agentId: AgentId): Principal => principalOf(agentId),
    /** How many open conversations each agent is counted with. */
    async counted(): Promise<ReadonlyMap<AgentId, number>> {
      return new Map((await stores.loads.list()).map(({ agentId, total }) => [agentId, total]))
    },
  }
}
