import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { words as english } from './locales/en.ts'
import { chooseLocale, languageOf, loadLanguage } from './words.ts'

const OTHERS = ['ar', 'de', 'es', 'fr', 'sv']
const placesOf = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort()

beforeAll(() => void vi.stubGlobal('navigator', { languages: ['en-GB'] }))
afterAll(() => void vi.unstubAllGlobals())

describe.each(OTHERS)('%s', (code) => {
  it('has every word, with the same places to fill', async () => {
    const { words } = await loadLanguage(code)
    expect(Object.keys(words).sort()).toEqual(Object.keys(english).sort())
    for (const [key, text] of Object.entries(english)) {
      expect(placesOf(words[key as keyof typeof english])).toEqual(placesOf(text))
    }
  })
})

it('chooses the first language that we speak', () => {
  expect(chooseLocale([undefined, 'auto', 'pt-BR', 'sv-SE', 'de'])).toBe('sv')
  expect(chooseLocale(['constructor', '__proto__', ''])).toBe('en')
})

it('fills places, and names days', () => {
  const language = languageOf('en', english)
  const noon = new Date(2026, 10, 23, 12).getTime()
  expect(language.say('typing', { name: 'Maya' })).toBe('Maya is writing…')
  expect(language.day(noon - 3_600_000, noon)).toBe('Today')
  expect(language.day(noon - 86_400_000, noon)).toBe('Yesterday')
  expect(language.day(noon - 3 * 86_400_000, noon)).toMatch(/Friday/)
})

it.each([
  ['en', ['0 bytes', '1 byte', '12 bytes', '1 kB', '1.2 kB', '1.5 MB', '25 MB']],
  ['de', ['0 Byte', '1 Byte', '12 Byte', '1 kB', '1,2 kB', '1,5 MB', '25 MB']],
  ['fr', ['0 octet', '1 octet', '12 octets', '1 ko', '1,2 ko', '1,5 Mo', '25 Mo']],
])('writes sizes as one does in %s', (code, written) => {
  const { bytes } = languageOf(code, english)
  const sizes = [0, 1, 12, 1_024, 1_229, 1_572_864, 25 * 1_048_576]
  expect(sizes.map((size) => bytes(size).replace(/\s/g, ' '))).toEqual(written)
})
