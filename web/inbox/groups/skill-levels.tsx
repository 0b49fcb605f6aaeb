import { ActionIcon, Select } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { SKILL_LEVELS } from '../../shared/routing-values.ts'
import { skillName, useSkillChoices } from '../routing/skill-names.ts'
import { routingText } from '../text/routing-text.ts'
import css from './groups.module.css'

/** The skills of an agent, each with a level from 1 to 5. */
export function SkillLevels(props: {
  readonly skills: Readonly<Record<string, number>>
  readonly onChange: (skills: Readonly<Record<string, number>>) => void
}) {
  const { skills, onChange } = props
  const words = routingText.agent
  const names = Object.keys(skills).sort((one, other) => skillName(one).localeCompare(skillName(other)))
  const choices = useSkillChoices(undefined, names)
  return (
    <>
      {names.length === 0 && <p className={css['faint']}>{words.noSkills}</p>}
      <ul className={css['members']}>
        {names.map((skill) => (
          <li key={skill} className={css['skill']}>
            <span className={css['who']}>
              <bdi>{skillName(skill)}</bdi>
            </span>
            <span className={css['level-name']} aria-hidden>
              {routingText.skills.levelNames[skills[skill] ?? 1]}
            </span>
            <Levels
              skill={skill}
              level={skills[skill] ?? 1}
              onChange={(level) => onChange({ ...skills, [skill]: level })}
            />
            <ActionIcon
              aria-label={routingText.policy.removeSkill(skillName(skill))}
              onClick={() =>
                onChange(Object.fromEntries(Object.entries(skills).filter(([name]) => name !== skill)))
              }
            >
              <IconX size={16} />
            </ActionIcon>
          </li>
        ))}
      </ul>
      <Select
        mt="sm"
        searchable
        label={words.addSkill}
        placeholder={words.addSkill}
        value={null}
        data={choices}
        onChange={(skill) => skill && onChange({ ...skills, [skill]: 3 })}
      />
    </>
  )
}

function Levels(props: {
  readonly skill: string
  readonly level: number
  readonly onChange: (level: number) => void
}) {
  const { skill, level, onChange } = props
  const words = routingText.skills
  return (
    <span className={css['levels']} role="radiogroup" aria-label={words.levelOf(skillName(skill))}>
      {SKILL_LEVELS.map((value) => (
        <label key={value} className={css['level']} title={words.levelNames[value]}>
          <input
            type="radio"
            className="visually-hidden"
            name={`level-${skill}`}
            aria-label={words.level(value)}
            checked={level === value}
            onChange={() => onChange(value)}
          />
          <span aria-hidden>{value}</span>
        </label>
      ))}
    </span>
  )
}
