import { AppError } from '../domain/errors.ts'
import type { SkillId } from '../domain/ids.ts'
import type { CreateSkillCommand } from '../domain/routing-commands.ts'
import type { SkillView } from '../domain/routing-views.ts'
import type { SkillRecord } from '../store/routing-group-stores.ts'
import { requireFreeName, requireRoom } from './named-things.ts'
import { announceRules, type RoutingRulesDeps } from './routing-rules.ts'
import { requireUnused } from './where-used.ts'

const MOST_SKILLS = 1_000

const present = ({ id, name, version }: SkillRecord): SkillView => ({ id, name, version })

/** Every skill, by name. */
export async function listSkills({
  skills,
}: Pick<RoutingRulesDeps, 'skills'>): Promise<readonly SkillView[]> {
  return (await skills.list()).map(present)
}

/** Makes a skill known. @throws AppError `already-exists` for a name that is taken */
export async function createSkill(deps: RoutingRulesDeps, { name }: CreateSkillCommand): Promise<SkillView> {
  await requireRoom(deps.skills, MOST_SKILLS)
  const skill = requireFreeName(await deps.skills.insert(name, {}, new Date(deps.clock())))
  announceRules(deps, 'skills')
  return present(skill)
}

/** Removes a skill that nobody has and nothing asks for. @throws AppError `not-found`, `in-use`, `version-conflict` */
export async function removeSkill(deps: RoutingRulesDeps, id: SkillId, version: number): Promise<void> {
  const before = await deps.skills.get(id)
  if (!before) throw new AppError('not-found')
  await requireUnused(deps, { kind: 'skill', name: before.name })
  if (!(await deps.skills.remove(id, version))) {
    throw new AppError('version-conflict', { members: { version: before.version } })
  }
  announceRules(deps, 'skills')
}
