import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gif, jpeg, png, webp } from '../../test/integration/attachments/samples.ts'
import { imageSizeReaderFor, isShowable, MAX_IMAGE_SIDE } from './attachment-image-size.ts'

const TYPES = ['image/png', 'image/gif', 'image/jpeg', 'image/webp']

function sizeOf(contentType: string, content: Uint8Array, pieces: readonly number[] = []) {
  const reader = imageSizeReaderFor(contentType)
  let at = 0
  for (const piece of pieces) {
    reader?.push(content.subarray(at, at + piece))
    at += piece
  }
  reader?.push(content.subarray(at))
  return reader?.size()
}

const side = fc.integer({ min: 1, max: 16_383 })
const pieces = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 40 })

describe('the size of an image', () => {
  it('is read from the header however the file is cut into pieces', () => {
    fc.assert(
      fc.property(side, side, pieces, fc.integer({ min: 0, max: 200_000 }), (width, height, cuts, ahead) => {
        const expected = { width, height }
        expect(sizeOf('image/png', png(width, height), cuts)).toEqual(expected)
        expect(sizeOf('image/gif', gif(width, height), cuts)).toEqual(expected)
        expect(sizeOf('image/jpeg', jpeg(width, height, ahead), cuts)).toEqual(expected)
        for (const kind of ['VP8 ', 'VP8L', 'VP8X'] as const) {
          expect(sizeOf('image/webp', webp(kind, width, height), cuts)).toEqual(expected)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('is unknown, and never an error, for junk and for what is cut off', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...TYPES),
        fc.uint8Array({ maxLength: 300 }),
        pieces,
        (type, junk, cuts) => {
          const size = sizeOf(type, junk, cuts)
          if (size) expect(Number.isInteger(size.width) && Number.isInteger(size.height)).toBe(true)
        },
      ),
    )
    expect(sizeOf('image/jpeg', jpeg(5, 5, 100).subarray(0, 90))).toBeUndefined()
    expect(sizeOf('image/png', png(5, 5).subarray(0, 20))).toBeUndefined()
    expect(imageSizeReaderFor('image/svg+xml')).toBeUndefined()
  })

  it('is absurd beyond what a device can unpack', () => {
    expect(isShowable({ width: 12_000, height: 6_000 })).toBe(true)
    expect(isShowable({ width: 20_000, height: 20_000 })).toBe(false)
    expect(isShowable({ width: MAX_IMAGE_SIDE + 1, height: 1 })).toBe(false)
    expect(isShowable({ width: 10_000, height: 10_000 })).toBe(false)
    expect(isShowable({ width: 0, height: 1 })).toBe(false)
  })
})
