import type { AgentId, CategoryId, TeamId } from '../ids.ts'
import { MESSAGE_VARIABLES, unknownVariables } from './customer-message.ts'
import {
  type AssignmentPolicy,
  type AssignmentStep,
  LONGEST_STEP_WAIT_MS,
  ROUTING_STRATEGIES,
  type RoutingTarget,
  type SkillRequirement,
} from './policy.ts'
import { isLanguageSkill } from './skills.ts'

/** Everything that may be wrong with a policy, or questionable about it. */
export const POLICY_ISSUE_CODES = [
  'empty-steps',
  'too-many-steps',
  'unknown-target',
  'unknown-strategy',
  'nobody-named',
  'unknown-agent',
  'deactivated-agent',
  'unknown-team',
  'team-without-members',
  'repeated-step',
  'wait-out-of-range',
  'wait-without-effect',
  'limit-out-of-range',
  'unknown-skill',
  'reroute-cycle',
  'nothing-to-reroute',
  'unknown-variable',
] as const
/** One of {@link POLICY_ISSUE_CODES}. */
export type PolicyIssueCode = (typeof POLICY_ISSUE_CODES)[number]

/** One thing about a policy. An `error` keeps it from being saved; a `warning` is told and may stand. */
export interface PolicyIssue {
  /** Where, as a path within the policy such as `steps.0.target.agentId`. */
  readonly path: string
  readonly code: PolicyIssueCode
  readonly severity: 'error' | 'warning'
  /** What is wrong, in a sentence of English. */
  readonly message: string
}

/** What a policy is judged by: who and what is known just now. */
export interface PolicyFacts {
  readonly agents: ReadonlyMap<AgentId, { readonly name: string; readonly active: boolean }>
  readonly teams: ReadonlyMap<TeamId, { readonly name: string; readonly memberIds: readonly AgentId[] }>
  /** Names of skills; languages by their two letters need not be among them. */
  readonly skills: ReadonlySet<string>
  readonly categories: ReadonlyMap<CategoryId, { readonly policy?: AssignmentPolicy }>
}

/** Most steps a policy may have. */
export const MOST_STEPS = 20
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

type Tell = (severity: PolicyIssue['severity'], path: string, code: PolicyIssueCode, message: string) => void

/** Says what is wrong with a policy. Pure and total; the router itself goes on whatever this says. */
export function checkPolicy(policy: AssignmentPolicy, facts: PolicyFacts): readonly PolicyIssue[] {
  const issues: PolicyIssue[] = []
  const tell: Tell = (severity, path, code, message) => void issues.push({ path, code, severity, message })
  const { steps } = policy
  if (steps.length === 0)
    tell(
      'warning',
      'steps',
      'empty-steps',
      'There are no steps, so agents pick conversations for themselves.',
    )
  if (steps.length > MOST_STEPS)
    tell('error', 'steps', 'too-many-steps', `There are ${steps.length} steps; the most is ${MOST_STEPS}.`)
  for (const [index, step] of steps.entries()) checkStep(step, index, steps, facts, tell)
  checkAfterwards(policy, facts, tell)
  for (const [index, skill] of policy.skills.entries()) checkSkill(skill, `skills.${index}`, facts, tell)
  checkRange(policy.requireLanguage?.relaxAfterMs, 'requireLanguage.relaxAfterMs', 0, 7 * DAY_MS, tell)
  for (const name of unknownVariables(policy.customerMessage ?? ''))
    tell(
      'warning',
      'customerMessage',
      'unknown-variable',
      `“{{${name}}}” is no variable and is sent as it stands; there are ${MESSAGE_VARIABLES.map((known) => `{{${known}}}`).join(', ')}.`,
    )
  return issues
}

function checkStep(
  step: AssignmentStep,
  index: number,
  steps: readonly AssignmentStep[],
  facts: PolicyFacts,
  tell: Tell,
): void {
  const path = `steps.${index}`
  checkTarget(step.target, `${path}.target`, facts, tell)
  if (!ROUTING_STRATEGIES.includes(step.strategy))
    tell('error', `${path}.strategy`, 'unknown-strategy', `There is no strategy “${step.strategy}”.`)
  if (!(step.waitMs >= 0 && step.waitMs <= LONGEST_STEP_WAIT_MS))
    tell('error', `${path}.waitMs`, 'wait-out-of-range', 'A step waits between nothing and seven days.')
  else if (step.waitMs > 0 && index === steps.length - 1)
    tell(
      'warning',
      `${path}.waitMs`,
      'wait-without-effect',
      'No step follows the last one, so its wait has no effect.',
    )
  const before = steps[index - 1]
  if (before && isSameStep(before, step))
    tell('warning', path, 'repeated-step', `Step ${index + 1} does the same as the step before it.`)
}

const isSameStep = (one: AssignmentStep, other: AssignmentStep): boolean =>
  one.strategy === other.strategy &&
  one.availableOnly === other.availableOnly &&
  JSON.stringify(comparable(one.target)) === JSON.stringify(comparable(other.target))

/** The target with its parts and names in one order, so that equal ones are written alike. */
function comparable(target: RoutingTarget): readonly unknown[] {
  const entries = Object.entries(target).map(([key, value]: [string, unknown]) => [
    key,
    Array.isArray(value) ? [...value].sort() : value,
  ])
  return entries.sort(([one], [other]) => (String(one) < String(other) ? -1 : 1))
}

function checkTarget(target: RoutingTarget, path: string, facts: PolicyFacts, tell: Tell): void {
  switch (target.kind) {
    case 'none':
    case 'contact-owner':
    case 'last-agent':
      return
    case 'team':
      checkTeam(target.teamId, `${path}.teamId`, facts, tell)
      return
    case 'fixed-agent':
      checkAgent(target.agentId, `${path}.agentId`, 'error', facts, tell)
      return
    case 'agents-and-teams': {
      const { agentIds, teamIds } = target
      if (agentIds !== 'all') {
        for (const [index, id] of agentIds.entries())
          checkAgent(id, `${path}.agentIds.${index}`, 'warning', facts, tell)
      }
      for (const [index, id] of teamIds.entries()) checkTeam(id, `${path}.teamIds.${index}`, facts, tell)
      if (agentIds !== 'all' && agentIds.length === 0 && teamIds.length === 0)
        tell('error', path, 'nobody-named', 'The step names no agent and no team.')
      return
    }
    default:
      tell('error', path, 'unknown-target', 'The step has a target that is not known.')
  }
}

function checkAgent(
  id: AgentId,
  path: string,
  ifDeactivated: PolicyIssue['severity'],
  facts: PolicyFacts,
  tell: Tell,
): void {
  const agent = facts.agents.get(id)
  if (!agent) tell('error', path, 'unknown-agent', id === '' ? 'Choose an agent.' : 'There is no such agent.')
  else if (!agent.active)
    tell(ifDeactivated, path, 'deactivated-agent', `${agent.name} has no active account and gets nothing.`)
}

function checkTeam(id: TeamId, path: string, facts: PolicyFacts, tell: Tell): void {
  const team = facts.teams.get(id)
  if (!team) {
    tell('error', path, 'unknown-team', id === '' ? 'Choose a team.' : 'There is no such team.')
    return
  }
  if (!team.memberIds.some((memberId) => facts.agents.get(memberId)?.active))
    tell('warning', path, 'team-without-members', `Nobody in ${team.name} has an active account.`)
}

function checkAfterwards(policy: AssignmentPolicy, facts: PolicyFacts, tell: Tell): void {
  checkRange(policy.silentAfterMs, 'silentAfterMs', MINUTE_MS, 7 * DAY_MS, tell)
  checkRange(policy.newConversationAfterMs, 'newConversationAfterMs', 0, 365 * DAY_MS, tell)
  if (!(Number.isInteger(policy.silentMost) && policy.silentMost >= 1 && policy.silentMost <= 100))
    tell('error', 'silentMost', 'limit-out-of-range', 'Between 1 and 100 agents may let it lapse.')
  // The owner who went offline would get it back, or another who is offline would, again and again.
  for (const [index, { target, strategy, availableOnly }] of policy.steps.entries()) {
    const automatic = target.kind !== 'none' && target.kind !== 'team' && strategy !== 'pick'
    if (policy.ownerOffline === 're-route' && automatic && !availableOnly)
      tell(
        'error',
        `steps.${index}.availableOnly`,
        'reroute-cycle',
        'It is taken from owners who go offline, and this step gives it to agents who are offline: it would go round and round.',
      )
  }
  if (policy.rerouteOnCategoryChange && facts.categories.size === 0)
    tell(
      'warning',
      'rerouteOnCategoryChange',
      'nothing-to-reroute',
      'There are no categories, so a change of category never happens.',
    )
}

function checkSkill(requirement: SkillRequirement, path: string, facts: PolicyFacts, tell: Tell): void {
  const { skill, level } = requirement
  if (!isLanguageSkill(skill) && !facts.skills.has(skill))
    tell('error', `${path}.skill`, 'unknown-skill', `There is no skill “${skill}”.`)
  if (!(Number.isInteger(level) && level >= 1 && level <= 5))
    tell('error', `${path}.level`, 'limit-out-of-range', 'A level is 1 to 5.')
  checkRange(requirement.relaxAfterMs, `${path}.relaxAfterMs`, 0, 7 * DAY_MS, tell)
}

function checkRange(value: number | undefined, path: string, least: number, most: number, tell: Tell): void {
  if (value === undefined || (value >= least && value <= most)) return
  tell('error', path, 'limit-out-of-range', `It must be between ${inWords(least)} and ${inWords(most)}.`)
}

const inWords = (ms: number): string =>
  ms === 0 ? 'nothing' : ms < DAY_MS ? `${ms / MINUTE_MS} minute` : `${ms / DAY_MS} days`
