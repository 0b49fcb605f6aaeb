import fc from 'fast-check'
import { expect, it } from 'vitest'
import { accentOn, textOn } from './brand-color.ts'

/** WCAG 2 contrast, written down a second time. */
function contrast(one: string, two: string): number {
  const [low, high] = [one, two]
    .map((color) => (color.length === 4 ? color.replace(/[0-9a-f]/g, '$&$&') : color))
    .map((color) => {
      const [red = 0, green = 0, blue = 0] = [1, 3, 5]
        .map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    })
    .sort((a, b) => a - b) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

const color = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`)

it('text on any brand colour is readable', () => {
  fc.assert(
    fc.property(color, (brand) => {
      expect(contrast(brand, textOn(brand))).toBeGreaterThanOrEqual(4.5)
    }),
  )
})

it('any brand colour, as an accent on our surfaces, is readable', () => {
  fc.assert(
    fc.property(color, fc.constantFrom('#ffffff', '#14181f'), (brand, surface) => {
      expect(contrast(accentOn(brand, surface), surface)).toBeGreaterThanOrEqual(4.45)
    }),
  )
})

it('leaves a colour alone that reads already', () => {
  expect(accentOn('#0e7490', '#ffffff')).toBe('#0e7490')
})
