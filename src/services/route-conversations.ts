import { setTimeout as sleep } from 'node:timers/promises'
import type { DomainEvent } from '../domain/events.ts'
import type { AgentId, ChannelId, ConversationId, MessageId } from '../domain/ids.ts'
import type { AssignmentPolicy } from '../domain/routing/policy.ts'
import { decideRouting, type RoutingAgent, type RoutingTrace } from '../domain/routing.ts'
import type { Claim, ConversationStore } from '../store/conversation-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import { derivedId } from '../store/object-id.ts'
import type { RoutingStore, StoredDecision } from '../store/routing-store.ts'
import { reach } from '../store/stations.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import type { FindChannel } from './active-channel.ts'
import type { Bus } from './bus.ts'
import type { OrderClock } from './order-clock.ts'
import { presentConversation, presentMessage } from './present.ts'
import type { OpenedConversation, RouteOpenings } from './resolve-conversations.ts'

export interface RouteDeps {
  readonly findChannel: FindChannel
  readonly conversations: ConversationStore
  readonly messages: MessageStore
  readonly routing: RoutingStore
  /** The agents as they are now, with presence. */
  readonly agents: () => Promise<readonly RoutingAgent[]>
  readonly bus: Bus
  readonly orderClock: OrderClock
  readonly now: () => number
  readonly random: () => number
  readonly observe: (outcome: StoredDecision['outcome'], durationMs: number) => void
}

/** What set a run off; part of the explanation. */
export type RoutingTrigger = 'arrival' | 'capacity' | 'sweep' | 'sent-back'

/** How often a batch is decided anew when other nodes move the ring at the same time. */
const MOST_ROUNDS = 100
const LONGEST_STEP_ASIDE_MS = 40

/**
 * Runs the router on conversations in the order given: pure decision, then a claim that holds only while nobody owns
 * the conversation, then the stored trace. A person who takes a conversation meanwhile wins.
 */
export async function routeConversations(
  waiting: readonly StoredConversation[],
  trigger: RoutingTrigger,
  deps: RouteDeps,
): Promise<void> {
  if (waiting.length === 0) return
  const agents = await deps.agents()
  for (const [channelId, conversations] of byChannel(waiting)) {
    const channel = await deps.findChannel(channelId)
    if (channel) await routeChannel(conversations, channel.policy, agents, trigger, deps)
  }
}

function byChannel(
  conversations: readonly StoredConversation[],
): ReadonlyMap<ChannelId, readonly StoredConversation[]> {
  const groups = new Map<ChannelId, StoredConversation[]>()
  for (const conversation of conversations) {
    const known = groups.get(conversation.channelId)
    if (known) known.push(conversation)
    else groups.set(conversation.channelId, [conversation])
  }
  return groups
}

/**
 * Decides on conversations that are about to be opened. Their insert, which the unique index of the thread lets
 * happen once, is the claim; the traces are stored before it, so that no assignment is ever without its explanation.
 */
export async function routeOpenings(
  openings: readonly StoredConversation[],
  deps: RouteDeps,
): ReturnType<RouteOpenings> {
  const agents = await deps.agents()
  const names = new Map<AgentId, string>(agents.map(({ id, name }) => [id, name]))
  const routed: OpenedConversation[] = []
  const decisionOf = new Map<ConversationId, StoredDecision>()
  for (const conversations of byChannel(openings).values()) {
    const channel = conversations[0] && (await deps.findChannel(conversations[0].channelId))
    const decided = channel ? await decideWithRing(conversations, channel.policy, agents, deps) : []
    const decisions = decided.map((item) => toDecision(item, 'arrival', deps))
    await deps.routing.recordDecisions(decisions)
    reach('routed')
    for (const [index, conversation] of conversations.entries()) {
      const decision = decisions[index]
      if (decision) decisionOf.set(conversation.id, decision)
      routed.push(decision ? withDecision(conversation, decision, names, deps) : { conversation })
    }
  }
  for (const { outcome, durationMs } of decisionOf.values()) deps.observe(outcome, durationMs)
  return {
    routed,
    giveUp: (ids) => deps.routing.markLost(ids.flatMap((id) => decisionOf.get(id)?.id ?? [])),
  }
}

function withDecision(
  opening: StoredConversation,
  { id: decisionId, outcome, winner, strategy }: StoredDecision,
  names: ReadonlyMap<AgentId, string>,
  deps: RouteDeps,
): OpenedConversation {
  const status = outcome === 'nobody-eligible' ? 'waiting' : 'settled'
  const conversation: StoredConversation = {
    ...opening,
    ...(winner ? { assigneeId: winner } : {}),
    routing: { status, sinceMs: opening.routing.sinceMs, decisionId },
  }
  return winner
    ? { conversation, line: assignedLine(conversation, names, strategy ?? '', deps) }
    : { conversation }
}

interface Decided {
  readonly conversation: StoredConversation
  readonly trace: RoutingTrace
  readonly durationMs: number
}

async function routeChannel(
  conversations: readonly StoredConversation[],
  policy: AssignmentPolicy,
  agents: readonly RoutingAgent[],
  trigger: RoutingTrigger,
  deps: RouteDeps,
): Promise<void> {
  const decided = await decideWithRing(conversations, policy, agents, deps)
  const decisions = decided.map((item) => toDecision(item, trigger, deps))
  // A waiting conversation is looked at again and again; only what tells something new is kept.
  const telling = decisions.filter(
    ({ outcome }, index) => outcome === 'assigned' || conversations[index]?.routing.status === 'pending',
  )
  await deps.routing.recordDecisions(telling)
  reach('routed')
  const claims = decisions.flatMap(({ id, conversationId, winner }): Claim[] =>
    winner ? [{ id: conversationId, agentId: winner, decisionId: id }] : [],
  )
  const claimed = await deps.conversations.claim(claims, deps.now())
  const held = new Set(claimed.map(({ id }) => id))
  const lost = decisions.filter(({ winner, conversationId }) => winner && !held.has(conversationId))
  await deps.routing.markLost(lost.map(({ id }) => id))
  await announce(claimed, decisions, agents, deps)
  await settleOthers(decided, decisions, deps)
  const lostIds = new Set(lost.map(({ id }) => id))
  for (const { id, outcome, durationMs } of decisions) {
    deps.observe(lostIds.has(id) ? 'lost-to-a-person' : outcome, durationMs)
  }
}

async function decideWithRing(
  conversations: readonly StoredConversation[],
  policy: AssignmentPolicy,
  agents: readonly RoutingAgent[],
  deps: RouteDeps,
): Promise<readonly Decided[]> {
  const channelId = conversations[0]?.channelId
  if (channelId === undefined) return []
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const before = await deps.routing.ring(channelId)
    let ring = before
    const decided: Decided[] = []
    for (const conversation of conversations) {
      const startedAt = performance.now()
      const trace = decideRouting({ conversation, agents, ring }, policy, deps.now(), deps.random)
      ring = trace.ring
      decided.push({ conversation, trace, durationMs: performance.now() - startedAt })
    }
    if (ring === before || (await deps.routing.advanceRing(channelId, before.turn, ring))) return decided
    // Whoever lost steps aside for a moment of his own, so that two who met do not meet again.
    await sleep(deps.random() * Math.min(LONGEST_STEP_ASIDE_MS, 2 ** round))
  }
  throw new Error('the round-robin ring keeps moving')
}

function toDecision(
  { conversation, trace, durationMs }: Decided,
  trigger: string,
  deps: RouteDeps,
): StoredDecision {
  return {
    id: deps.routing.newDecisionId(),
    conversationId: conversation.id,
    trigger,
    outcome: trace.outcome,
    ...(trace.winner ? { winner: trace.winner } : {}),
    ...(trace.strategy ? { strategy: trace.strategy } : {}),
    candidates: trace.candidates,
    durationMs,
    decidedAtMs: trace.decidedAtMs,
  }
}

async function announce(
  claimed: readonly StoredConversation[],
  decisions: readonly StoredDecision[],
  agents: readonly RoutingAgent[],
  deps: RouteDeps,
): Promise<void> {
  if (claimed.length === 0) return
  const names = new Map<AgentId, string>(agents.map(({ id, name }) => [id, name]))
  const byConversation = new Map(decisions.map((decision) => [decision.conversationId, decision]))
  const lines = claimed.map((conversation) =>
    assignedLine(conversation, names, byConversation.get(conversation.id)?.strategy ?? '', deps),
  )
  await deps.messages.recordInbound(lines)
  deps.bus.publish(
    claimed.flatMap((conversation, index): DomainEvent[] => {
      const line = lines[index]
      const view = presentConversation(conversation)
      return [
        { type: 'conversation.assigned', conversation: view },
        ...(line
          ? [{ type: 'message.created' as const, message: presentMessage(line), conversation: view }]
          : []),
      ]
    }),
  )
}

function assignedLine(
  { id, channelId, assigneeId, routing }: StoredConversation,
  names: ReadonlyMap<AgentId, string>,
  strategy: string,
  deps: RouteDeps,
): StoredMessage {
  const nowMs = deps.now()
  const agentName = (assigneeId && names.get(assigneeId)) ?? ''
  return {
    id: derivedId(routing.sinceMs, 'assigned', id, routing.decisionId ?? '') as MessageId,
    conversationId: id,
    channelId,
    direction: 'outbound',
    kind: 'event',
    author: { kind: 'system', name: 'Router' },
    text: '',
    attachments: [],
    event: { name: 'assigned', agentName, value: strategy },
    createdAtMs: nowMs,
    order: deps.orderClock(nowMs),
    version: 1,
  }
}

/** Those who found nobody wait; those for whom nothing automatic is wanted are settled. */
async function settleOthers(
  decided: readonly Decided[],
  decisions: readonly StoredDecision[],
  deps: RouteDeps,
): Promise<void> {
  const outcomes = decided.flatMap(({ conversation, trace }, index) => {
    const decisionId = decisions[index]?.id
    if (!decisionId || trace.outcome === 'assigned' || conversation.routing.status !== 'pending') return []
    return [
      {
        id: conversation.id,
        status: trace.outcome === 'nobody-eligible' ? ('waiting' as const) : ('settled' as const),
        decisionId,
      },
    ]
  })
  const settled = await deps.conversations.settleRouting(outcomes, deps.now())
  deps.bus.publish(
    settled.map((conversation) => ({
      type: 'conversation.updated',
      conversation: presentConversation(conversation),
    })),
  )
}
