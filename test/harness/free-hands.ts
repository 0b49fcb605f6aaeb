/** What the router needs where a test says itself who is there: agents without records, whose capacity nobody counts. */
import type { AgentId } from '../../src/domain/ids.ts'
import type { RoutingAgent } from '../../src/domain/routing/agent-state.ts'
import type { RouteDeps } from '../../src/services/route-conversations.ts'
import type { RoutingRules } from '../../src/services/routing-snapshot.ts'

/** Takes whatever is asked for. */
export const FREE_LOADS: RouteDeps['loads'] = {
  reserve: async (wanted) => new Set(wanted.map(({ agentId }) => agentId)),
  release: async () => undefined,
}

/** A workspace where nobody has set anything. */
export const NO_RULES: RoutingRules = {
  settings: {
    countSnoozed: false,
    countPending: false,
    presenceGraceMs: 120_000,
    holidays: [],
    tagSkills: [],
    version: 0,
  },
  teams: new Map(),
  teamsOf: new Map(),
  categories: new Map(),
  byTag: {},
}

/** An agent who is there and may see everything. */
export const freeAgent = (id: AgentId, name: string, change: Partial<RoutingAgent> = {}): RoutingAgent => ({
  id,
  name,
  active: true,
  availability: 'online',
  present: true,
  channels: 'all',
  teamIds: [],
  skills: {},
  capacity: {},
  load: {},
  recentLoad: {},
  ...change,
})
