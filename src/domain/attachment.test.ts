import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ATTACHMENT_NAME_LENGTH, displayNameOf } from './attachment.ts'

const names = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: 'grapheme', maxLength: 400 }),
  fc.string({
    unit: fc.constantFrom('😀', 'a', '.', '/', '\\', '\u202e', '\u0000', '\n', ' ', 'é', '\ud83d'),
    maxLength: 600,
  }),
)

describe('displayNameOf', () => {
  it('gives every name a form fit for a page and a header', () => {
    fc.assert(
      fc.property(names, (name) => {
        const shown = displayNameOf(name)
        expect(shown).not.toBe('')
        expect(shown.length).toBeLessThanOrEqual(ATTACHMENT_NAME_LENGTH)
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}/\\]/u)
        expect(shown.isWellFormed()).toBe(true)
        expect(['.', '..']).not.toContain(shown)
      }),
      { numRuns: 2_000 },
    )
  })

  it('changes nothing when asked again', () => {
    fc.assert(
      fc.property(names, (name) => {
        expect(displayNameOf(displayNameOf(name))).toBe(displayNameOf(name))
      }),
    )
  })

  it.each([
    ['photo.jpg', 'photo.jpg'],
    ['../../etc/passwd', '.. .. etc passwd'],
    ['invoice\u202egnp.exe', 'invoice gnp.exe'],
    ['', 'file'],
    ['..', 'file'],
    ['été 2026.pdf', 'été 2026.pdf'],
  ])('shows %j as %j', (name, shown) => {
    expect(displayNameOf(name)).toBe(shown)
  })

  it('keeps the ending of a name that is too long', () => {
    const shown = displayNameOf(`${'😀'.repeat(300)}.pdf`)
    expect(shown.endsWith('….pdf')).toBe(true)
    expect(shown.isWellFormed()).toBe(true)
  })
})
