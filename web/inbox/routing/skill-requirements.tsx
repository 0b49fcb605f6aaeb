import { ActionIcon, Button, NativeSelect, Select } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { SkillRequirement } from '../../../src/domain/routing/policy.ts'
import { SKILL_LEVELS } from '../../shared/routing-values.ts'
import { routingText } from '../text/routing-text.ts'
import { DurationField } from './duration-field.tsx'
import css from './fields.module.css'
import { skillsQuery } from './routing-queries.ts'
import { skillName, useSkillChoices } from './skill-names.ts'

const NEVER = 'never'
const DEFAULT_RELAX_MS = 300_000

/** Skills that a conversation asks for. */
export function SkillRequirements(props: {
  readonly requirements: readonly SkillRequirement[]
  readonly onChange: (requirements: readonly SkillRequirement[]) => void
}) {
  const { requirements, onChange } = props
  const words = routingText.policy
  const skills = useQuery(skillsQuery).data
  const first = skills?.find(({ name }) => !requirements.some(({ skill }) => skill === name))?.name
  const change = (index: number, next: SkillRequirement) =>
    onChange(requirements.map((one, at) => (at === index ? next : one)))
  return (
    <div className={css['stack']}>
      {requirements.length === 0 && <p className={css['faint']}>{words.noSkills}</p>}
      <ul className={css['list']}>
        {requirements.map((requirement, index) => (
          <li key={index} className={css['line']}>
            <Requirement requirement={requirement} onChange={(next) => change(index, next)} />
            <ActionIcon
              aria-label={words.removeSkill(skillName(requirement.skill))}
              onClick={() => onChange(requirements.filter((_one, at) => at !== index))}
            >
              <IconX size={16} />
            </ActionIcon>
          </li>
        ))}
      </ul>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconPlus size={14} />}
        onClick={() =>
          onChange([...requirements, { skill: first ?? 'language:en', level: 1, mode: 'require' }])
        }
      >
        {words.addSkill}
      </Button>
    </div>
  )
}

function Requirement(props: {
  readonly requirement: SkillRequirement
  readonly onChange: (next: SkillRequirement) => void
}) {
  const { requirement, onChange } = props
  const { skill, level, mode, relaxAfterMs } = requirement
  const words = routingText.policy
  const choices = useSkillChoices(skill)
  const { relaxAfterMs: _relax, ...never } = requirement
  return (
    <>
      <Select
        className={css['grow'] ?? ''}
        searchable
        allowDeselect={false}
        label={words.skill}
        value={skill}
        data={choices}
        onChange={(chosen) => chosen && onChange({ ...requirement, skill: chosen })}
      />
      <NativeSelect
        label={words.level}
        value={String(level)}
        data={SKILL_LEVELS.map(String)}
        onChange={({ currentTarget }) => onChange({ ...requirement, level: Number(currentTarget.value) })}
      />
      <NativeSelect
        label={words.mode}
        value={mode}
        data={[
          { value: 'require', label: words.modes.require },
          { value: 'prefer', label: words.modes.prefer },
        ]}
        onChange={({ currentTarget }) =>
          onChange(
            currentTarget.value === 'prefer'
              ? { ...never, mode: 'prefer' }
              : { ...requirement, mode: 'require' },
          )
        }
      />
      {mode === 'require' && (
        <Relax
          value={relaxAfterMs}
          onChange={(ms) => onChange(ms === undefined ? never : { ...never, relaxAfterMs: ms })}
        />
      )}
    </>
  )
}

/** Whether, and when, a demand becomes a wish. */
export function Relax(props: {
  readonly value: number | undefined
  readonly onChange: (ms: number | undefined) => void
}) {
  const { value, onChange } = props
  const words = routingText.policy
  return (
    <>
      <NativeSelect
        label={words.relax}
        value={value === undefined ? NEVER : 'after'}
        data={[
          { value: NEVER, label: words.relaxNever },
          { value: 'after', label: words.relaxAfter },
        ]}
        onChange={({ currentTarget }) =>
          onChange(currentTarget.value === NEVER ? undefined : DEFAULT_RELAX_MS)
        }
      />
      {value !== undefined && (
        <DurationField
          label={words.relaxAfter}
          labelHidden
          units={['seconds', 'minutes', 'hours']}
          value={value}
          onChange={onChange}
        />
      )}
    </>
  )
}
