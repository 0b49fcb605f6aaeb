import { AppError } from '../domain/errors.ts'
import type { CategoryId } from '../domain/ids.ts'
import { checkPolicy, type PolicyFacts } from '../domain/routing/policy-check.ts'
import type { CreateCategoryCommand, UpdateCategoryCommand } from '../domain/routing-commands.ts'
import type { CategoryView } from '../domain/routing-views.ts'
import type { CategoryRecord } from '../store/routing-group-stores.ts'
import { readPolicyFacts, requireSoundPolicy } from './check-policy.ts'
import { requireKnownSkills } from './known-skills.ts'
import { requireFreeName, requireRoom, requireVersion } from './named-things.ts'
import { announceRules, type RoutingRulesDeps } from './routing-rules.ts'
import { requireUnused } from './where-used.ts'

const MOST_CATEGORIES = 500

const present = (
  { id, name, policy, skills, version }: CategoryRecord,
  facts: PolicyFacts,
): CategoryView => ({
  id,
  name,
  ...(policy ? { policy } : {}),
  skills,
  policyIssues: policy ? checkPolicy(policy, facts) : [],
  version,
})

/** Every category, by name. */
export async function listCategories(deps: RoutingRulesDeps): Promise<readonly CategoryView[]> {
  const [categories, facts] = await Promise.all([deps.categories.list(), readPolicyFacts(deps)])
  return categories.map((category) => present(category, facts))
}

/** Makes a category. @throws AppError `already-exists` for a name that is taken, `invalid-policy`, `invalid-input` */
export async function createCategory(
  deps: RoutingRulesDeps,
  { name, policy, skills = [] }: CreateCategoryCommand,
): Promise<CategoryView> {
  await requireRoom(deps.categories, MOST_CATEGORIES)
  const fields = {
    skills: await requireKnownSkills(skills, 'skills', deps),
    ...(policy ? { policy: await requireSoundPolicy(deps, policy) } : {}),
  }
  const category = requireFreeName(await deps.categories.insert(name, fields, new Date(deps.clock())))
  announceRules(deps, 'categories')
  return present(category, await readPolicyFacts(deps))
}

/** Changes a category; what is left out stays. @throws AppError `not-found`, `version-conflict`, `invalid-policy` */
export async function updateCategory(
  deps: RoutingRulesDeps,
  id: CategoryId,
  command: UpdateCategoryCommand,
): Promise<CategoryView> {
  const before = await deps.categories.get(id)
  if (!before) throw new AppError('not-found')
  requireVersion(before, command.version)
  const { name = before.name } = command
  const skills = command.skills ? await requireKnownSkills(command.skills, 'skills', deps) : before.skills
  const policy = command.policy ? await requireSoundPolicy(deps, command.policy) : before.policy
  const fields = { skills, ...(policy && command.policy !== null ? { policy } : {}) }
  const category = requireFreeName(
    await deps.categories.replace(id, command.version, name, fields),
    before.version,
  )
  announceRules(deps, 'categories')
  return present(category, await readPolicyFacts(deps))
}

/**
 * Removes a category that no channel stamps. Conversations that had it are as those without.
 * @throws AppError `not-found`, `in-use`, `version-conflict`
 */
export async function removeCategory(deps: RoutingRulesDeps, id: CategoryId, version: number): Promise<void> {
  const before = await deps.categories.get(id)
  if (!before) throw new AppError('not-found')
  await requireUnused(deps, { kind: 'category', id })
  if (!(await deps.categories.remove(id, version))) {
    throw new AppError('version-conflict', { members: { version: before.version } })
  }
  announceRules(deps, 'categories')
}
