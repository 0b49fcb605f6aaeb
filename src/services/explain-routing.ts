import type { ConversationId } from '../domain/ids.ts'
import type { WhyView } from '../domain/queue-views.ts'
import type { RoutingAgent } from '../domain/routing/agent-state.ts'
import { decideRouting } from '../domain/routing/decide.ts'
import { type Explanation, explainTrace } from '../domain/routing/explain.ts'
import { EMPTY_RING } from '../domain/routing/ring.ts'
import type { RoutingOutcome, RoutingTrace } from '../domain/routing/trace.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { RoutingRingStore } from '../store/routing-ring-store.ts'
import type { RoutingStore, StoredDecision } from '../store/routing-store.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import { openConversation } from './conversation-access.ts'
import { presentDecision } from './list-messages.ts'
import type { Principal } from './principal.ts'
import { toDecision } from './record-run.ts'
import { type RouteDeps, toWanted } from './route-conversations.ts'

export interface ExplainDeps extends Pick<RouteDeps, 'findChannel' | 'rules' | 'routingQueue' | 'contacts'> {
  readonly conversations: ConversationStore
  readonly routing: Pick<RoutingStore, 'decision' | 'newDecisionId'>
  readonly rings: Pick<RoutingRingStore, 'read'>
  readonly routingAgents: () => Promise<readonly RoutingAgent[]>
  readonly now: () => number
}

/**
 * Why a conversation is with whom it is, or with nobody yet. What waits is decided anew for the answer, without any
 * effect: who is busy now says more than who was busy when it came. The run itself is for those who may read runs.
 * @throws AppError `not-found`, `permission-denied`
 */
export async function explainConversation(
  id: ConversationId,
  principal: Principal,
  deps: ExplainDeps,
): Promise<WhyView> {
  const conversation = await openConversation(id, principal, 'conversation.read', deps)
  const { decisionId } = conversation.routing
  const decision = decisionId && (await deps.routing.decision(decisionId))
  const { explanation, run } = await explain(conversation, decision, deps)
  const shown = principal.permissions.has('routing.read') ? run : undefined
  return { ...explanation, ...(shown ? { decision: presentDecision(shown) } : {}) }
}

interface Explained {
  readonly explanation: Explanation
  /** The run that the words are about; absent where a person chose. */
  readonly run?: StoredDecision
}

async function explain(
  conversation: StoredConversation,
  decision: StoredDecision | undefined,
  deps: ExplainDeps,
): Promise<Explained> {
  const { assigneeId, assignedBy, routing, status } = conversation
  // A decision that was removed for its age says nothing about who chose.
  const forgotten = routing.decisionId !== undefined && !decision
  if (assigneeId && (assignedBy === 'person' || (!forgotten && decision?.winner !== assigneeId))) {
    return byHand('by-hand', 'A person chose who has it.')
  }
  if (!assigneeId && status === 'open' && routing.status === 'settled' && decision?.winner) {
    return byHand('unassigned-by-hand', 'A person took it from whoever had it, and nobody was chosen since.')
  }
  const { settings, teams } = await deps.rules()
  const run = assigneeId && decision ? decision : await runOfNow(conversation, deps)
  const timeZone = settings.schedule?.timeZone
  const teamName = conversation.teamId && teams.get(conversation.teamId)?.name
  const options = { ...(timeZone ? { timeZone } : {}), ...(teamName ? { teamName } : {}) }
  return { explanation: explainTrace(traceOf(run), options), run }
}

const byHand = (code: 'by-hand' | 'unassigned-by-hand', text: string): Explained => ({
  explanation: { text, pieces: [{ code, values: {}, text }] },
})

/** A run of this moment, told like any other. */
async function runOfNow(conversation: StoredConversation, deps: ExplainDeps): Promise<StoredDecision> {
  const startedAt = performance.now()
  const trace = await decideNow(conversation, deps)
  const durationMs = performance.now() - startedAt
  return toDecision({ conversation, trace, decisionId: deps.routing.newDecisionId(), durationMs }, 'asked')
}

/** What the router would decide this moment. Claims nothing and moves nothing. */
export async function decideNow(conversation: StoredConversation, deps: ExplainDeps): Promise<RoutingTrace> {
  const [wanted] = await toWanted([conversation], { ...deps, onBroken: rethrow })
  if (!wanted) return { outcome: 'unassigned', candidates: [], tallies: [], decidedAtMs: deps.now() }
  const { inForce, view } = wanted
  const ring = (await deps.rings.read([inForce.scope], deps.now())).get(inForce.scope) ?? EMPTY_RING
  const agents = await deps.routingAgents()
  return decideRouting({ conversation: view, agents, ring }, inForce.policy, deps.now(), () => 0)
}

const rethrow = (_: ConversationId, error: unknown): never => {
  throw error
}

const OUTCOMES_OF_OLD: Readonly<Partial<Record<StoredDecision['outcome'], RoutingOutcome>>> = {
  'nobody-eligible': 'waiting',
  'lost-to-a-person': 'already-assigned',
}

/** A decision as it was stored, as the trace that it was. */
export function traceOf({ outcome, ...decision }: StoredDecision): RoutingTrace {
  return { ...decision, outcome: OUTCOMES_OF_OLD[outcome] ?? (outcome as RoutingOutcome) }
}
