import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { calendarText } from './calendar.ts'

const event = (method: string, ...lines: readonly string[]): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    `METHOD:${method}`,
    'BEGIN:VEVENT',
    'UID:1',
    ...lines,
    'END:VEVENT',
    'END:VCALENDAR',
  ].join('\r\n')

describe('an invitation in words', () => {
  it('says what, when with its time zone, where, by whom, and who comes', () => {
    const ics = event(
      'REQUEST',
      'SUMMARY:Visit\\, and tea',
      'DTSTART;TZID=Europe/Berlin:20260302T100000',
      'DTEND;TZID=Europe/Berlin:20260302T113000',
      'LOCATION:Room 5',
      'ORGANIZER;CN=Ada Byron:mailto:ada@example.org',
      'ATTENDEE;CN=Charles;PARTSTAT=ACCEPTED:mailto:charles@example.org',
      'ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:help@example.org',
    )
    expect(calendarText(ics)).toBe(
      [
        'Invitation: Visit, and tea',
        'When: 2026-03-02 10:00 – 11:30 (Europe/Berlin)',
        'Where: Room 5',
        'Organiser: Ada Byron <ada@example.org>',
        'Attendees: Charles <charles@example.org> (accepted), help@example.org (no answer yet)',
      ].join('\n'),
    )
  })

  it.each([
    [
      'REPLY',
      ['DTSTART:20260302T090000Z'],
      'Answer to an invitation: without a title\nWhen: 2026-03-02 09:00 (UTC)',
    ],
    ['CANCEL', ['SUMMARY:X', 'DTSTART;VALUE=DATE:20260302'], 'Cancelled: X\nWhen: 2026-03-02'],
    [
      'REQUEST',
      ['SUMMARY:X', 'DTSTART:20260302T090000Z', 'RRULE:FREQ=DAILY'],
      'Invitation: X\nWhen: 2026-03-02 09:00 (UTC), repeated',
    ],
    [
      'PUBLISH',
      ['SUMMARY:X', 'DTSTART:20260302T090000', 'DTEND:20260303T090000'],
      'Event: X\nWhen: 2026-03-02 09:00 – 2026-03-03 09:00 (local time)',
    ],
  ])('is told by its method %s', (method, lines, text) => {
    expect(calendarText(event(method, ...lines))).toBe(text)
  })

  it('is undefined, not an error, for anything else', () => {
    expect(calendarText('')).toBeUndefined()
    expect(calendarText('BEGIN:VCALENDAR\r\nEND:VCALENDAR')).toBeUndefined()
    expect(calendarText('x'.repeat(1_000_000))).toBeUndefined()
    const line = fc.oneof(
      fc.constantFrom(
        'BEGIN:VEVENT',
        'END:VEVENT',
        'DTSTART:2026',
        'DTSTART;TZID=:x',
        'ATTENDEE:',
        'BEGIN:VTIMEZONE',
      ),
      fc.string({ maxLength: 20 }),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        expect(typeof calendarText(event('REQUEST', ...lines))).toMatch(/^(?:string|undefined)$/)
      }),
    )
  })
})
