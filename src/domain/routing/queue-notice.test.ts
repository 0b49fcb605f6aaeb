import { describe, expect, it } from 'vitest'
import { queueNotice } from './queue-notice.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

describe('what a waiting visitor is told', () => {
  it.each([
    [{ place: 1 }, 'You are next.'],
    [{ place: 4 }, 'You are number 4 in the queue.'],
    [{ place: 1, waitMs: [0, 0] }, 'You are next. Somebody will be with you in a moment.'],
    [{ place: 2, waitMs: [MINUTE, MINUTE] }, 'You are number 2 in the queue. It should take about 1 minute.'],
    [
      { place: 2, waitMs: [0, 3 * MINUTE] },
      'You are number 2 in the queue. It should take about 1–3 minutes.',
    ],
    [
      { place: 1_200, waitMs: [90 * MINUTE, 3 * HOUR] },
      'You are number 1,200 in the queue. It should take about 2–3 hours.',
    ],
  ] as const)('%j in English', (place, text) => {
    expect(queueNotice(place, ['en-GB'])).toBe(text)
  })

  it('is said in the first language that we speak', () => {
    const place = { place: 3, waitMs: [5 * MINUTE, 8 * MINUTE] } as const
    expect(queueNotice(place, ['pt-BR', 'de-AT', 'en'])).toBe(
      'Sie sind Nummer 3 in der Warteschlange. Es dauert voraussichtlich etwa 5–8 Minuten.',
    )
    expect(queueNotice(place, ['sv'])).toContain('Du har nummer 3 i kön.')
    for (const language of ['fr', 'es', 'ar']) expect(queueNotice(place, [language])).not.toContain('You')
    for (const strange of ['constructor', '__proto__', '', '*']) {
      expect(queueNotice(place, [strange])).toContain('You are number 3')
    }
    expect(queueNotice(place, [])).toContain('You are number 3')
  })

  it('never leaves a gap in its words', () => {
    for (const language of ['en', 'de', 'fr', 'es', 'sv', 'ar']) {
      expect(queueNotice({ place: 7, waitMs: [MINUTE, 9 * MINUTE] }, [language])).not.toMatch(/[{}]/)
    }
  })
})
