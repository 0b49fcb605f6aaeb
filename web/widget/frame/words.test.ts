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
  expect(language.bytes(3)).toBe('0.1 KB')
  expect(language.bytes(1_572_864)).toBe('1.5 MB')
})
