import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressFault, isOwnAddress, readAddresses, withoutDoubles } from './addresses.ts'

describe('reading addresses', () => {
  it('takes what people paste: names, quotes with commas, several lines', () => {
    expect(
      readAddresses('ada@x.example, "Hopper, Grace" <grace@y.example>;\nBob <bob@z.example>\r\n nonsense'),
    ).toEqual([
      { address: 'ada@x.example' },
      { address: 'grace@y.example', name: 'Hopper, Grace' },
      { address: 'bob@z.example', name: 'Bob' },
      { address: 'nonsense' },
    ])
  })

  it('loses no address, whatever parts them', () => {
    const address = fc
      .tuple(fc.stringMatching(/^[a-z0-9]{1,12}$/), fc.stringMatching(/^[a-z]{1,8}$/))
      .map(([name, place]) => `${name}@${place}.example`)
    const sign = fc.constantFrom(',', ';', '\n', ', ', ' ;\t')
    fc.assert(
      fc.property(fc.array(fc.tuple(address, sign), { maxLength: 20 }), (parts) => {
        const typed = parts.map(([one, by]) => one + by).join('')
        expect(readAddresses(typed).map((one) => one.address)).toEqual(parts.map(([one]) => one))
      }),
    )
  })

  it('never throws, and gives back nothing empty', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (typed) => {
        for (const { address } of readAddresses(typed)) expect(address.trim()).not.toBe('')
      }),
    )
  })
})

describe('what is wrong with an address', () => {
  it.each([
    ['ada@x.example', undefined],
    ['ada+tag.o’neil@x-y.example', undefined],
    ['jürgen@bücher.example', undefined],
    ['ada', 'no-at'],
    ['@x.example', 'no-name'],
    ['ada@', 'no-place'],
    ['ada@x', 'no-place'],
    ['ada@x..example', 'no-place'],
    ['ada b@x.example', 'space'],
    ['a"d@x.example', 'signs'],
    ['ada@x.exam_ple', 'signs'],
    [`${'a'.repeat(65)}@x.example`, 'too-long'],
  ])('%s: %s', (address, fault) => expect(addressFault(address)).toBe(fault))
})

it('knows its own addresses, also with something after a plus', () => {
  const own = ['help@harbour.example', 'sales+se@harbour.example']
  expect(isOwnAddress('Help@Harbour.example', own)).toBe(true)
  expect(isOwnAddress('help+k7w2@harbour.example', own)).toBe(true)
  expect(isOwnAddress('sales+se@harbour.example', own)).toBe(true)
  expect(isOwnAddress('sales@harbour.example', own)).toBe(false)
  expect(isOwnAddress('help@harbour.example.evil.example', own)).toBe(false)
})

it('names each address once', () => {
  expect(withoutDoubles([{ address: 'a@x.example', name: 'A' }, { address: 'A@X.example' }])).toEqual([
    { address: 'a@x.example', name: 'A' },
  ])
})
