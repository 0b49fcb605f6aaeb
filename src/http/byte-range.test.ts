import { Readable } from 'node:stream'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { rangeOf, sliced } from './byte-range.ts'

it.each([
  ['bytes=0-', 10, { from: 0, to: 9 }],
  ['bytes=2-4', 10, { from: 2, to: 4 }],
  ['bytes=2-400', 10, { from: 2, to: 9 }],
  ['bytes=9-9', 10, { from: 9, to: 9 }],
  ['bytes=-3', 10, { from: 7, to: 9 }],
  ['bytes=-30', 10, { from: 0, to: 9 }],
  ['bytes=10-', 10, 'unsatisfiable'],
  ['bytes=-0', 10, 'unsatisfiable'],
  ['bytes=0-', 0, 'unsatisfiable'],
])('%s of %i bytes', (header, size, range) => {
  expect(rangeOf(header, size)).toEqual(range)
})

it.each([
  undefined,
  '',
  'bytes=',
  'bytes=-',
  'bytes=4-2',
  'bytes=0-1,3-4',
  'lines=1-2',
  'bytes=a-b',
  'bytes=1',
])('the whole file is the answer to %j', (header) => {
  expect(rangeOf(header, 10)).toBeUndefined()
})

it('a stretch is that of the whole, however it comes in pieces', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 9 }), { minLength: 1, maxLength: 6 }),
      fc.nat(60),
      fc.nat(60),
      async (pieces, one, other) => {
        const whole = Buffer.concat(pieces)
        const [from, to] = [Math.min(one, other), Math.max(one, other)]
        const got: Uint8Array[] = []
        for await (const piece of sliced(Readable.from(pieces.map((piece) => Buffer.from(piece))), {
          from,
          to,
        })) {
          got.push(piece)
        }
        expect(Buffer.concat(got)).toEqual(whole.subarray(from, to + 1))
      },
    ),
  )
})
