/** The thin part of MongoDB's wire protocol that the engine's child process speaks itself. */

export const HEADER_BYTES = 16
const OP_REPLY = 1
const OP_MSG = 2013
const MSG_PREFIX_BYTES = HEADER_BYTES + 5
const REPLY_PREFIX_BYTES = HEADER_BYTES + 20
const BSON_DOUBLE = 1
const BSON_STRING = 2
const BSON_INT32 = 16

function element(type: number, name: string, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type]), Buffer.from(`${name}\0`), value])
}

function encodeFields(fields: Readonly<Record<string, string | number>>): Buffer {
  const parts = Object.entries(fields).map(([name, value]) => {
    if (typeof value === 'number') {
      const int = Buffer.alloc(4)
      int.writeInt32LE(value)
      return element(BSON_INT32, name, int)
    }
    const text = Buffer.from(`${value}\0`)
    const length = Buffer.alloc(4)
    length.writeInt32LE(text.length)
    return element(BSON_STRING, name, Buffer.concat([length, text]))
  })
  const body = Buffer.concat([Buffer.alloc(4), ...parts, Buffer.alloc(1)])
  body.writeInt32LE(body.length, 0)
  return body
}

/** One command as a whole OP_MSG: enough for the few parameters set before any driver connects. */
export function commandMessage(fields: Readonly<Record<string, string | number>>): Buffer {
  const body = encodeFields(fields)
  const message = Buffer.alloc(MSG_PREFIX_BYTES)
  message.writeInt32LE(MSG_PREFIX_BYTES + body.length, 0)
  message.writeInt32LE(1, 4)
  message.writeInt32LE(OP_MSG, 12)
  return Buffer.concat([message, body])
}

/** Whether a command's answer says `ok: 1`. */
export function isOk(answer: Buffer): boolean {
  const one = Buffer.alloc(8)
  one.writeDoubleLE(1)
  return answer.includes(element(BSON_DOUBLE, 'ok', one))
}

/** What goes before an answer's document on the socket. An old-style request is answered in the old style. */
export function answerPrefix(answer: {
  readonly replyId: number
  readonly requestId: number
  readonly legacy: boolean
  readonly documentBytes: number
}): Buffer {
  const prefix = Buffer.alloc(answer.legacy ? REPLY_PREFIX_BYTES : MSG_PREFIX_BYTES)
  prefix.writeInt32LE(prefix.length + answer.documentBytes, 0)
  prefix.writeInt32LE(answer.replyId, 4)
  prefix.writeInt32LE(answer.requestId, 8)
  prefix.writeInt32LE(answer.legacy ? OP_REPLY : OP_MSG, 12)
  // Flags, cursor and section kind stay zero: one plain document. Only OP_REPLY counts its documents.
  if (answer.legacy) prefix.writeInt32LE(1, HEADER_BYTES + 16)
  return prefix
}

/** The longest message a driver may send, as the engine announces it in its greeting. */
export const MAX_MESSAGE_BYTES = 48_000_000

/** Cuts a byte stream into whole messages. Throws RangeError when a length cannot be right. */
export class MessageSplitter {
  private chunks: Buffer[] = []
  private held = 0

  /** Takes what arrived and returns the messages it completes. */
  push(chunk: Buffer): Buffer[] {
    this.chunks.push(chunk)
    this.held += chunk.length
    const messages: Buffer[] = []
    for (;;) {
      const length = this.nextLength()
      if (length === undefined || this.held < length) return messages
      const whole = this.joined()
      messages.push(whole.subarray(0, length))
      this.chunks = whole.length > length ? [whole.subarray(length)] : []
      this.held -= length
    }
  }

  private nextLength(): number | undefined {
    if (this.held < 4) return undefined
    const first = this.chunks[0]
    const length = (first && first.length >= 4 ? first : this.joined()).readInt32LE(0)
    if (length < HEADER_BYTES || length > MAX_MESSAGE_BYTES) {
      throw new RangeError(`a message of ${length} bytes was announced`)
    }
    return length
  }

  private joined(): Buffer {
    const [first, second] = this.chunks
    if (first && !second) return first
    const whole = Buffer.concat(this.chunks)
    this.chunks = [whole]
    return whole
  }
}
