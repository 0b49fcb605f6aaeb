import { AppError } from '../domain/errors.ts'
import type { AssignmentPolicy, SkillRequirement } from '../domain/routing/policy.ts'
import type { RoutingRulesDeps } from './routing-rules.ts'

/** One place that refers to a thing: a path for programs and a sentence for people. */
interface Use {
  readonly field: string
  readonly message: string
}

/** Something that may be referred to. */
export type Referable =
  | { readonly kind: 'team'; readonly id: string }
  | { readonly kind: 'category'; readonly id: string }
  | { readonly kind: 'skill'; readonly name: string }

const MOST_USES_SHOWN = 20

/** @throws AppError `in-use` naming what still refers to it */
export async function requireUnused(deps: RoutingRulesDeps, thing: Referable): Promise<void> {
  const uses = await usesOf(deps, thing)
  if (uses.length === 0) return
  throw new AppError('in-use', {
    detail: `Still used by ${uses
      .slice(0, 3)
      .map(({ message }) => message)
      .join(', ')}${uses.length > 3 ? ` and ${uses.length - 3} more` : ''}.`,
    errors: uses.slice(0, MOST_USES_SHOWN),
    members: { uses: uses.length },
  })
}

async function usesOf(deps: RoutingRulesDeps, thing: Referable): Promise<readonly Use[]> {
  const [channels, categories] = await Promise.all([deps.channels.list(), deps.categories.list()])
  const uses: Use[] = []
  for (const { id, name, policy, skills, categoryId, deletedAtMs } of channels) {
    if (deletedAtMs !== undefined) continue
    const asked = names(policy, skills, thing) || (thing.kind === 'category' && categoryId === thing.id)
    if (asked) uses.push({ field: `channels.${id}`, message: `the channel “${name}”` })
  }
  for (const { id, name, policy, skills } of categories) {
    if (names(policy, skills, thing))
      uses.push({ field: `categories.${id}`, message: `the category “${name}”` })
  }
  return thing.kind === 'skill' ? [...uses, ...(await usesOfSkill(deps, thing.name))] : uses
}

async function usesOfSkill(deps: RoutingRulesDeps, skill: string): Promise<readonly Use[]> {
  const [agents, routing, { tagSkills }] = await Promise.all([
    deps.agents.list(),
    deps.agentRouting.list(),
    deps.routingSettings.read(),
  ])
  const nameOf = new Map<string, string>(agents.map(({ id, name }) => [id, name]))
  return [
    ...routing
      .filter(({ skills }) => Object.hasOwn(skills, skill))
      .map(({ agentId }) => ({ field: `agents.${agentId}`, message: nameOf.get(agentId) ?? 'an agent' })),
    ...tagSkills
      .filter(({ skills }) => asksFor(skills, skill))
      .map(({ tag }) => ({ field: `tagSkills.${tag}`, message: `the tag “${tag}”` })),
  ]
}

function names(
  policy: AssignmentPolicy | undefined,
  skills: readonly SkillRequirement[],
  thing: Referable,
): boolean {
  if (thing.kind === 'skill') return asksFor([...skills, ...(policy?.skills ?? [])], thing.name)
  if (thing.kind === 'category') return false
  return (policy?.steps ?? []).some(({ target }) => {
    if (target.kind === 'team') return target.teamId === thing.id
    return target.kind === 'agents-and-teams' && target.teamIds.some((id) => id === thing.id)
  })
}

const asksFor = (skills: readonly SkillRequirement[], name: string): boolean =>
  skills.some(({ skill }) => skill === name)
