import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readFileRef, writeFileRef } from './file-ref.ts'

const place = { mailbox: 'INBOX', uidValidity: '17', uid: 4, part: '2.1', encoding: 'base64' }

describe('the name of a file in a mailbox', () => {
  it('is read as it was written', () => {
    for (const part of ['', '1', '2.13.1']) {
      expect(readFileRef(writeFileRef({ ...place, part }))).toEqual({ ...place, part })
    }
  })

  it.each([
    { part: '1 BODY[]' },
    { part: '1.' },
    { part: 'TEXT' },
    { uid: 0 },
    { uid: 1.5 },
    { uid: 2 ** 33 },
    { uidValidity: '' },
    { uidValidity: '1 2' },
    { mailbox: '' },
    { mailbox: 'INBOX\r\nA DELETE INBOX' },
  ])('is refused with %j', (change) => {
    expect(readFileRef(writeFileRef({ ...place, ...change }))).toBeUndefined()
  })

  it('is never read out of anything else, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const read = readFileRef(text)
        if (read) expect(/^(\d+(\.\d+)*)?$/.test(read.part)).toBe(true)
      }),
    )
  })
})
