import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countSegments } from './text-segments.ts'

const RULES = { gsm7: { single: 160, each: 153 }, ucs2: { single: 70, each: 67 } }
const count = (text: string) => countSegments(text, RULES)

describe('countSegments', () => {
  it.each([
    ['nothing', '', { segments: 0, units: 0, left: 160, encoding: 'gsm7' }],
    ['a short one', 'Hello', { segments: 1, units: 5, left: 155, encoding: 'gsm7' }],
    ['exactly one', 'a'.repeat(160), { segments: 1, units: 160, left: 0, encoding: 'gsm7' }],
    ['one septet more', 'a'.repeat(161), { segments: 2, units: 161, left: 145, encoding: 'gsm7' }],
    ['exactly two', 'a'.repeat(306), { segments: 2, units: 306, left: 0, encoding: 'gsm7' }],
    ['one more than two', 'a'.repeat(307), { segments: 3, units: 307, left: 152, encoding: 'gsm7' }],
    ['an extended sign, which counts twice', '€', { segments: 1, units: 2, left: 158, encoding: 'gsm7' }],
    [
      'extended signs up to the limit',
      '€'.repeat(80),
      { segments: 1, units: 160, left: 0, encoding: 'gsm7' },
    ],
    [
      'extended signs that are not parted',
      '€'.repeat(81),
      { segments: 2, units: 162, left: 143, encoding: 'gsm7' },
    ],
    ['other letters', 'Привет', { segments: 1, units: 6, left: 64, encoding: 'ucs2' }],
    [
      'one letter that makes all of it long',
      `${'a'.repeat(69)}ж`,
      { segments: 1, units: 70, left: 0, encoding: 'ucs2' },
    ],
    ['71 of them', 'ж'.repeat(71), { segments: 2, units: 71, left: 63, encoding: 'ucs2' }],
    ['pairs up to the limit', '👍'.repeat(35), { segments: 1, units: 70, left: 0, encoding: 'ucs2' }],
    ['pairs that are not parted', '👍'.repeat(36), { segments: 2, units: 72, left: 61, encoding: 'ucs2' }],
  ])('counts %s', (_, text, expected) => {
    expect(count(text)).toEqual(expected)
  })

  it('knows every sign of both tables, and no other', () => {
    for (const sign of '@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà')
      expect(count(sign)).toMatchObject({ units: 1, encoding: 'gsm7' })
    for (const sign of '^{}\\[~]|€\f') expect(count(sign)).toMatchObject({ units: 2, encoding: 'gsm7' })
    for (const sign of '`çœ“”’…–áíó\t') expect(count(sign).encoding).toBe('ucs2')
  })

  it('never needs fewer segments for more text, and leaves less than a segment', () => {
    const texts = fc.array(fc.constantFrom('a', '€', '\n', 'ж', '👍', ' '), { maxLength: 400 })
    fc.assert(
      fc.property(texts, fc.constantFrom('a', '€', '👍'), (parts, more) => {
        const text = parts.join('')
        const before = count(text)
        const after = count(text + more)
        expect(after.segments).toBeGreaterThanOrEqual(before.segments)
        expect(before.left).toBeGreaterThanOrEqual(0)
        const { each, single } = RULES[before.encoding]
        expect(before.left).toBeLessThanOrEqual(single)
        if (before.segments > 1)
          expect(before.segments * each).toBeGreaterThanOrEqual(before.units + before.left)
      }),
    )
  })
})
