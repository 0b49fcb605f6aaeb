import { createHmac, timingSafeEqual } from 'node:crypto'
import type { AttachmentId } from '../domain/ids.ts'

/** Addresses at which a platform fetches a file of ours without signing in. */
export interface FileLinks {
  /** For this file only, for two to three days from now: the same all day, so that every attempt names the same. */
  of(id: string): string
  /** The file that the last part of such an address names; undefined when it is not ours, or its time is over. */
  read(token: string): AttachmentId | undefined
}

/** Platforms may hold a message back for ten hours before they fetch its files. */
const DAY_MS = 86_400_000
const VALID_DAYS = 2
const TOKEN = /^([0-9a-f]{32})-([0-9a-z]{1,10})-([\w-]{22})$/
const PROOF_BYTES = 16

/** @param deps.key derived for this purpose alone; `clock` in milliseconds since the epoch */
export function createFileLinks(deps: {
  readonly key: Uint8Array
  readonly publicUrl: string
  readonly clock: () => number
}): FileLinks {
  const proofOf = (id: string, until: string): Buffer =>
    createHmac('sha256', deps.key).update(`${id}-${until}`).digest().subarray(0, PROOF_BYTES)
  return {
    of(id) {
      const until = ((Math.ceil(deps.clock() / DAY_MS) + VALID_DAYS) * (DAY_MS / 1_000)).toString(36)
      return `${deps.publicUrl}/files/${id}-${until}-${proofOf(id, until).toString('base64url')}`
    },
    read(token) {
      const [, id = '', until = '', proof = ''] = TOKEN.exec(token) ?? []
      if (id === '') return undefined
      const given = Buffer.from(proof, 'base64url')
      // The last digit has bits that say nothing: of all spellings one is ours.
      if (given.toString('base64url') !== proof) return undefined
      const wanted = proofOf(id, until)
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined
      return Number.parseInt(until, 36) * 1_000 > deps.clock() ? (id as AttachmentId) : undefined
    },
  }
}
