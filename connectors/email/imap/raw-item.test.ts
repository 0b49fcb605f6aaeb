import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { headerLines, senderOf } from './raw-item.ts'

const sender = (text: string) => senderOf(Buffer.from(text, 'latin1'))

describe('the sender of a raw letter', () => {
  it.each([
    ['From: Ann <Ann@Customer.test>\r\n\r\n', 'ann@customer.test'],
    ['from:ann@customer.test\n\nbody', 'ann@customer.test'],
    ['Subject: x\r\nFrom: "A, <b@c>"\r\n <ann@customer.test>\r\n\r\n', 'ann@customer.test'],
    ['Subject: x\r\n\r\nFrom: late@customer.test\r\n', undefined],
    ['From: nobody\r\n\r\n', undefined],
    ['From: <two words@customer.test>\r\n\r\n', undefined],
    ['', undefined],
  ])('of %j is %s', (text, expected) => {
    expect(sender(text)).toBe(expected)
  })

  it('never throws, and never holds more than an address may', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const found = senderOf(Buffer.concat([Buffer.from('From: '), bytes]))
        expect((found ?? '').length).toBeLessThanOrEqual(320)
      }),
    )
  })

  it('is found without reading far into a header of a hundred megabytes', () => {
    const raw = Buffer.concat([
      Buffer.from('X: '),
      Buffer.alloc(2 ** 20, ' a'),
      Buffer.from('\r\nFrom: a@b.test\r\n\r\n'),
    ])
    expect(senderOf(raw)).toBeUndefined()
  })
})

it('header lines are unfolded, and only of the header', () => {
  const raw = Buffer.from('A: one\r\n two\r\nB: x\r\na: three\r\n\r\nA: four')
  expect(headerLines(raw, 'a')).toEqual(['one two', 'three'])
})
