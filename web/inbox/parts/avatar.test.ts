import { expect, it } from 'vitest'
import { initialsOf } from './avatar.tsx'

it.each([
  ['Ada Lovelace', 'AL'],
  ['ada', 'A'],
  ['Chloé de la Martin', 'CM'],
  ['سارة الأحمد', 'سا'],
  // All numbers of a country begin alike.
  ['+4915112345602', '02'],
  ['+49 (151) 1234-56-7', '67'],
  ['Route 66', 'R6'],
  ['7', '7'],
  ['…', '?'],
])('%s is shown as %s', (name, letters) => {
  expect(initialsOf(name)).toBe(letters)
})
