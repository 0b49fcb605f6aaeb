import type { AgentId, TeamId } from '../ids.ts'
import {
  type AssignmentPolicy,
  type AssignmentStep,
  LONGEST_STEP_WAIT_MS,
  POLICY_DEFAULTS,
  ROUTING_STRATEGIES,
  type RoutingStrategy,
  type RoutingTarget,
  type SkillRequirement,
} from './policy.ts'

type Fields = Readonly<Record<string, unknown>>

const NOBODY: RoutingTarget = { kind: 'none' }

/**
 * A policy out of what is stored, of whatever age: settings that are missing or make no sense have their defaults, the
 * first shape (`agents`, without waits) reads as the one of today, and a target of a kind this build does not know is
 * nobody. Never throws, since one broken policy must not stop the router. Called wherever a policy leaves the store.
 */
export function readStoredPolicy(stored: unknown): AssignmentPolicy {
  const fields = fieldsOf(stored)
  const silentAfterMs = durationOf(fields['silentAfterMs'])
  const newConversationAfterMs = durationOf(fields['newConversationAfterMs'])
  const { requireLanguage, customerMessage, silentMost } = fields
  const relaxAfterMs = durationOf(fieldsOf(requireLanguage)['relaxAfterMs'])
  return {
    steps: listOf(fields['steps']).map(readStep),
    ownerOffline: fields['ownerOffline'] === 're-route' ? 're-route' : POLICY_DEFAULTS.ownerOffline,
    onUnassign: fields['onUnassign'] === 'wait' ? 'wait' : POLICY_DEFAULTS.onUnassign,
    ...(silentAfterMs === undefined ? {} : { silentAfterMs }),
    silentMost: isCount(silentMost) ? silentMost : POLICY_DEFAULTS.silentMost,
    onResolve: fields['onResolve'] === 'drop-assignee' ? 'drop-assignee' : POLICY_DEFAULTS.onResolve,
    onReopen: fields['onReopen'] === 're-route' ? 're-route' : POLICY_DEFAULTS.onReopen,
    ...(newConversationAfterMs === undefined ? {} : { newConversationAfterMs }),
    rerouteOnCategoryChange: fields['rerouteOnCategoryChange'] === true,
    skills: readStoredSkills(fields['skills']),
    ...(isFields(requireLanguage)
      ? { requireLanguage: relaxAfterMs === undefined ? {} : { relaxAfterMs } }
      : {}),
    ...(typeof customerMessage === 'string' && customerMessage !== '' ? { customerMessage } : {}),
    showQueuePlace: fields['showQueuePlace'] === true,
  }
}

/** Skill requirements out of what is stored; an entry that makes no sense is left out. Never throws. */
export function readStoredSkills(stored: unknown): readonly SkillRequirement[] {
  return listOf(stored).flatMap((entry): SkillRequirement[] => {
    const { skill, level, mode, relaxAfterMs } = fieldsOf(entry)
    if (typeof skill !== 'string' || !isCount(level)) return []
    const relax = durationOf(relaxAfterMs)
    return [
      {
        skill,
        level: Math.min(Math.max(level, 1), 5),
        mode: mode === 'prefer' ? 'prefer' : 'require',
        ...(relax === undefined ? {} : { relaxAfterMs: relax }),
      },
    ]
  })
}

function readStep(stored: unknown): AssignmentStep {
  const { target, strategy, availableOnly, waitMs } = fieldsOf(stored)
  return {
    target: readTarget(fieldsOf(target)),
    // What cannot be understood gives nothing away by itself.
    strategy: isStrategy(strategy) ? strategy : 'pick',
    availableOnly: availableOnly !== false,
    waitMs: Math.min(durationOf(waitMs) ?? 0, LONGEST_STEP_WAIT_MS),
  }
}

function readTarget({ kind, agentIds, teamIds, agentId, teamId, primaryTeamOnly }: Fields): RoutingTarget {
  switch (kind) {
    case 'agents':
    case 'agents-and-teams':
      return {
        kind: 'agents-and-teams',
        agentIds: agentIds === 'all' ? 'all' : textsOf<AgentId>(agentIds),
        teamIds: textsOf<TeamId>(teamIds),
        primaryTeamOnly: primaryTeamOnly === true,
      }
    case 'team':
      return typeof teamId === 'string' ? { kind, teamId: teamId as TeamId } : NOBODY
    case 'fixed-agent':
      return typeof agentId === 'string' ? { kind, agentId: agentId as AgentId } : NOBODY
    case 'contact-owner':
    case 'last-agent':
      return { kind }
    default:
      return NOBODY
  }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {})
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const textsOf = <T extends string>(value: unknown): readonly T[] =>
  listOf(value).filter((item): item is T => typeof item === 'string')
const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
const durationOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined
const isStrategy = (value: unknown): value is RoutingStrategy =>
  (ROUTING_STRATEGIES as readonly unknown[]).includes(value)
