import { type Connection, type mongo, Schema } from 'mongoose'
import type { AgentId, ApiTokenId } from '../domain/ids.ts'
import type { Permission } from '../domain/permissions.ts'
import { newObjectId, toObjectId } from './object-id.ts'

/** An API token; the secret itself is nowhere stored. */
export interface ApiTokenRecord {
  readonly id: ApiTokenId
  readonly agentId: AgentId
  readonly name: string
  readonly scopes: readonly Permission[]
  readonly createdAt: Date
  readonly expiresAt?: Date
  readonly lastUsedAt?: Date
}

interface ApiTokenDocument {
  _id: mongo.ObjectId
  agentId: mongo.ObjectId
  name: string
  scopes: Permission[]
  secretHash: string
  createdAt: Date
  expiresAt?: Date
  lastUsedAt?: Date
}

const schema = new Schema<ApiTokenDocument>(
  {
    agentId: { type: Schema.Types.ObjectId, required: true },
    name: { type: String, required: true },
    scopes: { type: [String], required: true },
    secretHash: { type: String, required: true },
    createdAt: { type: Date, required: true },
    expiresAt: Date,
    lastUsedAt: Date,
  },
  { collection: 'api-tokens', strict: 'throw', strictQuery: 'throw', versionKey: false },
)

export type ApiTokenStore = ReturnType<typeof createApiTokenStore>

export function createApiTokenStore(connection: Connection) {
  const tokens = connection.model('ApiToken', schema)

  return {
    async ensureIndexes(): Promise<void> {
      await tokens.collection.createIndex({ secretHash: 1 }, { name: 'secret', unique: true })
      await tokens.collection.createIndex({ agentId: 1, _id: -1 }, { name: 'agent' })
      await tokens.collection.createIndex({ expiresAt: 1 }, { name: 'expiry', sparse: true })
    },

    async insert(token: {
      readonly agentId: AgentId
      readonly name: string
      readonly scopes: readonly Permission[]
      readonly secretHash: string
      readonly createdAt: Date
      readonly expiresAt?: Date
    }): Promise<ApiTokenRecord> {
      const document: ApiTokenDocument = {
        _id: newObjectId(),
        ...token,
        agentId: toObjectId(token.agentId),
        scopes: [...token.scopes],
      }
      await tokens.create([document])
      return toRecord(document)
    },

    async listOf(agentId: AgentId): Promise<readonly ApiTokenRecord[]> {
      const found = await tokens
        .find({ agentId: toObjectId(agentId) })
        .sort({ _id: -1 })
        .lean<ApiTokenDocument[]>()
      return found.map(toRecord)
    },

    async countOf(agentId: AgentId): Promise<number> {
      return tokens.countDocuments({ agentId: toObjectId(agentId) })
    },

    async findBySecret(secretHash: string, now: Date): Promise<ApiTokenRecord | undefined> {
      const found = await tokens.findOne({ secretHash: String(secretHash) }).lean<ApiTokenDocument>()
      if (!found || (found.expiresAt && found.expiresAt <= now)) return undefined
      return toRecord(found)
    },

    /** The ids among these that are still valid. */
    async alive(ids: readonly ApiTokenId[], now: Date): Promise<ReadonlySet<string>> {
      const found = await tokens
        .find(
          { _id: { $in: ids.map(toObjectId) }, $or: [{ expiresAt: null }, { expiresAt: { $gt: now } }] },
          { _id: 1 },
        )
        .lean<ApiTokenDocument[]>()
      return new Set(found.map(({ _id }) => _id.toHexString()))
    },

    /** Notes the use, at most once a minute. */
    async touch(id: ApiTokenId, at: Date): Promise<void> {
      const minuteAgo = new Date(at.getTime() - 60_000)
      await tokens.updateOne(
        { _id: toObjectId(id), $or: [{ lastUsedAt: null }, { lastUsedAt: { $lt: minuteAgo } }] },
        { $set: { lastUsedAt: at } },
      )
    },

    async remove(id: ApiTokenId, agentId: AgentId): Promise<boolean> {
      const result = await tokens.deleteOne({ _id: toObjectId(id), agentId: toObjectId(agentId) })
      return result.deletedCount === 1
    },

    async removeOfAgent(agentId: AgentId): Promise<void> {
      await tokens.deleteMany({ agentId: toObjectId(agentId) })
    },

    async sweep(now: Date): Promise<number> {
      return (await tokens.deleteMany({ expiresAt: { $lte: now } })).deletedCount
    },
  }
}

function toRecord({ _id, agentId, secretHash: _, ...rest }: ApiTokenDocument): ApiTokenRecord {
  return { ...rest, id: _id.toHexString() as ApiTokenId, agentId: agentId.toHexString() as AgentId }
}
