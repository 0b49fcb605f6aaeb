import type { Connection } from 'mongoose'
import { isDuplicateKey } from './object-id.ts'

interface IdempotencyDocument {
  _id: string
  bodyHash: string
  /** Of the process that works on it; only it may store the answer. */
  holder: string
  heldUntil: Date
  /** Encrypted: answers may hold secrets that are shown once. */
  answer?: string
  expiresAt: Date
}

/** What is known of a key: nobody works on it, somebody does, or it is answered. */
export type IdempotencyState =
  | { readonly kind: 'yours' }
  | { readonly kind: 'busy'; readonly bodyHash: string }
  | { readonly kind: 'answered'; readonly bodyHash: string; readonly answer: string }

export type IdempotencyStore = ReturnType<typeof createIdempotencyStore>

/** Answers of creating requests, kept so that a repeated request gets the first one's answer. */
export function createIdempotencyStore(connection: Connection) {
  const keys = connection.collection<IdempotencyDocument>('idempotency-keys')

  return {
    async ensureIndexes(): Promise<void> {
      await keys.createIndex({ expiresAt: 1 }, { name: 'expiry' })
    },

    /** Claims a key, or tells what became of it. A holder that died is replaced after `heldUntil`. */
    async claim(claim: {
      readonly key: string
      readonly bodyHash: string
      readonly holder: string
      readonly now: Date
      readonly heldUntil: Date
      readonly expiresAt: Date
    }): Promise<IdempotencyState> {
      const { key, bodyHash, holder, now, heldUntil, expiresAt } = claim
      try {
        await keys.insertOne({ _id: key, bodyHash, holder, heldUntil, expiresAt })
        return { kind: 'yours' }
      } catch (error) {
        if (!isDuplicateKey(error)) throw error
      }
      const taken = await keys.updateOne(
        {
          _id: key,
          $or: [
            { expiresAt: { $lte: now } },
            { bodyHash, answer: { $exists: false }, heldUntil: { $lte: now } },
          ],
        },
        { $set: { bodyHash, holder, heldUntil, expiresAt }, $unset: { answer: 1 } },
      )
      if (taken.modifiedCount === 1) return { kind: 'yours' }
      const found = await keys.findOne({ _id: key })
      if (!found) return { kind: 'busy', bodyHash }
      return found.answer === undefined
        ? { kind: 'busy', bodyHash: found.bodyHash }
        : { kind: 'answered', bodyHash: found.bodyHash, answer: found.answer }
    },

    async answer(key: string, holder: string, answer: string): Promise<void> {
      await keys.updateOne({ _id: key, holder }, { $set: { answer } })
    },

    /** Gives a key up whose request came to nothing, so that it may be tried again. */
    async release(key: string, holder: string): Promise<void> {
      await keys.deleteOne({ _id: key, holder, answer: { $exists: false } })
    },

    async sweep(now: Date): Promise<number> {
      return (await keys.deleteMany({ expiresAt: { $lte: now } })).deletedCount
    },
  }
}
