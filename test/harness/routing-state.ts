import type { AgentId, ChannelId, ConversationId, TeamId } from '../../src/domain/ids.ts'
import type { RoutingAgent, RoutingConversation } from '../../src/domain/routing/agent-state.ts'
import type { RoutingState } from '../../src/domain/routing/decide.ts'
import type { AssignmentStep } from '../../src/domain/routing/policy.ts'
import { EMPTY_RING, type RoutingRing } from '../../src/domain/routing/ring.ts'

/** An instant that tests call now: 2026-11-23T12:00:00Z. */
export const NOW_MS = 1_795_435_200_000

export const agentId = (id: string): AgentId => id as AgentId
export const teamId = (id: string): TeamId => id as TeamId
export const channelId = (id: string): ChannelId => id as ChannelId

/** An agent who may have anything, but for the change. */
export const agentOf = (id: string, change: Partial<RoutingAgent> = {}): RoutingAgent => ({
  id: agentId(id),
  name: id.toUpperCase(),
  active: true,
  channels: 'all',
  availability: 'online',
  present: true,
  teamIds: [],
  skills: {},
  capacity: {},
  load: {},
  recentLoad: {},
  ...change,
})

/** An open conversation that nobody owns, but for the change. */
export const conversationOf = (
  id: string,
  change: Partial<RoutingConversation> = {},
): RoutingConversation => ({
  id: id as ConversationId,
  channelId: channelId('c1'),
  status: 'open',
  workType: 'messaging',
  priority: 'normal',
  ...change,
})

/** Everybody available, in turn, without a wait, but for the change. */
export const stepOf = (change: Partial<AssignmentStep> = {}): AssignmentStep => ({
  target: { kind: 'agents-and-teams', agentIds: 'all', teamIds: [], primaryTeamOnly: false },
  strategy: 'round-robin',
  availableOnly: true,
  waitMs: 0,
  ...change,
})

export const stateOf = (
  agents: readonly RoutingAgent[],
  conversation: Partial<RoutingConversation> = {},
  ring: RoutingRing = EMPTY_RING,
): RoutingState => ({ conversation: conversationOf('x', conversation), agents, ring })

/** A source of chance for what must not ask it. */
export const neverAsked = (): number => {
  throw new Error('this strategy needs no chance')
}

/** Chance that is the same in every run: mulberry32. */
export function chanceFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
