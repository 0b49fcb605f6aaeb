import { ActionIcon, Button, TextInput } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import type { TimeOff } from '../../../src/domain/routing/hours.ts'
import css from '../routing/fields.module.css'
import { routingText } from '../text/routing-text.ts'
import { fromLocalField, toLocalField } from './zone-time.ts'

const DAY_MS = 86_400_000

/** Times away, by the clock of the schedule. */
export function TimeOffList(props: {
  readonly timeOff: readonly TimeOff[]
  readonly timeZone: string
  readonly readOnly: boolean
  readonly onChange: (timeOff: readonly TimeOff[]) => void
}) {
  const { timeOff, timeZone, readOnly, onChange } = props
  const words = routingText.hours
  const change = (index: number, part: Partial<TimeOff>) =>
    onChange(timeOff.map((one, at) => (at === index ? { ...one, ...part } : one)))
  const add = () => {
    const tomorrow = toLocalField(Date.now() + DAY_MS, timeZone).slice(0, 10)
    const fromMs = fromLocalField(`${tomorrow}T00:00`, timeZone)
    if (fromMs !== undefined) onChange([...timeOff, { fromMs, toMs: fromMs + DAY_MS }])
  }
  return (
    <div className={css['stack']}>
      <h3 className={css['sub']}>{words.timeOff}</h3>
      {timeOff.length === 0 ? (
        <p className={css['faint']}>{words.noTimeOff}</p>
      ) : (
        <p className={css['faint']}>{words.inZone(timeZone)}</p>
      )}
      <ul className={css['list']}>
        {timeOff.map((off, index) => (
          <li key={index} className={css['line']}>
            <InstantField
              label={words.offFrom}
              timeZone={timeZone}
              readOnly={readOnly}
              ms={off.fromMs}
              onChange={(fromMs) => change(index, { fromMs })}
            />
            <InstantField
              label={words.offTo}
              timeZone={timeZone}
              readOnly={readOnly}
              ms={off.toMs}
              error={off.toMs <= off.fromMs ? words.wrong : undefined}
              onChange={(toMs) => change(index, { toMs })}
            />
            {!readOnly && (
              <ActionIcon
                aria-label={words.removeOff(index + 1)}
                onClick={() => onChange(timeOff.filter((_one, at) => at !== index))}
              >
                <IconX size={16} />
              </ActionIcon>
            )}
          </li>
        ))}
      </ul>
      {!readOnly && (
        <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} onClick={add}>
          {words.addTimeOff}
        </Button>
      )}
    </div>
  )
}

/** Shows what is typed until it is left: a year is none while its figures are still coming. */
function InstantField(props: {
  readonly label: string
  readonly timeZone: string
  readonly readOnly: boolean
  readonly ms: number
  readonly error?: string | undefined
  readonly onChange: (ms: number) => void
}) {
  const { label, timeZone, readOnly, ms, error, onChange } = props
  const [typed, setTyped] = useState<string>()
  return (
    <TextInput
      type="datetime-local"
      label={label}
      disabled={readOnly}
      value={typed ?? toLocalField(ms, timeZone)}
      error={error}
      onChange={({ currentTarget }) => {
        setTyped(currentTarget.value)
        const next = fromLocalField(currentTarget.value, timeZone)
        if (next !== undefined) onChange(next)
      }}
      onBlur={() => setTyped(undefined)}
    />
  )
}
