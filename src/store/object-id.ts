import { hash } from 'node:crypto'
import { mongo } from 'mongoose'
import { AppError } from '../domain/errors.ts'

export type ObjectId = mongo.ObjectId

const HEX_24 = /^[0-9a-f]{24}$/

/** @throws AppError `invalid-id` when the text is not 24 hex digits */
export function toObjectId(id: string): ObjectId {
  if (typeof id !== 'string' || !HEX_24.test(id)) throw new AppError('invalid-id')
  return mongo.ObjectId.createFromHexString(id)
}

export function newObjectId(): ObjectId {
  return new mongo.ObjectId()
}

/**
 * An id that a replay computes again: the second of arrival and a digest of what makes the thing unique. Without it
 * a projection repeated after a crash of the database would show one message under two ids.
 */
export function derivedObjectId(atMs: number, ...parts: readonly string[]): ObjectId {
  return mongo.ObjectId.createFromHexString(derivedId(atMs, ...parts))
}

/** The driver's code for a unique index that was hit. */
export const DUPLICATE_KEY = 11_000

export function isDuplicateKey(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && error.code === DUPLICATE_KEY
}

/**
 * The positions of an unordered bulk write that hit a unique index.
 * @throws the error itself when anything else went wrong
 */
export function duplicatePositions(error: unknown): ReadonlySet<number> {
  if (!(error instanceof mongo.MongoBulkWriteError)) throw error
  const failures = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors]
  // The driver dresses a broken connection as an answer without faults: taken as one, nothing written would count
  // as everything written.
  if (failures.length === 0) throw error
  if (error.result.getWriteConcernError()) throw error
  for (const failure of failures) if (failure.code !== DUPLICATE_KEY) throw error
  return new Set(failures.map((failure) => failure.index))
}

/** {@link derivedObjectId} as text, for the ids of records that a replay makes again. */
export function derivedId(atMs: number, ...parts: readonly string[]): string {
  const second = (Math.floor(atMs / 1000) >>> 0).toString(16).padStart(8, '0')
  return second + hash('sha256', parts.join('\u0000'), 'hex').slice(8, 24)
}

/** A fresh id as text, for records that only one caller makes. */
export function freshId(): string {
  return newObjectId().toHexString()
}
