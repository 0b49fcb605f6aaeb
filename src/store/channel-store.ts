import { type Connection, type mongo, Schema } from 'mongoose'
import type { ConfigValue } from '../domain/commands.ts'
import type { AgentId, CategoryId, ChannelId, ChannelType } from '../domain/ids.ts'
import type { AssignmentPolicy, SkillRequirement } from '../domain/routing/policy.ts'
import { readStoredPolicy, readStoredSkills } from '../domain/routing/stored-policy.ts'
import type { ChannelAccess, ChannelHealthView } from '../domain/views.ts'
import { isDuplicateKey, newObjectId, toObjectId } from './object-id.ts'

/** A setting as stored: in the clear, or sealed. */
export type StoredSetting =
  | { readonly key: string; readonly value: ConfigValue }
  | {
      readonly key: string
      readonly sealed: string
      /** What a person had set, where the connector has replaced it since. */
      readonly origin?: string
    }

/** How a channel is, or a part of it. */
export interface StoredHealth {
  readonly state: ChannelHealthView['state']
  readonly code?: string
  readonly detail?: string
  readonly atMs?: number
}

/** A channel as stored; its secrets are encrypted. */
export interface ChannelRecord {
  readonly id: ChannelId
  readonly type: ChannelType
  readonly name: string
  readonly paused: boolean
  readonly settings: readonly StoredSetting[]
  /** How often the connector replaced a setting by itself; the version does not tell. */
  readonly renewals: number
  readonly policy: AssignmentPolicy
  /** Stamped on new conversations. */
  readonly categoryId?: CategoryId
  readonly skills: readonly SkillRequirement[]
  readonly access: ChannelAccess
  /** Of its worst part. */
  readonly health: StoredHealth
  /** What stands of the whole, and of parts of which something was said since. */
  readonly said: Readonly<Partial<Record<HealthPart | 'whole', StoredHealth>>>
  readonly createdAtMs: number
  /** Deleted since then: without secrets, and changed by nobody any more. */
  readonly deletedAtMs?: number
  readonly version: number
}

interface HealthDocument {
  state: ChannelHealthView['state']
  code?: string
  detail?: string
  at: Date
}

interface ChannelDocument {
  _id: mongo.ObjectId
  type: ChannelType
  name: string
  paused: boolean
  settings: StoredSetting[]
  renewals?: number
  policy: AssignmentPolicy
  categoryId?: CategoryId
  skills?: readonly SkillRequirement[]
  access: ChannelAccess
  /** Of the whole, until something is said of a part; then there are only those. */
  health?: HealthDocument
  healthParts?: Partial<Record<HealthPart, HealthDocument>>
  /** Of the session that may say how the channel is. */
  healthToken?: number
  first?: true
  createdAt: Date
  deletedAt?: Date
  version: number
}

/** What of a channel its health may be told of. */
const HEALTH_PARTS = ['receiving', 'sending'] as const
type HealthPart = (typeof HEALTH_PARTS)[number]

const healthSchema = new Schema(
  { state: String, code: String, detail: String, at: Date },
  { _id: false, strict: 'throw' },
)

const schema = new Schema<ChannelDocument>(
  {
    type: { type: String, required: true },
    name: { type: String, required: true },
    paused: { type: Boolean, required: true },
    settings: [
      new Schema(
        { key: { type: String, required: true }, value: Schema.Types.Mixed, sealed: String, origin: String },
        { _id: false, strict: 'throw' },
      ),
    ],
    renewals: Number,
    policy: { type: Schema.Types.Mixed, required: true },
    categoryId: String,
    skills: { type: Schema.Types.Mixed },
    access: { type: Schema.Types.Mixed, required: true },
    health: healthSchema,
    healthParts: new Schema(
      { receiving: healthSchema, sending: healthSchema },
      { _id: false, strict: 'throw' },
    ),
    healthToken: Number,
    first: Boolean,
    createdAt: { type: Date, required: true },
    deletedAt: Date,
    version: { type: Number, required: true },
  },
  { collection: 'channels', strict: 'throw', strictQuery: 'throw', versionKey: false, minimize: false },
)

/** What an administrator may change of a channel. */
export interface ChannelChange {
  readonly name?: string
  readonly paused?: boolean
  readonly settings?: readonly StoredSetting[]
  readonly policy?: AssignmentPolicy
  /** Null takes it away. */
  readonly categoryId?: CategoryId | null
  readonly skills?: readonly SkillRequirement[]
  readonly access?: ChannelAccess
}

export type ChannelStore = ReturnType<typeof createChannelStore>

export function createChannelStore(connection: Connection) {
  const channels = connection.model('Channel', schema)

  return {
    async ensureIndexes(): Promise<void> {
      // The channel that set-up makes exists once, however often set-up is resumed.
      await channels.collection.createIndex(
        { first: 1 },
        { name: 'first', unique: true, partialFilterExpression: { first: true } },
      )
    },

    /** An id before the record exists: sealed settings are bound to it. */
    newId: (): ChannelId => newObjectId().toHexString() as ChannelId,

    /** @returns undefined when `first` was made before */
    async insert(channel: {
      readonly id: ChannelId
      readonly type: ChannelType
      readonly name: string
      readonly settings: readonly StoredSetting[]
      readonly policy: AssignmentPolicy
      readonly categoryId?: CategoryId
      readonly skills?: readonly SkillRequirement[]
      readonly access: ChannelAccess
      readonly first?: true
      readonly at: Date
    }): Promise<ChannelRecord | undefined> {
      const { id, at, settings, ...fields } = channel
      const document: ChannelDocument = {
        _id: toObjectId(id),
        ...fields,
        settings: [...settings],
        paused: false,
        createdAt: at,
        version: 1,
      }
      try {
        await channels.create([document])
        return toRecord(document)
      } catch (error) {
        if (isDuplicateKey(error)) return undefined
        throw error
      }
    },

    async get(id: ChannelId): Promise<ChannelRecord | undefined> {
      const found = await channels.findById(toObjectId(id)).lean<ChannelDocument>()
      return found ? toRecord(found) : undefined
    },

    /** Every channel, deleted ones too, oldest first; a workspace has dozens. */
    async list(): Promise<readonly ChannelRecord[]> {
      const found = await channels.find({}).sort({ _id: 1 }).lean<ChannelDocument[]>()
      return found.map(toRecord)
    },

    /**
     * Changes a channel if it still has `version`.
     * @param renewals where given, also only if its connector has replaced no setting since
     */
    async change(
      id: ChannelId,
      version: number,
      { categoryId, ...change }: ChannelChange,
      renewals?: number,
    ): Promise<ChannelRecord | undefined> {
      const found = await channels
        .findOneAndUpdate(
          {
            _id: toObjectId(id),
            deletedAt: { $exists: false },
            version,
            ...(renewals === undefined ? {} : { renewals: renewals === 0 ? { $exists: false } : renewals }),
          },
          {
            $set: { ...change, ...(categoryId ? { categoryId } : {}) },
            $unset: {
              ...(categoryId === null ? { categoryId: 1 } : {}),
              // Nobody sends by itself: that it was refused with other settings would stand for ever.
              ...(change.settings ? { 'healthParts.sending': 1 } : {}),
            },
            $inc: { version: 1 },
          },
          { returnDocument: 'after' },
        )
        .lean<ChannelDocument>()
      return found ? toRecord(found) : undefined
    },

    /**
     * Marks a channel as deleted, once: nothing is carried any more and its secrets are gone, in one stroke. Its name
     * and what else is shown with its conversations stay.
     * @returns undefined when there is no such channel, or it was deleted before
     */
    async markDeleted(id: ChannelId, at: Date): Promise<ChannelRecord | undefined> {
      const found = await channels
        .findOneAndUpdate(
          { _id: toObjectId(id), deletedAt: { $exists: false } },
          {
            $set: { deletedAt: at, paused: true },
            $pull: { settings: { sealed: { $exists: true } } },
            $unset: { health: 1, healthParts: 1 },
            $inc: { version: 1 },
          },
          { returnDocument: 'after' },
        )
        .lean<ChannelDocument>()
      return found ? toRecord(found) : undefined
    },

    /**
     * Replaces one sealed setting if it is still `before`. The version stays, so that an open form does not conflict.
     * @returns whether it was replaced
     */
    async renewSetting(
      id: ChannelId,
      before: { readonly key: string; readonly sealed: string },
      renewed: { readonly sealed: string; readonly origin: string },
    ): Promise<boolean> {
      const { key, sealed } = before
      const { matchedCount } = await channels.updateOne(
        { _id: toObjectId(id), settings: { $elemMatch: { key, sealed } } },
        { $set: { 'settings.$': { key, ...renewed } }, $inc: { renewals: 1 } },
      )
      return matchedCount === 1
    },

    /** Lets every setting that lists a value list another one in its place. @returns whether there was any */
    async replaceListed(id: ChannelId, from: string, to: string): Promise<boolean> {
      const { matchedCount } = await channels.collection.updateOne(
        {
          _id: toObjectId(id),
          deletedAt: { $exists: false },
          settings: { $elemMatch: { value: { $elemMatch: { $eq: from } } } },
        },
        { $set: { 'settings.$[list].value.$[listed]': to }, $inc: { version: 1 } },
        { arrayFilters: [{ 'list.value': { $elemMatch: { $eq: from } } }, { listed: from }] },
      )
      return matchedCount === 1
    },

    /** Shuts out sessions with a lower token from {@link setHealth}. */
    async raiseHealthToken(id: ChannelId, token: number): Promise<void> {
      await channels.updateOne({ _id: toObjectId(id) }, { $max: { healthToken: token } })
    },

    /**
     * Keeps what was last heard, of a part or of the whole, which then holds for every part. The version stays, so
     * that an open form does not conflict with it.
     * @param token of the session's lease, when a session says so: nothing is written when a later one was raised
     */
    async setHealth(
      id: ChannelId,
      {
        part,
        ...health
      }: {
        readonly state: ChannelHealthView['state']
        readonly part?: HealthPart
        readonly code?: string
        readonly detail?: string
      },
      at: Date,
      token?: number,
    ): Promise<ChannelRecord | undefined> {
      const found = await channels
        .findOneAndUpdate(
          {
            _id: toObjectId(id),
            deletedAt: { $exists: false },
            ...(token === undefined ? {} : { healthToken: { $not: { $gt: token } } }),
          },
          part === undefined
            ? { $set: { health: { ...health, at } }, $unset: { healthParts: 1 } }
            : { $set: { [`healthParts.${part}`]: { ...health, at } }, $unset: { health: 1 } },
          { returnDocument: 'after' },
        )
        .lean<ChannelDocument>()
      return found ? toRecord(found) : undefined
    },
  }
}

const WORST_FIRST: readonly ChannelHealthView['state'][] = ['failing', 'degraded', 'healthy', 'unknown']

/** The worst that is said of a part, the newest of it. */
function worstOf({ health, healthParts = {} }: ChannelDocument): HealthDocument | undefined {
  const parts = HEALTH_PARTS.flatMap((part) => healthParts[part] ?? [])
  const [worst = health] = parts.sort(
    (one, other) =>
      WORST_FIRST.indexOf(one.state) - WORST_FIRST.indexOf(other.state) ||
      other.at.getTime() - one.at.getTime(),
  )
  return worst
}

function toHealth({ state, code, detail, at }: HealthDocument): StoredHealth {
  return {
    state,
    ...(code === undefined ? {} : { code }),
    ...(detail === undefined ? {} : { detail }),
    atMs: at.getTime(),
  }
}

function toRecord(document: ChannelDocument): ChannelRecord {
  const { health, healthParts: { receiving, sending } = {} } = document
  const worst = worstOf(document)
  const access: ChannelAccess =
    document.access.kind === 'everyone'
      ? { kind: 'everyone' }
      : { kind: 'agents', agentIds: document.access.agentIds.map((id) => String(id) as AgentId) }
  return {
    id: document._id.toHexString() as ChannelId,
    type: document.type,
    name: document.name,
    paused: document.paused,
    settings: document.settings,
    renewals: document.renewals ?? 0,
    policy: readStoredPolicy(document.policy),
    ...(document.categoryId ? { categoryId: document.categoryId } : {}),
    skills: readStoredSkills(document.skills),
    access,
    health: worst ? toHealth(worst) : { state: 'unknown' },
    said: {
      ...(health ? { whole: toHealth(health) } : {}),
      ...(receiving ? { receiving: toHealth(receiving) } : {}),
      ...(sending ? { sending: toHealth(sending) } : {}),
    },
    createdAtMs: document.createdAt.getTime(),
    ...(document.deletedAt ? { deletedAtMs: document.deletedAt.getTime() } : {}),
    version: document.version,
  }
}
