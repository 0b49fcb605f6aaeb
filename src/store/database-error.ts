import mongoose from 'mongoose'
import { isUnreachable } from './connect.ts'

const { mongo, MongooseError } = mongoose

/** The server is there but steps down, starts, shuts down or could not confirm a write in time. */
const PASSING_CODES: ReadonlySet<number | string | undefined> = new Set([
  64, 91, 189, 262, 10_107, 11_600, 11_602, 13_435, 13_436,
])

const AWAY = [
  mongo.MongoNotConnectedError,
  mongo.MongoTopologyClosedError,
  mongo.MongoServerClosedError,
  mongo.MongoClientClosedError,
  mongo.MongoOperationTimeoutError,
  // The connection went away between the question and the answer.
  mongo.MongoUnexpectedServerResponseError,
]

/** Whether an error says that the database cannot serve just now, rather than that we asked it wrongly. */
export function isDatabaseUnavailable(error: unknown): boolean {
  // A bulk write that was cut off hides the reason in what looks like an answer of the server.
  if (error instanceof mongo.MongoBulkWriteError && error.errorResponse instanceof Error) {
    return isDatabaseUnavailable(error.errorResponse)
  }
  if (isUnreachable(error) || AWAY.some((kind) => error instanceof kind)) return true
  if (error instanceof mongo.MongoServerError) return PASSING_CODES.has(error.code)
  return error instanceof MongooseError && /bufferCommands|initial connection/.test(error.message)
}

const MAX_TIME_EXPIRED = 50

/** Whether a query ended because it took longer than it was given. */
export function isOutOfTime(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && error.code === MAX_TIME_EXPIRED
}
