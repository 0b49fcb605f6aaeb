import fc from 'fast-check'
import { expect, it } from 'vitest'
import { displayNameOf } from '../domain/attachment.ts'
import { contentDisposition } from './attachment-download.ts'

const FORM = /^attachment; filename="([\x20-\x7e]*)"; filename\*=UTF-8''([A-Za-z0-9!#$&+.^_`|~%-]+)$/

it('writes every name into a header that holds nothing else', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 400 }), (name) => {
      const [, plain = '', encoded = ''] =
        FORM.exec(contentDisposition('attachment', displayNameOf(name))) ?? []
      expect(plain).not.toMatch(/["\\]/)
      expect(decodeURIComponent(encoded)).toBe(displayNameOf(name))
    }),
    { numRuns: 500 },
  )
})

it('survives half a surrogate pair', () => {
  expect(contentDisposition('inline', 'a\ud83d.png')).toBe(
    `inline; filename="a_.png"; filename*=UTF-8''a%EF%BF%BD.png`,
  )
  expect(contentDisposition('attachment', `O'Neil (1).txt`)).toContain("UTF-8''O%27Neil%20%281%29.txt")
})
