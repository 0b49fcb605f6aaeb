import { type Connection, Schema } from 'mongoose'
import { isDuplicateKey } from './object-id.ts'

interface WorkspaceDocument {
  _id: string
  name?: string
  setUpHashes: string[]
  setUpDoneAt?: Date
  keyFingerprint?: string
}

const schema = new Schema<WorkspaceDocument>(
  { _id: String, name: String, setUpHashes: [String], setUpDoneAt: Date, keyFingerprint: String },
  { collection: 'workspace', strict: 'throw', strictQuery: 'throw', versionKey: false },
)

const ONLY = 'workspace'
/** Several processes may start before the owner is there; each prints a link that works. */
const LINKS_KEPT = 5

export type WorkspaceStore = ReturnType<typeof createWorkspaceStore>

/** The one document about the installation as a whole. */
export function createWorkspaceStore(connection: Connection) {
  const workspaces = connection.model('Workspace', schema)

  return {
    async read(): Promise<{ readonly name: string; readonly setUpDone: boolean }> {
      const found = await workspaces.findById(ONLY).lean<WorkspaceDocument>()
      return { name: found?.name ?? 'Workspace', setUpDone: found?.setUpDoneAt !== undefined }
    },

    async addSetUpHash(hash: string): Promise<void> {
      await workspaces.updateOne(
        { _id: ONLY },
        { $push: { setUpHashes: { $each: [hash], $slice: -LINKS_KEPT } } },
        { upsert: true },
      )
    },

    /**
     * Notes which key secrets are encrypted with, unless one is noted already: of several processes that start at
     * once, one wins.
     * @returns the fingerprint that holds
     */
    async agreeOnKey(fingerprint: string): Promise<string> {
      try {
        await workspaces.updateOne(
          { _id: ONLY, keyFingerprint: null },
          { $set: { keyFingerprint: fingerprint } },
          { upsert: true },
        )
      } catch (error) {
        // The document is there, and holds one.
        if (!isDuplicateKey(error)) throw error
      }
      const found = await workspaces.findById(ONLY).lean<WorkspaceDocument>()
      if (found?.keyFingerprint === undefined) return this.agreeOnKey(fingerprint)
      return found.keyFingerprint
    },

    /** Keeps the name if the token is one of ours and the set-up is not done. */
    async beginSetUp(tokenHash: string, name: string): Promise<boolean> {
      const result = await workspaces.updateOne(
        { _id: ONLY, setUpHashes: String(tokenHash), setUpDoneAt: null },
        { $set: { name } },
      )
      return result.matchedCount === 1
    },

    /** Ends the set-up for good; every link is dead. */
    async finishSetUp(at: Date): Promise<void> {
      await workspaces.updateOne(
        { _id: ONLY },
        { $set: { setUpHashes: [], setUpDoneAt: at } },
        { upsert: true },
      )
    },
  }
}
