import { ActionIcon, TextInput } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import type { WeeklyHours } from '../../../src/domain/routing/hours.ts'
import { routingText } from '../text/routing-text.ts'
import css from './exact-times.module.css'
import type { Span } from './weekly.ts'
import { clockTime, DAY_MINUTES, minuteOf, spansOf, WEEKDAYS, withDay } from './weekly.ts'

/** The same week as times to the minute, for hours that are no half ones, and for small screens. */
export function ExactTimes(props: {
  readonly weekly: readonly WeeklyHours[]
  readonly readOnly: boolean
  readonly onChange: (weekly: readonly WeeklyHours[]) => void
}) {
  const { weekly, readOnly, onChange } = props
  const words = routingText.hours
  return (
    <details className={css['exact']}>
      <summary>{words.exact}</summary>
      <ul className={css['days']}>
        {WEEKDAYS.map((weekday) => {
          const day = words.days[weekday] ?? ''
          const spans = spansOf(weekly, weekday)
          const change = (next: readonly Span[]) => onChange(withDay(weekly, weekday, next))
          return (
            <li key={weekday} className={css['day']}>
              <span className={css['name']}>{day}</span>
              <span className={css['spans']}>
                {spans.length === 0 && <span className={css['faint']}>{words.closed}</span>}
                {spans.map((span, index) => (
                  <SpanFields
                    key={index}
                    day={day}
                    number={index + 1}
                    span={span}
                    readOnly={readOnly}
                    onChange={(next) => change(spans.map((one, at) => (at === index ? next : one)))}
                    onRemove={() => change(spans.filter((_one, at) => at !== index))}
                  />
                ))}
              </span>
              {!readOnly && (
                <ActionIcon
                  aria-label={words.addSpan(day)}
                  onClick={() => change([...spans, freeSpan(spans)])}
                >
                  <IconPlus size={16} />
                </ActionIcon>
              )}
            </li>
          )
        })}
      </ul>
    </details>
  )
}

/** Hours that do not meet those that are there. */
function freeSpan(spans: readonly Span[]): Span {
  const last = spans.at(-1)
  if (!last) return { fromMinute: 540, toMinute: 1_020 }
  const fromMinute = Math.min(DAY_MINUTES - 30, last.toMinute + 60)
  return { fromMinute, toMinute: Math.min(DAY_MINUTES, fromMinute + 120) }
}

function SpanFields(props: {
  readonly day: string
  readonly number: number
  readonly span: Span
  readonly readOnly: boolean
  readonly onChange: (span: Span) => void
  readonly onRemove: () => void
}) {
  const { day, number, span, readOnly, onChange, onRemove } = props
  const words = routingText.hours
  const wrong = span.toMinute <= span.fromMinute
  return (
    <span className={css['span']}>
      <TimeField
        label={words.from(day, number)}
        minute={span.fromMinute}
        wrong={wrong}
        readOnly={readOnly}
        onChange={(fromMinute) => onChange({ ...span, fromMinute })}
      />
      <span aria-hidden>–</span>
      <TimeField
        label={words.to(day, number)}
        minute={span.toMinute}
        wrong={wrong}
        readOnly={readOnly}
        // The end of the day has no time of its own on a clock.
        onChange={(minute) => onChange({ ...span, toMinute: minute === 0 ? DAY_MINUTES : minute })}
      />
      {!readOnly && (
        <ActionIcon aria-label={words.removeSpan(day, number)} onClick={onRemove}>
          <IconX size={15} />
        </ActionIcon>
      )}
      {wrong && (
        <span role="alert" className={css['wrong']}>
          {words.wrong}
        </span>
      )}
    </span>
  )
}

/** Keeps what is typed until it is a time: a day must not be sorted anew in the middle of typing. */
function TimeField(props: {
  readonly label: string
  readonly minute: number
  readonly wrong: boolean
  readonly readOnly: boolean
  readonly onChange: (minute: number) => void
}) {
  const { label, minute, wrong, readOnly, onChange } = props
  const [typed, setTyped] = useState<string>()
  const learn = () => {
    const next = minuteOf(typed ?? '')
    setTyped(undefined)
    if (next !== undefined && next !== minute) onChange(next)
  }
  return (
    <TextInput
      type="time"
      size="xs"
      className={css['time']}
      aria-label={label}
      disabled={readOnly}
      error={wrong}
      value={typed ?? clockTime(minute % DAY_MINUTES)}
      onChange={({ currentTarget }) => setTyped(currentTarget.value)}
      onBlur={learn}
      onKeyDown={({ key }) => {
        if (key === 'Enter') learn()
      }}
    />
  )
}
