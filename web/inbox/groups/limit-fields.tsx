import type { AgentCapacity, FairCap } from '../../../src/domain/routing/agent-state.ts'
import { WORK_TYPES } from '../../shared/routing-values.ts'
import { CountField } from '../routing/count-field.tsx'
import { DurationField } from '../routing/duration-field.tsx'
import fields from '../routing/fields.module.css'
import { routingText } from '../text/routing-text.ts'
import css from './groups.module.css'

/** How many open conversations: all together, and of each kind of work. Empty = no limit. */
export function CapacityFields(props: {
  readonly capacity: AgentCapacity
  readonly onChange: (capacity: AgentCapacity) => void
}) {
  const { capacity, onChange } = props
  const words = routingText.agent
  const { total: _total, perWorkType = {}, ...rest } = capacity
  const build = (total: number | undefined, kinds: AgentCapacity['perWorkType']) => {
    const limited = Object.fromEntries(Object.entries(kinds ?? {}).filter(([, limit]) => limit !== undefined))
    onChange({
      ...rest,
      ...(total === undefined ? {} : { total }),
      ...(Object.keys(limited).length > 0 ? { perWorkType: limited } : {}),
    })
  }
  return (
    <div className={css['limits']}>
      <CountField
        label={words.total}
        placeholder={words.unlimited}
        value={capacity.total}
        onChange={(total) => build(total, perWorkType)}
      />
      {WORK_TYPES.map((type) => (
        <CountField
          key={type}
          label={words.workTypes[type]}
          placeholder={words.unlimited}
          value={perWorkType[type]}
          onChange={(limit) =>
            build(
              capacity.total,
              Object.fromEntries(
                Object.entries({ ...perWorkType, [type]: limit }).filter(([, value]) => value !== undefined),
              ),
            )
          }
        />
      ))}
    </div>
  )
}

/** Limits in words. */
export function capacityWords({ total, perWorkType = {} }: AgentCapacity): string {
  const words = routingText.agent
  const kinds = WORK_TYPES.flatMap((type) =>
    perWorkType[type] === undefined ? [] : [`${words.workTypes[type].toLowerCase()} ${perWorkType[type]}`],
  )
  const parts = [...(total === undefined ? [] : [`${words.total.toLowerCase()} ${total}`]), ...kinds]
  return parts.length === 0 ? words.unlimited.toLowerCase() : parts.join(', ')
}

/** At most so many within a time. */
export function FairCapFields(props: {
  readonly fairCap: FairCap
  readonly onChange: (fairCap: FairCap) => void
}) {
  const { fairCap, onChange } = props
  const words = routingText.agent
  return (
    <div className={fields['line']}>
      <CountField
        label={words.most}
        least={1}
        value={fairCap.most}
        onChange={(most) => onChange({ ...fairCap, most: most ?? 1 })}
      />
      <DurationField
        label={words.within}
        units={['minutes', 'hours', 'days']}
        value={fairCap.windowMs}
        onChange={(windowMs) => onChange({ ...fairCap, windowMs })}
      />
    </div>
  )
}

/** A fair share to begin with: ten an hour. */
export const NEW_FAIR_CAP: FairCap = { most: 10, windowMs: 3_600_000 }
