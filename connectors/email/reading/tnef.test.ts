import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openTnef } from './tnef.ts'

const u16 = (value: number): Buffer => Buffer.from([value & 255, value >> 8])
const u32 = (value: number): Buffer =>
  Buffer.from([value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24])
const attribute = (level: number, id: number, data: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([level]), u32(id), u32(data.length), data, u16(0)])
const padded = (data: Uint8Array): Buffer => Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)])
const variable = (type: number, id: number, data: Uint8Array): Buffer =>
  Buffer.concat([u16(type), u16(id), u32(1), u32(data.length), padded(data)])
const properties = (...list: readonly Buffer[]): Buffer => Buffer.concat([u32(list.length), ...list])
const unicode = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf16le')
const tnef = (...attributes: readonly Buffer[]): Buffer =>
  Buffer.concat([u32(0x223e9f78), u16(1), ...attributes])

const named = Buffer.concat([
  u16(0x1e),
  u16(0x8001),
  Buffer.alloc(16),
  u32(1),
  u32(6),
  padded(Buffer.from('N\0a\0\0\0')),
  u32(1),
  u32(2),
  padded(Buffer.from('x\0')),
])
const packed = tnef(
  attribute(1, 0x00069007, u32(1252)),
  attribute(
    1,
    0x00069003,
    properties(
      Buffer.concat([u16(3), u16(0x0e07), u32(1)]),
      named,
      variable(0x1f, 0x1000, unicode('Guten Tag')),
      variable(0x102, 0x1013, Buffer.from('<p>Guten Tag</p>')),
    ),
  ),
  attribute(2, 0x00069002, Buffer.alloc(14)),
  attribute(2, 0x00018010, Buffer.from('REPORT~1.PDF\0')),
  attribute(2, 0x0006800f, Buffer.from('%PDF-1.7')),
  attribute(
    2,
    0x00069005,
    properties(
      variable(0x1f, 0x3707, unicode('Bericht über März.pdf')),
      variable(0x1f, 0x370e, unicode('application/pdf')),
    ),
  ),
  attribute(2, 0x00069002, Buffer.alloc(14)),
  attribute(2, 0x00018010, Buffer.from('gr\xfcn.txt\0', 'latin1')),
  attribute(2, 0x0006800f, Buffer.from('zwei')),
)

describe('winmail.dat', () => {
  it('is opened: files by their long names, the body in both forms', () => {
    const content = openTnef(packed)
    expect(content).toMatchObject({ text: 'Guten Tag', html: '<p>Guten Tag</p>' })
    expect(
      content?.files.map(({ name, contentType, bytes }) => [
        name,
        contentType,
        Buffer.from(bytes).toString(),
      ]),
    ).toEqual([
      ['Bericht über März.pdf', 'application/pdf', '%PDF-1.7'],
      ['grün.txt', undefined, 'zwei'],
    ])
  })

  it('is read in time where a text is hardly more than zeros', () => {
    const text = Buffer.from(`${'\0'.repeat(2_000_000)}end`, 'utf16le')
    const content = openTnef(tnef(attribute(1, 0x00069003, properties(variable(0x1f, 0x1000, text)))))
    expect(content?.text).toBe('end')
  })

  it('is no TNEF without its signature', () => {
    expect(openTnef(Buffer.from('not at all'))).toBeUndefined()
    expect(openTnef(new Uint8Array())).toBeUndefined()
  })

  it('gives what was read before it was cut off or changed, and never more bytes than came', () => {
    fc.assert(
      fc.property(
        fc.nat(packed.length),
        fc.array(fc.tuple(fc.nat(packed.length - 1), fc.nat(255)), { maxLength: 8 }),
        (length, changes) => {
          const bytes = Buffer.from(packed.subarray(0, length))
          for (const [at, value] of changes) if (at >= 4 && at < length) bytes[at] = value
          const content = openTnef(bytes)
          const total = (content?.files ?? []).reduce((sum, file) => sum + file.bytes.length, 0)
          expect(total).toBeLessThanOrEqual(length)
        },
      ),
    )
  })
})
