import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countSegments } from '../../../src/domain/text-segments.ts'
import { segmentsOf } from './segments.ts'

const RULES = { gsm7: { single: 160, each: 153 }, ucs2: { single: 70, each: 67 } }
const count = (text: string) => segmentsOf(text, RULES)

describe('the segments of a text', () => {
  it('are counted in the short alphabet as long as every character is in it', () => {
    expect(count('')).toEqual({ segments: 0, left: 160, encoding: 'gsm7' })
    expect(count('a'.repeat(160))).toEqual({ segments: 1, left: 0, encoding: 'gsm7' })
    expect(count('a'.repeat(161))).toEqual({ segments: 2, left: 145, encoding: 'gsm7' })
    expect(count('€'.repeat(80))).toMatchObject({ segments: 1, left: 0 })
  })

  it('are counted in the long one because of a single character, which is named', () => {
    expect(count('Merci, à bientôt')).toEqual({ segments: 1, left: 54, encoding: 'ucs2', because: 'ô' })
    expect(count(`${'a'.repeat(70)}”`)).toMatchObject({ segments: 2, because: '”' })
    expect(count('👋 hello')).toMatchObject({ because: '👋', left: 62 })
  })

  it('never part an escape from its character, nor the halves of a pair', () => {
    expect(count(`${'a'.repeat(152)}€${'a'.repeat(10)}`)).toMatchObject({ segments: 2, left: 141 })
    expect(count(`${'ж'.repeat(66)}👋${'ж'.repeat(5)}`)).toMatchObject({ segments: 2, left: 60 })
  })

  it('are as many as the server counts', () => {
    const character = fc.constantFrom('a', 'b', ' ', '€', '{', 'ж', '👋', 'é', '\n')
    const text = fc.array(character, { maxLength: 400 }).map((characters) => characters.join(''))
    fc.assert(
      fc.property(text, (typed) => {
        const { units: _units, ...counted } = countSegments(typed, RULES)
        const { because: _because, ...shown } = segmentsOf(typed, RULES)
        expect(shown).toEqual(counted)
      }),
    )
  })
})
