import type { Connection, mongo } from 'mongoose'

/** The driver's own collection, for the hot paths: no casting, no hydration. */
export function nativeCollection<T extends mongo.Document>(
  connection: Connection,
  name: string,
): mongo.Collection<T> {
  if (!connection.db) throw new Error('the database is not connected')
  return connection.db.collection<T>(name)
}
