import mongoose from 'mongoose'

const { mongo, MongooseError } = mongoose

/** The server is there but steps down, starts or shuts down. */
const PASSING_CODES: ReadonlySet<number | string | undefined> = new Set([
  64, 91, 189, 262, 10_107, 11_600, 11_602, 13_435, 13_436,
])

const UNREACHABLE = [
  mongo.MongoNetworkError,
  mongo.MongoServerSelectionError,
  mongo.MongoNotConnectedError,
  mongo.MongoTopologyClosedError,
  mongo.MongoServerClosedError,
  mongo.MongoClientClosedError,
  mongo.MongoOperationTimeoutError,
]

/** Whether an error says that the database cannot be reached just now, rather than that we asked it wrongly. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof mongo.MongoServerError) return PASSING_CODES.has(error.code)
  if (UNREACHABLE.some((kind) => error instanceof kind)) return true
  return (
    error instanceof MongooseError &&
    /bufferCommands|initial connection|buffering timed out/.test(error.message)
  )
}
