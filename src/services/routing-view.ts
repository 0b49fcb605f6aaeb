import { createHash } from 'node:crypto'
import type { AgentId, ContactId, TeamId } from '../domain/ids.ts'
import type { RoutingConversation } from '../domain/routing/agent-state.ts'
import type { AssignmentPolicy } from '../domain/routing/policy.ts'
import { effectiveSkills } from '../domain/routing/skills.ts'
import type { RoutingTrace } from '../domain/routing/trace.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { PolicyInForce } from './routing-snapshot.ts'

/** Who a contact knows already: who last had a conversation of his, and who looks after him. */
export interface KnownAgents {
  readonly lastAgents: ReadonlyMap<ContactId, AgentId>
  readonly owners: ReadonlyMap<ContactId, AgentId>
}

const asksFor = ({ steps }: AssignmentPolicy, kind: string): boolean =>
  steps.some(({ target }) => target.kind === kind)

/** Whether a policy asks who last owned a conversation of the contact. */
export const asksForLastAgent = (policy: AssignmentPolicy): boolean => asksFor(policy, 'last-agent')

/** Whether a policy asks who looks after the contact. */
export const asksForOwner = (policy: AssignmentPolicy): boolean => asksFor(policy, 'contact-owner')

/**
 * A stored conversation as the pure router knows it. A team that is no more is no team; nor is one that the router
 * chose before the conversation was resolved: it chooses anew.
 */
export function routingView(
  conversation: StoredConversation,
  { requirements }: Pick<PolicyInForce, 'requirements'>,
  { lastAgents, owners }: KnownAgents,
  teams: { has(id: TeamId): boolean },
): RoutingConversation {
  const { assigneeId, categoryId, language, queue } = conversation
  const { teamId, teamByHand } = teamOf(conversation, teams)
  const lastAgentId = lastAgents.get(conversation.contactId)
  const contactOwnerId = owners.get(conversation.contactId)
  return {
    id: conversation.id,
    channelId: conversation.channelId,
    status: conversation.status,
    workType: conversation.workType,
    priority: conversation.priority,
    ...(assigneeId ? { assigneeId } : {}),
    ...(teamId ? { teamId } : {}),
    ...(teamByHand ? { teamByHand } : {}),
    ...(categoryId ? { categoryId } : {}),
    ...(language === undefined ? {} : { language }),
    ...(lastAgentId ? { lastAgentId } : {}),
    ...(contactOwnerId ? { contactOwnerId } : {}),
    ...(requirements.length > 0 ? { requirements } : {}),
    // What relaxes counts from when it began to wait, also before the first run.
    queue: queue ?? {
      step: 0,
      stepSinceMs: conversation.routing.sinceMs,
      enteredAtMs: conversation.routing.sinceMs,
      lapses: [],
    },
  }
}

function teamOf(
  { teamId, teamByHand, routing }: StoredConversation,
  teams: { has(id: TeamId): boolean },
): Pick<StoredConversation, 'teamId' | 'teamByHand'> {
  if (!teamId || !teams.has(teamId)) return {}
  if (teamByHand) return { teamId, teamByHand }
  return routing.returning ? {} : { teamId }
}

/**
 * The same for all waiting conversations that fail alike, as long as the rules stay as they are: when the first of a
 * group finds nobody, the others need not be tried.
 */
export function groupOf(
  view: RoutingConversation,
  { scope, policy }: PolicyInForce,
  { queue = view.queue }: Pick<RoutingTrace, 'queue'>,
  nowMs: number,
): string {
  const { key } = effectiveSkills(policy, view, queue?.enteredAtMs ?? nowMs, nowMs)
  const own = (queue?.lapses.length ?? 0) > 0 || (queue?.sentBackBy?.length ?? 0) > 0
  const parts = [
    scope,
    view.channelId,
    view.workType,
    view.teamByHand ? view.teamId : '',
    queue?.step,
    queue?.fromStep,
    key,
    asksForLastAgent(policy) ? view.lastAgentId : '',
    asksForOwner(policy) ? view.contactOwnerId : '',
    own ? view.id : '',
  ]
  return createHash('sha1').update(parts.join('\u0000')).digest('base64url').slice(0, 16)
}

/** When the policy itself moves on for a conversation, whatever the agents do; undefined = never. */
export function movesOnAtMs(
  view: RoutingConversation,
  { policy }: PolicyInForce,
  { queue = view.queue }: Pick<RoutingTrace, 'queue'>,
  nowMs: number,
): number | undefined {
  if (!queue) return undefined
  const step = policy.steps[queue.step]
  const isLast = queue.step >= policy.steps.length - 1
  const instants = [
    step && !isLast ? queue.stepSinceMs + step.waitMs : undefined,
    effectiveSkills(policy, view, queue.enteredAtMs, nowMs).relaxesAtMs,
  ].filter((at) => at !== undefined && at > nowMs)
  return instants.length === 0 ? undefined : Math.min(...(instants as number[]))
}
