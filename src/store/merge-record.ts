import type { mongo } from 'mongoose'
import type { AgentId, ContactId, ContactIdentityId } from '../domain/ids.ts'
import type { AttributeConflict, TakenFacts } from '../domain/merge-contacts.ts'
import { toObjectId } from './object-id.ts'

/**
 * `begun` until everything has moved, then `done`; `undoing` until everything has moved back, then `undone`. What is
 * begun may still come to nothing: its record goes then.
 */
export type MergeState = 'begun' | 'done' | 'undoing' | 'undone'

/** One contact that went into another, with all that it takes to undo it. */
export interface StoredMerge {
  readonly id: string
  readonly survivorId: ContactId
  readonly absorbedId: ContactId
  readonly state: MergeState
  /** Rises whenever somebody takes the work on: whoever has an earlier one has stood still for too long. */
  readonly turn: number
  /** The versions that it was decided at. */
  readonly survivorVersion: number
  readonly absorbedVersion: number
  readonly absorbedName: string
  /** What the one that stays has from the one that went, also what was learned of that one since. */
  readonly taken: TakenFacts
  readonly conflicts: readonly AttributeConflict[]
  /** The ids on channels that moved; they alone move back. */
  readonly identityIds: readonly ContactIdentityId[]
  readonly by: { readonly id: AgentId; readonly name: string }
  readonly atMs: number
  readonly undoneAtMs?: number
}

/** How it lies in the database. `open` while work is left. */
export interface MergeDocument
  extends Pick<
    StoredMerge,
    'state' | 'survivorVersion' | 'absorbedVersion' | 'absorbedName' | 'taken' | 'conflicts' | 'by'
  > {
  readonly _id: mongo.ObjectId
  readonly survivorId: mongo.ObjectId
  readonly absorbedId: mongo.ObjectId
  readonly identityIds: readonly mongo.ObjectId[]
  readonly at: Date
  readonly undoneAt?: Date
  readonly open?: true
  /** Absent in records of versions that had none. */
  readonly turn?: number
  /** Whoever works on it has it until then. */
  readonly leaseUntil?: Date
}

export function toMergeDocument(merge: StoredMerge): Omit<MergeDocument, 'open' | 'leaseUntil'> {
  const { id, survivorId, absorbedId, identityIds, atMs, undoneAtMs, ...rest } = merge
  return {
    _id: toObjectId(id),
    survivorId: toObjectId(survivorId),
    absorbedId: toObjectId(absorbedId),
    ...rest,
    identityIds: identityIds.map(toObjectId),
    at: new Date(atMs),
    ...(undoneAtMs === undefined ? {} : { undoneAt: new Date(undoneAtMs) }),
  }
}

export function fromMergeDocument(document: MergeDocument): StoredMerge {
  const {
    _id,
    survivorId,
    absorbedId,
    identityIds,
    at,
    undoneAt,
    turn = 0,
    open: _,
    leaseUntil: __,
    ...rest
  } = document
  return {
    id: _id.toHexString(),
    survivorId: survivorId.toHexString() as ContactId,
    absorbedId: absorbedId.toHexString() as ContactId,
    ...rest,
    turn,
    identityIds: identityIds.map((id) => id.toHexString() as ContactIdentityId),
    atMs: at.getTime(),
    ...(undoneAt ? { undoneAtMs: undoneAt.getTime() } : {}),
  }
}
