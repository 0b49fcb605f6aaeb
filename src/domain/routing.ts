import { type AssignmentPolicy, policyOf } from './routing/policy.ts'

/** What the first channel of a workspace begins with: every agent in turn, those available only. */
export const ROUND_ROBIN_POLICY: AssignmentPolicy = policyOf([
  {
    target: { kind: 'agents-and-teams', agentIds: 'all', teamIds: [], primaryTeamOnly: false },
    strategy: 'round-robin',
    availableOnly: true,
    waitMs: 0,
  },
])
