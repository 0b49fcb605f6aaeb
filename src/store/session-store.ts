import { createHash } from 'node:crypto'
import type { Connection } from 'mongoose'
import type { AgentId } from '../domain/ids.ts'

/** The collection that the HTTP frame's session middleware writes into. */
export const SESSION_COLLECTION = 'sessions'

/** What a session holds besides its cookie. */
export interface SessionFacts {
  readonly agentId: AgentId
  readonly epoch: number
  /** The second-factor-proven sign-in, milliseconds since the epoch. */
  readonly signedInAtMs: number
}

interface SessionDocument {
  _id: string
  expires?: Date
  session: Partial<SessionFacts>
}

/** Only this digest is stored: whoever reads the database cannot take a session over. */
export const sessionDocumentId = (sessionId: string): string =>
  createHash('sha256').update(sessionId).digest('base64url')

export type SessionStore = ReturnType<typeof createSessionStore>

/** Sessions seen from outside the HTTP frame: sockets read them, services end them, the sweeper removes them. */
export function createSessionStore(connection: Connection) {
  const sessions = connection.collection<SessionDocument>(SESSION_COLLECTION)

  return {
    async ensureIndexes(): Promise<void> {
      await sessions.createIndex({ expires: 1 }, { name: 'expiry' })
      await sessions.createIndex({ 'session.agentId': 1 }, { name: 'agent' })
    },

    /** The live ones among these sessions, by session id. */
    async read(sessionIds: readonly string[], now: Date): Promise<ReadonlyMap<string, SessionFacts>> {
      const byDocument = new Map(sessionIds.map((id) => [sessionDocumentId(id), id]))
      const found = await sessions
        .find({ _id: { $in: [...byDocument.keys()] }, expires: { $gt: now } })
        .toArray()
      const facts = new Map<string, SessionFacts>()
      for (const { _id, session } of found) {
        const { agentId, epoch, signedInAtMs } = session
        const id = byDocument.get(_id)
        if (id === undefined || !agentId || epoch === undefined || signedInAtMs === undefined) continue
        facts.set(id, { agentId, epoch, signedInAtMs })
      }
      return facts
    },

    async removeOfAgent(agentId: AgentId, exceptSessionId?: string): Promise<void> {
      const except = exceptSessionId === undefined ? {} : { _id: { $ne: sessionDocumentId(exceptSessionId) } }
      await sessions.deleteMany({ 'session.agentId': agentId, ...except })
    },

    async sweep(now: Date): Promise<number> {
      return (await sessions.deleteMany({ expires: { $lte: now } })).deletedCount
    },
  }
}
