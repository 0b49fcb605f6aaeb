import type { AgentId, TeamId } from '../domain/ids.ts'
import type { QueueAgentView, QueueView, WaitingTeamView, WaitingView } from '../domain/queue-views.ts'
import type { RoutingAgent } from '../domain/routing/agent-state.ts'
import { totalLoad, unavailability } from '../domain/routing/eligibility.ts'
import { asOf, explainTrace } from '../domain/routing/explain.ts'
import { inQueueOrder } from '../domain/routing/queue-order.ts'
import type { AgentStore } from '../store/agent-store.ts'
import type { PresenceStore } from '../store/presence.ts'
import type { QueueViewStore } from '../store/queue-view-store.ts'
import type { RoutingStore, StoredDecision } from '../store/routing-store.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import { traceOf } from './explain-routing.ts'
import { instant, presentConversation } from './present.ts'
import { presentAgents } from './present-agent.ts'
import { type Principal, requirePermission } from './principal.ts'
import type { RoutingRules } from './routing-snapshot.ts'

/** What the page of the queue is read from. */
export interface ReadQueueDeps {
  readonly queueViews: Pick<QueueViewStore, 'waiting' | 'leftToTeams' | 'totals'>
  readonly routing: Pick<RoutingStore, 'briefDecisions'>
  readonly agents: Pick<AgentStore, 'list'>
  readonly presence: Pick<PresenceStore, 'presentAgents' | 'lastSeen'>
  readonly routingAgents: () => Promise<readonly RoutingAgent[]>
  readonly rules: () => Promise<RoutingRules>
  readonly now: () => number
}

/** How many waiting conversations are shown; the others are counted. */
export const MOST_SHOWN = 500
/** A token may have the first alone; the queue holds what the others guard. */
const QUEUE_NEEDS = ['routing.queue', 'conversation.read', 'agent.read'] as const
/** Candidates that a line of explanation looks at. */
const CANDIDATES_READ = 20

/**
 * What waits on the channels that the principal may see, and everybody who could take it. With a team that is set its
 * members are waited for, also where the router has nothing left to do. Whoever reads it may also read conversations
 * and agents one by one.
 * @throws AppError `permission-denied`
 */
export async function readQueue(principal: Principal, deps: ReadQueueDeps): Promise<QueueView> {
  for (const needed of QUEUE_NEEDS) requirePermission(principal, needed)
  const rules = await deps.rules()
  const teamIds = [...rules.teams.keys()]
  const { channels } = principal
  const [routed, left, totals, agents] = await Promise.all([
    deps.queueViews.waiting(channels, MOST_SHOWN),
    deps.queueViews.leftToTeams(teamIds, channels, MOST_SHOWN),
    deps.queueViews.totals(teamIds, channels),
    readAgents(deps),
  ])
  const shown = inOrder([...routed, ...left]).slice(0, MOST_SHOWN)
  const decisions = await deps.routing.briefDecisions(
    shown.flatMap(({ routing }) => routing.decisionId ?? []),
    CANDIDATES_READ,
  )
  const byTeam = new Map<TeamId | undefined, WaitingView[]>([...totals.keys()].map((id) => [id, []]))
  for (const conversation of shown) {
    const { teamId, routing } = conversation
    const waiting = byTeam.get(teamId) ?? []
    byTeam.set(teamId, waiting)
    const decision = routing.decisionId && decisions.get(routing.decisionId)
    waiting.push({
      conversation: presentConversation(conversation),
      enteredAt: instant(enteredAtMs(conversation)),
      position: waiting.length + 1,
      step: conversation.queue?.step ?? 0,
      ...(routing.wakeAtMs === undefined ? {} : { wakeAt: instant(routing.wakeAtMs) }),
      why: whyWaiting(decision, teamId, rules, deps.now()),
    })
  }
  const teams = [...byTeam].map(
    ([teamId, waiting]): WaitingTeamView => ({
      ...(teamId ? { teamId } : {}),
      waiting,
      // Counted a moment apart from the list.
      total: Math.max(totals.get(teamId) ?? 0, waiting.length),
    }),
  )
  const nameOf = ({ teamId }: WaitingTeamView): string => (teamId && rules.teams.get(teamId)?.name) ?? ''
  return { teams: teams.sort((one, other) => nameOf(one).localeCompare(nameOf(other))), agents }
}

const enteredAtMs = ({ queue, routing }: StoredConversation): number => queue?.enteredAtMs ?? routing.sinceMs

/** As the router takes them. */
function inOrder(conversations: readonly StoredConversation[]): readonly StoredConversation[] {
  const places = conversations.map((conversation) => ({
    id: conversation.id,
    priority: conversation.priority,
    enteredAtMs: conversation.routing.sinceMs,
    conversation,
  }))
  return inQueueOrder(places).map(({ conversation }) => conversation)
}

function whyWaiting(
  decision: StoredDecision | undefined,
  teamId: TeamId | undefined,
  { settings, teams }: RoutingRules,
  nowMs: number,
): string {
  if (!decision) return 'The router has not looked at it yet.'
  const timeZone = settings.schedule?.timeZone
  const teamName = teamId && teams.get(teamId)?.name
  const options = { ...(timeZone ? { timeZone } : {}), ...(teamName ? { teamName } : {}) }
  const { pieces, text } = explainTrace(traceOf(decision), options)
  // That nobody has it, and when it is looked at again, stands beside the words.
  const reasons = pieces.filter(({ code }) => code !== 'waiting' && code !== 'looks-again')
  const why = reasons.length === 0 ? text : reasons.map((piece) => piece.text).join(' ')
  return `${why} ${asOf(decision.decidedAtMs, nowMs, options)}`
}

async function readAgents(deps: ReadQueueDeps): Promise<readonly QueueAgentView[]> {
  const [records, states] = await Promise.all([deps.agents.list(), deps.routingAgents()])
  const byId = new Map<AgentId, RoutingAgent>(states.map((state) => [state.id, state]))
  const working = records.filter(({ id, state }) => state === 'active' && byId.has(id))
  const views = await presentAgents(deps, working)
  return views.flatMap((agent): QueueAgentView[] => {
    const state = byId.get(agent.id)
    if (!state) return []
    const { load, capacity, hours, lastAssignedAtMs } = state
    return [
      {
        agent,
        load: { total: totalLoad(load), perWorkType: load },
        capacity,
        hours: hours ?? { within: true },
        available: unavailability(state) === undefined,
        ...(lastAssignedAtMs === undefined ? {} : { lastAssignedAt: instant(lastAssignedAtMs) }),
      },
    ]
  })
}
