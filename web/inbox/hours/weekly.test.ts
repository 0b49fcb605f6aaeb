import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { WeeklyHours } from '../../../src/domain/routing/hours.ts'
import { CELL_MINUTES, cellState, clockTime, minuteOf, paint, spansOf, tidySpans } from './weekly.ts'

const OFFICE: readonly WeeklyHours[] = [{ weekday: 1, fromMinute: 540, toMinute: 1020 }]

describe('a week of working hours', () => {
  it('joins what is painted beside or over other hours', () => {
    const week = paint(OFFICE, 1, { fromMinute: 1020, toMinute: 1080 }, true)
    expect(spansOf(week, 1)).toEqual([{ fromMinute: 540, toMinute: 1080 }])
  })

  it('splits hours when a break is taken out of them', () => {
    const week = paint(OFFICE, 1, { fromMinute: 720, toMinute: 780 }, false)
    expect(spansOf(week, 1)).toEqual([
      { fromMinute: 540, toMinute: 720 },
      { fromMinute: 780, toMinute: 1020 },
    ])
  })

  it('leaves other days alone', () => {
    const week = paint(OFFICE, 2, { fromMinute: 0, toMinute: 30 }, true)
    expect(spansOf(week, 1)).toEqual(spansOf(OFFICE, 1))
  })

  it('says which cells are worked, wholly or in part', () => {
    const spans = [{ fromMinute: 545, toMinute: 600 }]
    expect(cellState(spans, 17)).toBe('none')
    expect(cellState(spans, 18)).toBe('part')
    expect(cellState(spans, 19)).toBe('full')
  })

  it('paints cells as a set would hold them', () => {
    const strokes = fc.array(fc.record({ cell: fc.integer({ min: 0, max: 47 }), on: fc.boolean() }), {
      maxLength: 40,
    })
    fc.assert(
      fc.property(strokes, (list) => {
        const set = new Set<number>()
        let week: readonly WeeklyHours[] = []
        for (const { cell, on } of list) {
          const from = cell * CELL_MINUTES
          week = paint(week, 3, { fromMinute: from, toMinute: from + CELL_MINUTES }, on)
          if (on) set.add(cell)
          else set.delete(cell)
        }
        const spans = spansOf(week, 3)
        for (let cell = 0; cell < 48; cell += 1) {
          expect(cellState(spans, cell)).toBe(set.has(cell) ? 'full' : 'none')
        }
        expect(tidySpans(spans)).toEqual(spans)
      }),
    )
  })

  it.each([
    [0, '00:00'],
    [575, '09:35'],
    [1440, '24:00'],
  ])('writes minute %i as %s and reads it again', (minute, time) => {
    expect(clockTime(minute)).toBe(time)
    expect(minuteOf(time)).toBe(minute)
  })

  it.each(['', '9', '24:01', '12:60', 'noon'])('does not take %s for a time', (typed) => {
    expect(minuteOf(typed)).toBeUndefined()
  })
})
