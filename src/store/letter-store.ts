import type { Connection, mongo } from 'mongoose'
import type { MessageId } from '../domain/ids.ts'
import type { Letter } from '../domain/letter.ts'
import { nativeCollection } from './native.ts'
import { duplicatePositions, toObjectId } from './object-id.ts'

/** What a letter holds that no list shows: read one at a time. */
export interface StoredLetterBody {
  readonly messageId: MessageId
  /** With everything quoted. */
  readonly text: string
  /** Sanitised. */
  readonly html?: string
  /** Addresses of the remote pictures that `html` names by their place. */
  readonly remoteImages: readonly string[]
  readonly headers: readonly { readonly name: string; readonly value: string }[]
  /** Of a letter of ours: what its message says of it, fixed before the message stands. */
  readonly written?: WrittenLetter
}

/** A letter of ours as it was written first; whoever writes it again after a crash sends this one. */
export interface WrittenLetter {
  /** Only what the agent wrote. */
  readonly text: string
  readonly letter: Letter
  /** Without angle brackets. */
  readonly inReplyTo?: string
  /** The oldest first, without angle brackets. */
  readonly references: readonly string[]
}

interface LetterBodyDocument extends Omit<StoredLetterBody, 'messageId'> {
  readonly _id: mongo.ObjectId
}

export type LetterStore = ReturnType<typeof createLetterStore>

/** The bodies of letters, beside their messages and under the same ids. */
export function createLetterStore(connection: Connection) {
  const letters = nativeCollection<LetterBodyDocument>(connection, 'letters')

  return {
    /** Safe to repeat: what is there stays. */
    async record(bodies: readonly StoredLetterBody[]): Promise<void> {
      if (bodies.length === 0) return
      const documents = bodies.map(({ messageId, ...rest }) => ({ _id: toObjectId(messageId), ...rest }))
      try {
        // Not waited for on disk: the messages, or the projector's barrier, come after it in the database's log.
        await letters.insertMany(documents, { ordered: false, writeConcern: { w: 1 } })
      } catch (error) {
        duplicatePositions(error)
      }
    },

    async get(messageId: MessageId): Promise<StoredLetterBody | undefined> {
      const found = await letters.findOne({ _id: toObjectId(messageId) })
      if (!found) return undefined
      const { _id, ...rest } = found
      return { messageId, ...rest }
    },
  }
}
