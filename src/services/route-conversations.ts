import type { DomainEvent } from '../domain/events.ts'
import type { AgentId, ChannelId, RoutingDecisionId } from '../domain/ids.ts'
import { compareWaiting } from '../domain/routing/queue-order.ts'
import type { ContactStore } from '../store/contact-store.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { GreetingStore } from '../store/greeting-store.ts'
import type { LetterStore } from '../store/letter-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { Claim, UnclaimedOutcome } from '../store/routing-claims.ts'
import type { RoutingQueueStore } from '../store/routing-queue-store.ts'
import type { RoutingStore, StoredDecision } from '../store/routing-store.ts'
import { reach } from '../store/stations.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { ActiveChannel, FindChannel } from './active-channel.ts'
import { linesOfRun, type Names } from './assignment-lines.ts'
import type { Bus } from './bus.ts'
import { attempt, type DecideDeps, type Decided, decideInTurn, type Wanted } from './decide-in-turn.ts'
import { greetCustomers } from './greet-customer.ts'
import type { OrderClock } from './order-clock.ts'
import { presentConversation, presentMessage } from './present.ts'
import {
  greetingOf,
  type RoutingTrigger,
  routingAfter,
  silenceOf,
  tellsNews,
  toDecision,
} from './record-run.ts'
import { policyInForce, type RoutingRules } from './routing-snapshot.ts'
import { asksForLastAgent, asksForOwner, routingView } from './routing-view.ts'

export type { RoutingTrigger } from './record-run.ts'

/** What a run came to, for the metrics. */
export interface RunFigures {
  readonly outcome: StoredDecision['outcome']
  readonly trigger: RoutingTrigger
  readonly durationMs: number
  /** How long the customer had waited when somebody got it, milliseconds. */
  readonly waitedMs?: number
  readonly tallies: StoredDecision['tallies']
}

export interface RouteDeps extends Omit<DecideDeps, 'routing'> {
  readonly findChannel: FindChannel
  readonly rules: () => Promise<RoutingRules>
  readonly contacts: Pick<ContactStore, 'ownersOf' | 'claimAutomatic'>
  readonly conversations: ConversationStore
  readonly messages: MessageStore
  readonly letters: LetterStore
  readonly routing: RoutingStore
  readonly routingQueue: Pick<RoutingQueueStore, 'claim' | 'settle' | 'lastAgents' | 'stillWaiting'>
  readonly greetings: Pick<GreetingStore, 'settle'>
  readonly bus: Bus
  readonly orderClock: OrderClock
  readonly observe: (figures: RunFigures) => void
}

/** What became of the conversations of a run. */
export interface RunResult {
  readonly assigned: readonly StoredConversation[]
  /** Those that found nobody, as they wait now. */
  readonly waiting: readonly StoredConversation[]
  /** When somebody may be free by the clock alone, milliseconds since the epoch. */
  readonly lookAgainAtMs?: number
}

const NOTHING: RunResult = { assigned: [], waiting: [] }

/**
 * Runs the router on conversations that exist, in the order in which they leave the queue: pure decision, capacity
 * taken, trace stored, then a claim that holds only while nobody owns the conversation and it waits as it did. A person
 * who takes a conversation meanwhile wins.
 */
export async function routeConversations(
  waiting: readonly StoredConversation[],
  trigger: RoutingTrigger,
  deps: RouteDeps,
): Promise<RunResult> {
  const wanted = await toWanted(inOrder(waiting), deps)
  if (wanted.length === 0) return NOTHING
  const run = await decideInTurn(wanted, deps, deps.routingQueue.stillWaiting)
  const telling = run.decided.filter(tellsNews)
  await deps.routing.recordDecisions(telling.map((one) => toDecision(one, trigger)))
  reach('routed')
  const recorded = new Set(telling)
  const won = run.decided.filter(({ trace }) => trace.winner !== undefined)
  // Too old a reservation may have been taken for drift: better to decide again than to claim on it.
  const claimed = run.holds() ? await deps.routingQueue.claim(won.flatMap(toClaim), deps.now()) : []
  if (claimed.length > 0) reach('claimed')
  const held = new Set(claimed.map(({ id }) => id))
  const lost = new Set<RoutingDecisionId>(
    won.filter(({ conversation }) => !held.has(conversation.id)).map(({ decisionId }) => decisionId),
  )
  await deps.routing.markLost([...lost])
  await run.close(lost)
  const others = run.decided.filter(({ trace }) => trace.winner === undefined)
  const settled = await settle(others, recorded, deps)
  await announce(run.decided, [...claimed, ...settled], deps)
  for (const one of run.decided) deps.observe(figuresOf(one, trigger, lost.has(one.decisionId)))
  return resultOf(run.decided, claimed, settled)
}

const inOrder = (conversations: readonly StoredConversation[]): readonly StoredConversation[] =>
  [...conversations].sort((one, other) =>
    compareWaiting(
      { id: one.id, priority: one.priority, enteredAtMs: one.routing.sinceMs },
      { id: other.id, priority: other.priority, enteredAtMs: other.routing.sinceMs },
    ),
  )

/** Adds to conversations what they are decided by; of channels that are gone nothing is decided. */
export async function toWanted(
  conversations: readonly StoredConversation[],
  deps: Pick<RouteDeps, 'findChannel' | 'rules' | 'routingQueue' | 'contacts' | 'onBroken'>,
): Promise<readonly Wanted[]> {
  if (conversations.length === 0) return []
  const rules = await deps.rules()
  const channels = new Map<ChannelId, ActiveChannel | undefined>()
  for (const { channelId } of conversations) {
    if (!channels.has(channelId)) channels.set(channelId, await deps.findChannel(channelId))
  }
  const found = conversations.flatMap((conversation) => {
    const channel = channels.get(conversation.channelId)
    const inForce =
      channel && attempt({ conversation }, deps, () => policyInForce(conversation, channel, rules))
    return inForce ? [{ conversation, inForce }] : []
  })
  const contactsOf = (asks: typeof asksForOwner) => [
    ...new Set(
      found.filter(({ inForce }) => asks(inForce.policy)).map(({ conversation }) => conversation.contactId),
    ),
  ]
  const [lastAgents, owners] = await Promise.all([
    deps.routingQueue.lastAgents(contactsOf(asksForLastAgent)),
    deps.contacts.ownersOf(contactsOf(asksForOwner)),
  ])
  return found.map(({ conversation, inForce }) => ({
    conversation,
    inForce,
    view: routingView(conversation, inForce, { lastAgents, owners }, rules.teams),
  }))
}

/** The team that it was with is no more, or was the router's choice and is not where it goes now. */
const leavesTeam = ({ conversation, view, isReturn }: Decided): boolean =>
  conversation.teamId !== undefined && view.teamId === undefined && !isReturn

function toClaim(one: Decided): readonly Claim[] {
  const { conversation, decisionId, trace } = one
  const { winner, teamId, queue } = trace
  if (!winner) return []
  const silence = silenceOf(one)
  const greeting = greetingOf(one)
  return [
    {
      conversation,
      leavesTeam: leavesTeam(one),
      agentId: winner,
      decisionId,
      ...(teamId ? { teamId } : {}),
      ...(queue ? { queue } : {}),
      ...(silence ? { silence } : {}),
      ...(greeting ? { greeting } : {}),
    },
  ]
}

async function settle(
  others: readonly Decided[],
  recorded: ReadonlySet<Decided>,
  deps: RouteDeps,
): Promise<readonly StoredConversation[]> {
  const outcomes = others.flatMap((one): UnclaimedOutcome[] => {
    const { conversation, trace } = one
    const routing = routingAfter(one, recorded.has(one))
    if (!recorded.has(one) && standsAs(conversation.routing, routing)) return []
    return [
      {
        conversation,
        leavesTeam: leavesTeam(one),
        routing,
        ...(trace.teamId ? { teamId: trace.teamId } : {}),
        ...(trace.queue ? { queue: trace.queue } : {}),
      },
    ]
  })
  return deps.routingQueue.settle(outcomes)
}

const standsAs = (one: StoredConversation['routing'], other: StoredConversation['routing']): boolean =>
  one.status === other.status && one.group === other.group && one.wakeAtMs === other.wakeAtMs

async function announce(
  decided: readonly Decided[],
  changed: readonly StoredConversation[],
  deps: RouteDeps,
): Promise<void> {
  if (changed.length === 0) return
  const names = await namesOf(decided, deps)
  const byId = new Map(decided.map((one) => [one.conversation.id, one]))
  const lines = changed.map((after) => {
    const one = byId.get(after.id)
    const ours = one && (after.assigneeId === undefined || after.assigneeId === one.trace.winner)
    return ours ? linesOfRun(one.conversation, after, one.trace.strategy ?? '', names, deps) : []
  })
  await deps.messages.recordInbound(lines.flat())
  deps.bus.publish(
    changed.flatMap((after, index): DomainEvent[] => {
      const view = presentConversation(after)
      return [
        { type: eventOf(byId.get(after.id)?.conversation, after), conversation: view },
        ...(lines[index] ?? []).map((line) => ({
          type: 'message.created' as const,
          message: presentMessage(line),
          conversation: view,
        })),
      ]
    }),
  )
  await greetCustomers(
    changed.filter(({ id, greeting }) => greeting && greeting.decisionId === byId.get(id)?.decisionId),
    names,
    deps,
  )
}

function eventOf(
  before: StoredConversation | undefined,
  after: StoredConversation,
): 'conversation.assigned' | 'conversation.queued' | 'conversation.updated' {
  if (after.assigneeId) return 'conversation.assigned'
  return after.routing.status === 'waiting' && before?.routing.status !== 'waiting'
    ? 'conversation.queued'
    : 'conversation.updated'
}

/** Everybody's name as the run saw it. */
export async function namesOf(decided: readonly Decided[], deps: Pick<RouteDeps, 'rules'>): Promise<Names> {
  const { teams } = await deps.rules()
  const agents = new Map<AgentId, string>()
  for (const { trace } of decided) {
    for (const { agentId, name } of trace.candidates) agents.set(agentId, name)
  }
  return { agents, teams }
}

/** What the metrics hear of a decision. */
export function figuresOf(
  { trace, view, durationMs }: Decided,
  trigger: RoutingTrigger,
  lost: boolean,
): RunFigures {
  const { winner, outcome, tallies, decidedAtMs } = trace
  return {
    outcome: lost ? 'lost-to-a-person' : outcome,
    trigger,
    durationMs,
    tallies,
    ...(winner && !lost
      ? { waitedMs: Math.max(0, decidedAtMs - (view.queue?.enteredAtMs ?? decidedAtMs)) }
      : {}),
  }
}

function resultOf(
  decided: readonly Decided[],
  assigned: readonly StoredConversation[],
  settled: readonly StoredConversation[],
): RunResult {
  const now = new Map(settled.map((conversation) => [conversation.id, conversation]))
  const waiting = decided
    .filter(({ trace }) => trace.outcome === 'waiting')
    .map(({ conversation }) => now.get(conversation.id) ?? conversation)
  const instants = decided.flatMap(({ trace }) => trace.wakeAtMs ?? [])
  return {
    assigned,
    waiting,
    ...(instants.length === 0 ? {} : { lookAgainAtMs: instants.reduce((a, b) => Math.min(a, b)) }),
  }
}
