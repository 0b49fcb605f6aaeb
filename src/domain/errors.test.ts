import { describe, expect, it } from 'vitest'
import { AppError, ERROR_CATALOGUE, type ErrorCode } from './errors.ts'

const codes = Object.keys(ERROR_CATALOGUE) as ErrorCode[]

describe('the catalogue', () => {
  it('has codes in kebab-case and titles that a person can read, each once', () => {
    for (const code of codes) expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/)
    const titles = codes.map((code) => ERROR_CATALOGUE[code].title)
    expect(new Set(titles).size).toBe(titles.length)
    for (const title of titles) expect(title).toMatch(/^\p{Lu}.{8,}[^.]$/u)
  })

  it('is what every error draws on', () => {
    for (const code of codes) {
      const plain = new AppError(code)
      expect(plain).toMatchObject({ name: 'AppError', code, message: ERROR_CATALOGUE[code].title })
      expect(plain.category).toBe(ERROR_CATALOGUE[code].category)
      expect(new AppError(code, { detail: 'more' }).message).toBe('more')
    }
  })
})
