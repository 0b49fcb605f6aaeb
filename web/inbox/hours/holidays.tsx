import { Button, TextInput } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { useState } from 'react'
import { dateOf } from '../parts/time.ts'
import css from '../routing/fields.module.css'
import { routingText } from '../text/routing-text.ts'

/** Days off, as local dates. */
export function Holidays(props: {
  readonly dates: readonly string[]
  readonly readOnly?: boolean
  readonly onChange: (dates: readonly string[]) => void
}) {
  const { dates, readOnly = false, onChange } = props
  const words = routingText.hours
  const [typed, setTyped] = useState('')
  const add = () => {
    if (typed !== '') onChange([...new Set([...dates, typed])].sort())
    setTyped('')
  }
  return (
    <div className={css['stack']}>
      {dates.length === 0 && <p className={css['faint']}>{words.noHolidays}</p>}
      <ul className={css['chips']}>
        {dates.map((date) => (
          <li key={date} className={css['chip']}>
            {dateOf(`${date}T12:00:00`)}
            {!readOnly && (
              <button
                type="button"
                aria-label={words.removeHoliday(dateOf(`${date}T12:00:00`))}
                onClick={() => onChange(dates.filter((other) => other !== date))}
              >
                <IconX size={13} stroke={2.2} />
              </button>
            )}
          </li>
        ))}
      </ul>
      {!readOnly && (
        <div className={css['line']}>
          <TextInput
            type="date"
            label={words.day}
            value={typed}
            onChange={({ currentTarget }) => setTyped(currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return
              event.preventDefault()
              add()
            }}
          />
          <Button size="sm" variant="default" disabled={typed === ''} onClick={add}>
            {words.addHoliday}
          </Button>
        </div>
      )}
    </div>
  )
}
