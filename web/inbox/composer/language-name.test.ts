import { expect, it } from 'vitest'
import { languageName } from './language-name.ts'

it.each([
  ['sv', 'Swedish'],
  ['pt_BR', 'Brazilian Portuguese'],
  ['zh-Hant', 'Traditional Chinese'],
  ['not a language', 'not a language'],
  ['', ''],
])('%j is called %j', (code, name) => {
  expect(languageName(code)).toBe(name)
})
