import { createHmac, timingSafeEqual } from 'node:crypto'
import type { MessageId } from '../domain/ids.ts'

/** Names a message of ours outside, so that whatever comes back can be told. */
export interface MessageTokens {
  /** 32 characters of a-z and 2-7, the same for the same message; ours alone make one. */
  of(id: MessageId): string
  /** The message a token names; undefined when we did not make it. Any letters, any case. */
  read(token: string): MessageId | undefined
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'
const TOKEN = /^[a-z2-7]{32}$/
const ID_BYTES = 12
/** 64 bits: who guesses meets the limits of the way in long before. */
const PROOF_BYTES = 8

/** @param key derived for this purpose alone */
export function createMessageTokens(key: Uint8Array): MessageTokens {
  const proofOf = (id: Uint8Array): Uint8Array =>
    createHmac('sha256', key).update(id).digest().subarray(0, PROOF_BYTES)
  return {
    of(id) {
      const bytes = Buffer.from(id, 'hex')
      return base32(Buffer.concat([bytes, proofOf(bytes)]))
    },
    read(token) {
      const text = token.toLowerCase()
      if (!TOKEN.test(text)) return undefined
      const bytes = fromBase32(text)
      const id = bytes.subarray(0, ID_BYTES)
      return timingSafeEqual(bytes.subarray(ID_BYTES), proofOf(id))
        ? (Buffer.from(id).toString('hex') as MessageId)
        : undefined
    },
  }
}

/** RFC 4648 §6 in lower case, without padding: eight characters for five bytes. */
function base32(bytes: Uint8Array): string {
  let bits = ''
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0')
  return (bits.match(/.{5}/g) ?? []).map((five) => ALPHABET[Number.parseInt(five, 2)]).join('')
}

function fromBase32(text: string): Buffer {
  let bits = ''
  for (const character of text) bits += ALPHABET.indexOf(character).toString(2).padStart(5, '0')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((eight) => Number.parseInt(eight, 2)))
}
