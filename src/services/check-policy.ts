import { AppError } from '../domain/errors.ts'
import type { AssignmentPolicy } from '../domain/routing/policy.ts'
import { checkPolicy, type PolicyFacts, type PolicyIssue } from '../domain/routing/policy-check.ts'
import { skillFinder } from './known-skills.ts'
import type { RoutingRulesDeps } from './routing-rules.ts'

type CheckDeps = Pick<RoutingRulesDeps, 'agents' | 'teams' | 'categories' | 'skills'>

/** What a policy is judged by: who and what is known just now. */
export async function readPolicyFacts(deps: CheckDeps): Promise<PolicyFacts> {
  const [agents, teams, skills, categories] = await Promise.all([
    deps.agents.list(),
    deps.teams.list(),
    deps.skills.list(),
    deps.categories.list(),
  ])
  return {
    agents: new Map(agents.map(({ id, name, state }) => [id, { name, active: state === 'active' }])),
    teams: new Map(teams.map(({ id, name, memberIds }) => [id, { name, memberIds }])),
    skills: new Set(skills.map(({ name }) => name)),
    categories: new Map(categories.map(({ id, policy }) => [id, policy ? { policy } : {}])),
  }
}

/** Says what is wrong with a policy, or questionable about it. */
export async function findPolicyIssues(
  deps: CheckDeps,
  policy: AssignmentPolicy,
): Promise<readonly PolicyIssue[]> {
  return checkPolicy(await spelled(deps, policy), await readPolicyFacts(deps))
}

/**
 * The policy as it is to be stored.
 * @throws AppError `invalid-policy` with one line for each error; warnings pass
 */
export async function requireSoundPolicy(
  deps: CheckDeps,
  policy: AssignmentPolicy,
): Promise<AssignmentPolicy> {
  const ready = await spelled(deps, policy)
  const errors = checkPolicy(ready, await readPolicyFacts(deps)).filter(
    ({ severity }) => severity === 'error',
  )
  const [first] = errors
  if (!first) return ready
  throw new AppError('invalid-policy', {
    detail: first.message,
    field: `policy.${first.path}`,
    errors: errors.map(({ path, code, message }) => ({ field: `policy.${path}`, code, message })),
  })
}

/** Skills are compared letter by letter: each is spelled as it is known, and one that is unknown stays as it is. */
async function spelled(deps: CheckDeps, policy: AssignmentPolicy): Promise<AssignmentPolicy> {
  if (policy.skills.length === 0) return policy
  const find = await skillFinder(deps)
  return {
    ...policy,
    skills: policy.skills.map((asked) => ({ ...asked, skill: find(asked.skill) ?? asked.skill })),
  }
}
