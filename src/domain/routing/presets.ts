import type { TeamId } from '../ids.ts'
import {
  type AssignmentPolicy,
  type AssignmentStep,
  PICK_POLICY,
  policyOf,
  type RoutingStrategy,
} from './policy.ts'

/** A policy that a support team knows by name, ready to be changed. */
export interface PolicyPreset {
  readonly key:
    | 'pick'
    | 'round-robin'
    | 'round-robin-online'
    | 'least-open'
    | 'load-balanced'
    | 'dedicated-agent'
    | 'team-only'
  readonly name: string
  /** What it does, in a sentence. */
  readonly summary: string
  /** What must still be chosen before it can be saved; until then its id is empty. */
  readonly needs?: 'team'
  readonly policy: AssignmentPolicy
}

function everyone(strategy: RoutingStrategy, availableOnly = true): AssignmentStep {
  return {
    target: { kind: 'agents-and-teams', agentIds: 'all', teamIds: [], primaryTeamOnly: false },
    strategy,
    availableOnly,
    waitMs: 0,
  }
}

/** The presets in the order in which they are offered. */
export const POLICY_PRESETS: readonly PolicyPreset[] = [
  {
    key: 'pick',
    name: 'Pick',
    summary: 'Nobody is chosen: agents take conversations for themselves.',
    policy: PICK_POLICY,
  },
  {
    key: 'round-robin',
    name: 'Round robin',
    summary: 'Everybody in turn, also those who are offline.',
    policy: policyOf([everyone('round-robin', false)]),
  },
  {
    key: 'round-robin-online',
    name: 'Round robin, online only',
    summary: 'Everybody who is available, in turn.',
    policy: policyOf([everyone('round-robin')]),
  },
  {
    key: 'least-open',
    name: 'Least open',
    summary: 'Whoever is available and has the fewest open conversations.',
    policy: policyOf([everyone('least-open')]),
  },
  {
    key: 'load-balanced',
    name: 'Load balanced',
    summary: 'Whoever is available and got the least of this kind of work that is still open.',
    policy: policyOf([everyone('load-balanced')]),
  },
  {
    key: 'dedicated-agent',
    name: 'Dedicated agent',
    summary:
      'The agent who owns the contact, also when offline; contacts without an owner go to everybody in turn.',
    policy: policyOf([
      { target: { kind: 'contact-owner' }, strategy: 'round-robin', availableOnly: false, waitMs: 0 },
      everyone('round-robin'),
    ]),
  },
  {
    key: 'team-only',
    name: 'Team only',
    summary: 'The team is set and nobody owns it: members take it from the view of their team.',
    needs: 'team',
    policy: policyOf([
      { target: { kind: 'team', teamId: '' as TeamId }, strategy: 'pick', availableOnly: true, waitMs: 0 },
    ]),
  },
]
