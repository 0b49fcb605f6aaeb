import type { AgentId, ChannelId, ConversationId } from '../../src/domain/ids.ts'
import type { RoutingAgent, RoutingConversation } from '../../src/domain/routing/agent-state.ts'
import { createRoutingBatch } from '../../src/domain/routing/batch.ts'
import { decideRouting } from '../../src/domain/routing/decide.ts'
import { type AssignmentPolicy, policyOf, type RoutingStrategy } from '../../src/domain/routing/policy.ts'
import { EMPTY_RING, openRing } from '../../src/domain/routing/ring.ts'
import { quantile } from './measures.ts'

const NOW_MS = Date.UTC(2026, 10, 23, 12)
const CHANNEL = 'c'.repeat(24) as ChannelId
/** A language that one agent in four speaks is asked of one conversation in ten. */
const SPANISH = { skill: 'language:es', level: 2, mode: 'require' } as const

const hex = (index: number): string => index.toString(16).padStart(24, '0')

/** One in ten is away, one in ten is full: a step has somebody to pass over. */
function agentsOf(count: number, room: number): readonly RoutingAgent[] {
  return Array.from(
    { length: count },
    (_, index): RoutingAgent => ({
      id: hex(index) as AgentId,
      name: `Agent ${index}`,
      active: true,
      channels: 'all',
      availability: index % 10 === 3 ? 'away' : 'online',
      present: true,
      teamIds: [],
      skills: index % 4 === 0 ? { 'language:es': 3 } : {},
      capacity: { total: index % 10 === 7 ? 5 : room },
      load: { messaging: index % 10 === 7 ? 5 : index % 4 },
      recentLoad: { messaging: index % 4 },
      lastAssignedAtMs: NOW_MS - index * 1_000,
    }),
  )
}

function waitingOf(count: number): readonly RoutingConversation[] {
  return Array.from(
    { length: count },
    (_, index): RoutingConversation => ({
      id: hex(index) as ConversationId,
      channelId: CHANNEL,
      status: 'open',
      workType: 'messaging',
      priority: 'normal',
      ...(index % 10 === 0 ? { requirements: [SPANISH] } : {}),
    }),
  )
}

const everyone = (strategy: RoutingStrategy): AssignmentPolicy =>
  policyOf([
    {
      target: { kind: 'agents-and-teams', agentIds: 'all', teamIds: [], primaryTeamOnly: false },
      strategy,
      availableOnly: true,
      waitMs: 0,
    },
  ])

/** Decisions per second while a queue leaves as a batch, and how many found somebody. */
export function measureBatch(
  agents: number,
  waiting: number,
  strategy: RoutingStrategy,
): { readonly perSecond: number; readonly assigned: number } {
  const policy = everyone(strategy)
  const conversations = waitingOf(waiting)
  const crowd = agentsOf(agents, 10 + Math.ceil((2 * waiting) / agents))
  const startedAt = performance.now()
  const batch = createRoutingBatch(crowd)
  const ring = openRing(EMPTY_RING)
  let assigned = 0
  for (const conversation of conversations) {
    const trace = batch.decide(conversation, policy, ring, NOW_MS, () => 0.5)
    if (trace.winner === undefined) continue
    batch.apply(conversation, trace, ring)
    assigned += 1
  }
  return { perSecond: waiting / ((performance.now() - startedAt) / 1_000), assigned }
}

/** Milliseconds of single decisions, each over all agents and with its whole trace. */
export function measureDecisions(
  agents: number,
  count: number,
): { readonly p50: number; readonly p99: number } {
  const policy = everyone('least-open')
  const crowd = agentsOf(agents, 50)
  const samples = waitingOf(count).map((conversation) => {
    const startedAt = performance.now()
    decideRouting({ conversation, agents: crowd, ring: EMPTY_RING }, policy, NOW_MS, () => 0.5)
    return performance.now() - startedAt
  })
  return { p50: quantile(samples, 0.5), p99: quantile(samples, 0.99) }
}
