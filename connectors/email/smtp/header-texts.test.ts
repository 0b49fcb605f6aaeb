import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fileName, fileType, isLetterId, oneLine, trimReferences, wellFormed } from './header-texts.ts'

const wild = fc.string({ unit: 'binary', maxLength: 400 })
const CONTROL = /[\p{Cc}\u2028\u2029]/u

describe('texts on their way into a header', () => {
  it('are one line of whole characters, whatever they were', () => {
    fc.assert(
      fc.property(wild, (text) => {
        expect(oneLine(text)).not.toMatch(CONTROL)
        expect(oneLine(text).isWellFormed()).toBe(true)
        expect(wellFormed(text).length).toBe(text.length)
      }),
    )
    expect(oneLine('a\r\nBcc: eve@evil.example')).toBe('a Bcc: eve@evil.example')
    expect(oneLine('plain text – as it is 👍')).toBe('plain text – as it is 👍')
  })

  it('make file names that are only names, shortened before their ending', () => {
    fc.assert(
      fc.property(wild, (text) => {
        const name = fileName(text)
        expect(name).not.toMatch(CONTROL)
        expect(name).not.toMatch(/[/\\\u202a-\u202e\u2066-\u2069]/)
        expect(name.length).toBeGreaterThan(0)
        expect(name.length).toBeLessThanOrEqual(200)
        expect(name.isWellFormed()).toBe(true)
      }),
    )
    expect(fileName('../../etc/passwd')).toBe('_.._etc_passwd')
    expect(fileName('bill\u202Efdp.exe')).toBe('billfdp.exe')
    expect(fileName('…')).toBe('…')
    expect(fileName('\r\n')).toBe('file')
    expect(fileName(`${'long '.repeat(100)}.pdf`)).toMatch(/^long .*\.pdf$/)
  })

  it.each([
    ['image/png', 'image/png'],
    ['Text/Plain; charset=utf-8', 'text/plain'],
    ['message/rfc822', 'application/octet-stream'],
    ['multipart/mixed; boundary=x', 'application/octet-stream'],
    ['text/html\r\nBcc: eve@evil.example', 'application/octet-stream'],
    ['', 'application/octet-stream'],
    ['text', 'application/octet-stream'],
  ])('make of the type %j %j', (given, type) => {
    expect(fileType(given)).toBe(type)
  })
})

describe('references', () => {
  const ids = fc.array(
    fc.oneof(
      fc.stringMatching(/^[!-;=?-~]{1,260}$/),
      fc.constantFrom('<a@b>', 'a b@c', 'a\r\nBcc: eve@evil.example', '', 'ü@x', 'a@b\u0000'),
      fc.constantFrom('root@x', 'second@x', 'third@x'),
    ),
    { maxLength: 60 },
  )
  const header = (kept: readonly string[]): string => kept.map((id) => `<${id}>`).join(' ')

  it('keep the root and the newest, in order, each once, within the limits', () => {
    fc.assert(
      fc.property(ids, (given) => {
        const sound = [...new Set(given.filter(isLetterId))]
        const kept = trimReferences(given)
        expect(kept.length).toBeLessThanOrEqual(20)
        expect(header(kept).length).toBeLessThanOrEqual(900)
        expect(sound.filter((id) => kept.includes(id))).toEqual(kept)
        expect(kept[0]).toBe(sound[0])
        expect(kept.at(-1)).toBe(sound.at(-1))
      }),
      { numRuns: 500 },
    )
  })

  it('are not trimmed while they fit', () => {
    const twenty = Array.from({ length: 20 }, (_, index) => `m${index}@shop.example`)
    expect(trimReferences(twenty)).toEqual(twenty)
    expect(trimReferences([...twenty, 'newest@x'])).toEqual([twenty[0], ...twenty.slice(2), 'newest@x'])
  })

  it('of a hundred thousand are trimmed at once', () => {
    const many = Array.from({ length: 100_000 }, (_, index) => `${index}@evil.example`)
    expect(trimReferences(many)).toHaveLength(20)
  })
})
