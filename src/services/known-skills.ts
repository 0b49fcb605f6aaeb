import { AppError } from '../domain/errors.ts'
import type { SkillRequirement } from '../domain/routing/policy.ts'
import { isLanguageSkill } from '../domain/routing/skills.ts'
import { nameKeyOf } from '../store/named-store.ts'
import type { SkillStore } from '../store/routing-group-stores.ts'

/** Finds a skill by its name, however it is typed; languages need no entry. Undefined when there is none such. */
export type FindSkill = (typed: string) => string | undefined

/** Reads the skills that are known just now. */
export async function skillFinder({ skills }: { readonly skills: SkillStore }): Promise<FindSkill> {
  const byKey = new Map((await skills.list()).map(({ name }) => [nameKeyOf(name), name]))
  return (typed) => {
    const key = nameKeyOf(typed)
    return isLanguageSkill(key) ? key : byKey.get(key)
  }
}

/**
 * Requirements with every skill spelled as it is known.
 * @throws AppError `invalid-input` for a skill that is not known
 */
export async function requireKnownSkills(
  requirements: readonly SkillRequirement[],
  field: string,
  deps: { readonly skills: SkillStore },
): Promise<readonly SkillRequirement[]> {
  if (requirements.length === 0) return requirements
  const find = await skillFinder(deps)
  return requirements.map((requirement, index) => ({
    ...requirement,
    skill: requireSkill(find, requirement.skill, `${field}.${index}.skill`),
  }))
}

/** @throws AppError `invalid-input` for a skill that is not known */
export function requireSkill(find: FindSkill, typed: string, field: string): string {
  const skill = find(typed)
  if (skill === undefined) {
    throw new AppError('invalid-input', { field, detail: `There is no skill “${typed}”.` })
  }
  return skill
}
