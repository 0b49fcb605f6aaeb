import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  answerPrefix,
  commandMessage,
  HEADER_BYTES,
  isOk,
  MAX_MESSAGE_BYTES,
  MessageSplitter,
} from './wire.ts'

function message(body: Uint8Array): Buffer {
  const whole = Buffer.concat([Buffer.alloc(HEADER_BYTES), body])
  whole.writeInt32LE(whole.length, 0)
  return whole
}

describe('MessageSplitter', () => {
  it('finds the same messages however the stream was cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        (bodies, cuts) => {
          const messages = bodies.map(message)
          const stream = Buffer.concat(messages)
          const splitter = new MessageSplitter()
          const found: Buffer[] = []
          for (let at = 0, cut = 0; at < stream.length; cut++) {
            const end = at + (cuts[cut % cuts.length] ?? 1)
            found.push(...splitter.push(stream.subarray(at, end)))
            at = end
          }
          expect(Buffer.concat(found).equals(stream)).toBe(true)
          expect(found.map((whole) => whole.length)).toEqual(messages.map((whole) => whole.length))
        },
      ),
    )
  })

  it.each([0, HEADER_BYTES - 1, -1, MAX_MESSAGE_BYTES + 1])('refuses an announced length of %i', (length) => {
    const head = Buffer.alloc(4)
    head.writeInt32LE(length)
    expect(() => new MessageSplitter().push(head)).toThrow(RangeError)
  })
})

describe('answerPrefix', () => {
  it('announces prefix and document together', () => {
    const prefix = answerPrefix({ replyId: 7, requestId: 9, legacy: false, documentBytes: 100 })
    expect([prefix.readInt32LE(0), prefix.readInt32LE(4), prefix.readInt32LE(8)]).toEqual([
      prefix.length + 100,
      7,
      9,
    ])
    expect(prefix.readInt32LE(12)).toBe(2013)
  })

  it('answers the old style in the old style, with one document', () => {
    const prefix = answerPrefix({ replyId: 1, requestId: 2, legacy: true, documentBytes: 5 })
    expect([prefix.length, prefix.readInt32LE(12), prefix.readInt32LE(32)]).toEqual([36, 1, 1])
  })
})

it('encodes a command as BSON', () => {
  const whole = commandMessage({ ping: 1, $db: 'admin' })
  expect(whole.readInt32LE(0)).toBe(whole.length)
  expect(whole.subarray(21).toString('hex')).toBe(
    '1e0000001070696e6700010000000224646200060000'.concat('0061646d696e0000'),
  )
})

it('reads ok from an answer', () => {
  const document = (value: number): Buffer => {
    const bytes = Buffer.alloc(17)
    bytes.writeInt32LE(17, 0)
    bytes.write('\x01ok\0', 4, 'latin1')
    bytes.writeDoubleLE(value, 8)
    return bytes
  }
  expect([isOk(document(1)), isOk(document(0))]).toEqual([true, false])
})
