import { useQuery } from '@tanstack/react-query'
import { routingText } from '../text/routing-text.ts'
import { locale } from '../text/text.ts'
import { skillsQuery } from './routing-queries.ts'

const PREFIX = 'language:'
/** Languages that are offered; any other code that is stored already stays. */
const LANGUAGES =
  'ar bg bn cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv ms nl no pl pt ro ru sk sl sr sv th tr uk ur vi zh'.split(
    ' ',
  )

const languages = new Intl.DisplayNames([locale], { type: 'language', fallback: 'code' })

/** A skill as people read it: languages by their name. */
export function skillName(skill: string): string {
  if (!skill.startsWith(PREFIX)) return skill
  const code = skill.slice(PREFIX.length)
  try {
    return languages.of(code) ?? code
  } catch {
    return code
  }
}

/** Skills and languages to choose from, for a list in two groups; `chosen` is among them even if it is gone. */
export function useSkillChoices(chosen?: string, without: readonly string[] = []) {
  const { data } = useQuery(skillsQuery)
  const known = (data ?? []).map(({ name }) => name)
  const extra = chosen && !chosen.startsWith(PREFIX) && !known.includes(chosen) ? [chosen] : []
  const codes = new Set(LANGUAGES.map((code) => PREFIX + code))
  if (chosen?.startsWith(PREFIX)) codes.add(chosen)
  const free = (skill: string) => !without.includes(skill)
  const choice = (skill: string) => ({ value: skill, label: skillName(skill) })
  return [
    { group: routingText.skills.others, items: [...known, ...extra].filter(free).map(choice) },
    {
      group: routingText.skills.languages,
      items: [...codes]
        .filter(free)
        .map(choice)
        .sort((one, other) => one.label.localeCompare(other.label)),
    },
  ]
}
