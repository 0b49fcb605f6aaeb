import type { RoutingConversation } from './agent-state.ts'
import type { AssignmentPolicy, SkillRequirement } from './policy.ts'

/** Who has a language has this skill: `language:` and the two-letter code in lower case. */
export function languageSkill(language: string): string {
  return `language:${language.toLowerCase()}`
}

const LANGUAGE_SKILL = /^language:[a-z]{2}$/

/** Whether a name is that of a language with its two-letter code, as agents have them and the detection finds them. */
export function isLanguageSkill(skill: string): boolean {
  return LANGUAGE_SKILL.test(skill)
}

/** The language code of a language skill; undefined for any other skill. */
export function languageOfSkill(skill: string): string | undefined {
  return skill.startsWith('language:') ? skill.slice('language:'.length) : undefined
}

/** Where requirements come from beside the policy itself. */
export interface RequirementSources {
  readonly channel?: readonly SkillRequirement[]
  readonly category?: readonly SkillRequirement[]
  /** What each tag asks for; only the tags of the conversation are looked at. */
  readonly byTag?: Readonly<Record<string, readonly SkillRequirement[]>>
}

/** What channel, category and tags ask of a conversation; goes into `RoutingConversation.requirements`. */
export function collectRequirements(
  sources: RequirementSources,
  tags: readonly string[],
): readonly SkillRequirement[] {
  const ofTags = tags.flatMap((tag) =>
    sources.byTag && Object.hasOwn(sources.byTag, tag) ? (sources.byTag[tag] ?? []) : [],
  )
  return mergeRequirements([...(sources.channel ?? []), ...(sources.category ?? []), ...ofTags])
}

/**
 * One entry per skill and mode: the strictest holds, that is the highest level, and the relaxing that comes last
 * (never, if one of them never relaxes). The order is that of first mention.
 */
export function mergeRequirements(all: readonly SkillRequirement[]): readonly SkillRequirement[] {
  if (all.length < 2) return all
  const merged = new Map<string, SkillRequirement>()
  for (const requirement of all) {
    const key = `${requirement.mode}:${requirement.skill}`
    const known = merged.get(key)
    merged.set(key, known ? strictest(known, requirement) : requirement)
  }
  return [...merged.values()]
}

function strictest(one: SkillRequirement, other: SkillRequirement): SkillRequirement {
  const { skill, mode } = one
  const level = Math.max(one.level, other.level)
  if (one.relaxAfterMs === undefined || other.relaxAfterMs === undefined) return { skill, mode, level }
  return { skill, mode, level, relaxAfterMs: Math.max(one.relaxAfterMs, other.relaxAfterMs) }
}

/** What a conversation asks for at an instant, after relaxing. */
export interface EffectiveSkills {
  readonly required: readonly SkillRequirement[]
  readonly preferred: readonly SkillRequirement[]
  /** When the next requirement relaxes, milliseconds since the epoch; absent = none will. */
  readonly relaxesAtMs?: number
  /** The same for conversations that ask for the same; lets a batch decide them together. */
  readonly key: string
}

const NOTHING_ASKED: EffectiveSkills = { required: [], preferred: [], key: '' }

/**
 * Everything asked of a conversation under a policy at an instant.
 * @param enteredAtMs when it began to wait: relaxing counts from here
 */
export function effectiveSkills(
  policy: AssignmentPolicy,
  conversation: Pick<RoutingConversation, 'language' | 'requirements'>,
  enteredAtMs: number,
  nowMs: number,
): EffectiveSkills {
  const language = policy.requireLanguage && conversation.language
  const own = conversation.requirements ?? []
  if (policy.skills.length === 0 && own.length === 0 && !language) return NOTHING_ASKED
  const all = [...policy.skills, ...own]
  if (language)
    all.push({ skill: languageSkill(language), level: 1, mode: 'require', ...policy.requireLanguage })
  const required: SkillRequirement[] = []
  const preferred: SkillRequirement[] = []
  let relaxesAtMs: number | undefined
  for (const requirement of mergeRequirements(all)) {
    const relaxAtMs =
      requirement.mode === 'require' && requirement.relaxAfterMs !== undefined
        ? enteredAtMs + requirement.relaxAfterMs
        : undefined
    if (requirement.mode === 'prefer' || (relaxAtMs !== undefined && nowMs >= relaxAtMs)) {
      preferred.push(requirement)
      continue
    }
    required.push(requirement)
    if (relaxAtMs !== undefined) relaxesAtMs = Math.min(relaxesAtMs ?? relaxAtMs, relaxAtMs)
  }
  const key = `${required.map(keyOf).join()}|${preferred.map(keyOf).join()}`
  return { required, preferred, key, ...(relaxesAtMs === undefined ? {} : { relaxesAtMs }) }
}

const keyOf = ({ skill, level }: SkillRequirement): string => `${skill}=${level}`

/** An agent's level in a skill, 0 when he lacks it. */
export function levelIn(skills: Readonly<Record<string, number>>, skill: string): number {
  return Object.hasOwn(skills, skill) ? (skills[skill] ?? 0) : 0
}

/** The first required skill that an agent lacks or has at too low a level. */
export function missingSkill(
  skills: Readonly<Record<string, number>>,
  required: readonly SkillRequirement[],
): SkillRequirement | undefined {
  for (const requirement of required) {
    if (levelIn(skills, requirement.skill) < requirement.level) return requirement
  }
  return undefined
}

/** What a preference that is met in full counts: divisible by each level, so that scores compare exactly. */
const FULL = 60

/** How well an agent meets the preferences, higher is better; having more than is asked for earns nothing. */
export function preferenceOf(
  skills: Readonly<Record<string, number>>,
  preferred: readonly SkillRequirement[],
): number {
  let sum = 0
  for (const { skill, level } of preferred) {
    const has = levelIn(skills, skill)
    sum += has >= level ? FULL : Math.floor((FULL * has) / level)
  }
  return sum
}
