import type { KeyboardEvent } from 'react'
import { useEffect, useId, useRef, useState } from 'react'
import type { WeeklyHours } from '../../../src/domain/routing/hours.ts'
import { cx } from '../parts/class-names.ts'
import { routingText } from '../text/routing-text.ts'
import css from './week-grid.module.css'
import { CELL_MINUTES, CELLS, cellState, clockTime, paint, spansOf, WEEKDAYS } from './weekly.ts'

const STATES = { full: 'works', part: 'partly', none: 'closed' } as const
const HOUR_LABELS = [0, 4, 8, 12, 16, 20]

interface Place {
  readonly row: number
  readonly cell: number
}

/** The week in half hours: painted with the mouse, or walked and switched with the keyboard. */
export function WeekGrid(props: {
  readonly weekly: readonly WeeklyHours[]
  readonly readOnly: boolean
  readonly onChange: (weekly: readonly WeeklyHours[]) => void
}) {
  const { weekly, readOnly, onChange } = props
  const words = routingText.hours
  const hint = useId()
  const table = useRef<HTMLTableElement>(null)
  const [at, setAt] = useState<Place>({ row: 0, cell: 18 })
  const brush = useRef<boolean>(undefined)
  /** Several strokes may come between two drawings. */
  const latest = useRef(weekly)
  latest.current = weekly
  useEffect(() => {
    const stop = () => {
      brush.current = undefined
    }
    window.addEventListener('pointerup', stop)
    return () => window.removeEventListener('pointerup', stop)
  }, [])

  const isOn = ({ row, cell }: Place) => cellState(spansOf(weekly, dayOf(row)), cell) === 'full'
  const set = (places: readonly Place[], on: boolean) => {
    if (readOnly) return
    latest.current = places.reduce(
      (week, { row, cell }) =>
        paint(week, dayOf(row), { fromMinute: cell * CELL_MINUTES, toMinute: (cell + 1) * CELL_MINUTES }, on),
      latest.current,
    )
    onChange(latest.current)
  }
  const focus = (place: Place) => {
    setAt(place)
    table.current?.querySelector<HTMLElement>(`[data-cell="${place.row}-${place.cell}"]`)?.focus()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === ' ' || event.key === 'Enter') {
      event.preventDefault()
      return set([at], !isOn(at))
    }
    const next = walked(at, event)
    if (!next) return
    event.preventDefault()
    // Shift spreads what the cell is that one comes from.
    if (event.shiftKey && next.row === at.row) set([at, next], isOn(at))
    else if (event.shiftKey) set([next], isOn(at))
    focus(next)
  }
  return (
    <>
      <div className={css['scroller']}>
        <table
          ref={table}
          role="grid"
          aria-label={words.grid}
          aria-describedby={hint}
          className={css['grid']}
        >
          <thead>
            <tr>
              <td className={css['corner']} />
              {HOUR_LABELS.map((hour) => (
                <th key={hour} scope="col" colSpan={8} className={css['hour']}>
                  {clockTime(hour * 60)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody onKeyDown={onKeyDown}>
            {WEEKDAYS.map((weekday, row) => {
              const spans = spansOf(weekly, weekday)
              const day = words.days[weekday] ?? ''
              return (
                <tr key={weekday}>
                  <th scope="row" className={css['day']}>
                    <abbr title={day}>{words.shortDays[weekday]}</abbr>
                  </th>
                  {Array.from({ length: CELLS }, (_, cell) => {
                    const state = cellState(spans, cell)
                    const from = clockTime(cell * CELL_MINUTES)
                    const to = clockTime((cell + 1) * CELL_MINUTES)
                    return (
                      <td
                        key={cell}
                        role="gridcell"
                        data-cell={`${row}-${cell}`}
                        data-state={state}
                        tabIndex={at.row === row && at.cell === cell ? 0 : -1}
                        aria-selected={state === 'full'}
                        aria-label={words.cell(day, from, to, words[STATES[state]])}
                        title={`${from}–${to}`}
                        className={cx(css['cell'], cell % 2 === 0 && css['full-hour'])}
                        onPointerDown={(event) => {
                          if (event.button !== 0 || event.pointerType === 'touch') return
                          brush.current = state !== 'full'
                          setAt({ row, cell })
                          set([{ row, cell }], brush.current)
                        }}
                        onPointerEnter={() => {
                          if (brush.current !== undefined) set([{ row, cell }], brush.current)
                        }}
                        onPointerUp={(event) => {
                          // A finger that moves scrolls; one that taps switches.
                          if (event.pointerType === 'touch') set([{ row, cell }], state !== 'full')
                        }}
                      />
                    )
                  })}
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      {!readOnly && (
        <p id={hint} className={css['hint']}>
          {words.gridHint}
        </p>
      )}
    </>
  )
}

const dayOf = (row: number): number => WEEKDAYS[row] ?? 0

/** Where a key leads; undefined for keys that lead nowhere. */
function walked({ row, cell }: Place, { key, ctrlKey }: KeyboardEvent): Place | undefined {
  const rtl = document.dir === 'rtl' ? -1 : 1
  const within = (place: Place): Place => ({
    row: Math.max(0, Math.min(WEEKDAYS.length - 1, place.row)),
    cell: Math.max(0, Math.min(CELLS - 1, place.cell)),
  })
  switch (key) {
    case 'ArrowRight':
      return within({ row, cell: cell + rtl })
    case 'ArrowLeft':
      return within({ row, cell: cell - rtl })
    case 'ArrowDown':
      return within({ row: row + 1, cell })
    case 'ArrowUp':
      return within({ row: row - 1, cell })
    case 'Home':
      return within({ row: ctrlKey ? 0 : row, cell: 0 })
    case 'End':
      return within({ row: ctrlKey ? WEEKDAYS.length - 1 : row, cell: CELLS - 1 })
    default:
      return undefined
  }
}
