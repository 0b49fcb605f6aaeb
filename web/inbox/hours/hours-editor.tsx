import { Button, Select } from '@mantine/core'
import type { WorkingHours } from '../../../src/domain/routing/hours.ts'
import { Overtaken } from '../groups/draft-bar.tsx'
import type { Draft } from '../parts/use-draft.ts'
import css from '../routing/fields.module.css'
import { routingText } from '../text/routing-text.ts'
import { ExactTimes } from './exact-times.tsx'
import { Holidays } from './holidays.tsx'
import { TimeOffList } from './time-off-list.tsx'
import { WeekGrid } from './week-grid.tsx'
import { DAY_MINUTES, spansOf, WEEKDAYS, weeklyMinutes, withDay } from './weekly.ts'
import { isTimeZone, ownTimeZone, timeZones } from './zone-time.ts'

const MOST_ZONES_SHOWN = 60
const WORKDAYS = [1, 2, 3, 4, 5] as const
const OFFICE = { fromMinute: 540, toMinute: 1_020 }

/** Hours to begin with: an office week, by the clock of this browser. */
export const NEW_HOURS = (): WorkingHours => ({
  timeZone: ownTimeZone(),
  weekly: WORKDAYS.map((weekday) => ({ weekday, ...OFFICE })),
  timeOff: [],
  holidays: [],
})

/** When an agent, a team or the workspace works. */
export function HoursEditor(props: {
  readonly draft: Draft<WorkingHours>
  readonly busy: boolean
  readonly readOnly: boolean
  /** Without time off, which agents and teams have, and a workspace has not. */
  readonly weekOnly: boolean
  readonly onSave: (schedule: WorkingHours) => void
}) {
  const { draft, busy, readOnly, weekOnly, onSave } = props
  const words = routingText.hours
  const schedule = draft.value
  const { timeZone, weekly } = schedule
  const change = (part: Partial<WorkingHours>) => draft.set({ ...schedule, ...part })
  const wrong =
    weekly.some(({ fromMinute, toMinute }) => toMinute <= fromMinute) ||
    schedule.timeOff.some(({ fromMs, toMs }) => toMs <= fromMs) ||
    !isTimeZone(timeZone)
  const hours = Math.round(weeklyMinutes(weekly) / 6) / 10
  return (
    <fieldset disabled={readOnly} className={css['fieldset']}>
      <div className={css['stack']}>
        <Select
          searchable
          allowDeselect={false}
          limit={MOST_ZONES_SHOWN}
          disabled={readOnly}
          label={words.zone}
          value={timeZone}
          error={isTimeZone(timeZone) ? undefined : words.zoneUnknown}
          data={[...new Set([timeZone, ...timeZones()])]}
          onChange={(zone) => zone && change({ timeZone: zone })}
        />
        <div className={css['wide']}>
          <WeekGrid weekly={weekly} readOnly={readOnly} onChange={(next) => change({ weekly: next })} />
        </div>
        {!readOnly && (
          <div className={css['line']}>
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => change({ weekly: WORKDAYS.map((weekday) => ({ weekday, ...OFFICE })) })}
            >
              {words.office}
            </Button>
            <Button
              size="compact-xs"
              variant="default"
              onClick={() =>
                change({
                  weekly: WEEKDAYS.map((weekday) => ({ weekday, fromMinute: 0, toMinute: DAY_MINUTES })),
                })
              }
            >
              {words.always}
            </Button>
            <Button
              size="compact-xs"
              variant="default"
              onClick={() =>
                change({
                  weekly: WORKDAYS.reduce((week, day) => withDay(week, day, spansOf(weekly, 1)), weekly),
                })
              }
            >
              {words.copy}
            </Button>
            <Button size="compact-xs" variant="default" onClick={() => change({ weekly: [] })}>
              {words.clear}
            </Button>
            <span role="status" className={css['faint']}>
              {words.total(String(hours))}
            </span>
          </div>
        )}
        <ExactTimes weekly={weekly} readOnly={readOnly} onChange={(next) => change({ weekly: next })} />
        {!weekOnly && (
          <TimeOffList
            timeOff={schedule.timeOff}
            timeZone={isTimeZone(timeZone) ? timeZone : 'UTC'}
            readOnly={readOnly}
            onChange={(timeOff) => change({ timeOff })}
          />
        )}
        <div className={css['stack']}>
          <h3 className={css['sub']}>{words.holidays}</h3>
          <Holidays
            dates={schedule.holidays}
            readOnly={readOnly}
            onChange={(holidays) => change({ holidays })}
          />
        </div>
        {!readOnly && (
          <div className={css['line']}>
            <Button
              loading={busy}
              disabled={wrong}
              onClick={() => {
                draft.noteSent(schedule)
                onSave(schedule)
              }}
            >
              {words.save}
            </Button>
            <Overtaken draft={draft} />
            <span role="status" className={css['faint']}>
              {wrong && words.fixFirst}
            </span>
          </div>
        )}
      </div>
    </fieldset>
  )
}
