import type { Connection, mongo } from 'mongoose'

/** The driver's own collection, for the hot paths: no casting, no hydration. */
export function nativeCollection<T extends mongo.Document>(
  connection: Connection,
  name: string,
): mongo.Collection<T> {
  if (!connection.db) throw new Error('the database is not connected')
  return connection.db.collection<T>(name)
}

/** Reads no more than `most` documents in one answer: left alone, the database sends the first hundred by themselves. */
export function atOnce<T>(cursor: mongo.FindCursor<T>, most: number): Promise<T[]> {
  return cursor.batchSize(most + 1).toArray()
}
