import type { AttachmentView } from '../../../src/domain/views.ts'
import { picture } from '../../e2e/picture.ts'
import { type FakeState, freshId } from './state.ts'

const RATE = 8_000

/** A voice message: a tone of some seconds that any browser plays. */
export function voice(state: FakeState, name: string, seconds: number): AttachmentView {
  const samples = Buffer.from(
    Array.from({ length: RATE * seconds }, (_, at) => 128 + Math.round(20 * Math.sin(at / 6))),
  )
  const head = Buffer.alloc(44)
  head.write('RIFF', 0)
  head.writeUInt32LE(36 + samples.length, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  // PCM, one channel, one byte each.
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(RATE, 24)
  head.writeUInt32LE(RATE, 28)
  head.writeUInt16LE(1, 32)
  head.writeUInt16LE(8, 34)
  head.write('data', 36)
  head.writeUInt32LE(samples.length, 40)
  return stored(state, name, 'audio/wav', Buffer.concat([head, samples]))
}

/** The pictures of an album, each of a grey of its own. */
export const album = (state: FakeState, count: number): readonly AttachmentView[] =>
  Array.from({ length: count }, (_, at) => ({
    ...stored(state, `tent-${at + 1}.png`, 'image/png', picture(480, 90 + at * 35)),
    width: 480,
    height: 480,
  }))

function stored(state: FakeState, name: string, contentType: string, bytes: Buffer): AttachmentView {
  const id = freshId<AttachmentView['id']>(32)
  state.files.set(id, { name, contentType, bytes })
  return { id, name, contentType, sizeBytes: bytes.length }
}
