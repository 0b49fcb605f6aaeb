import { type Connection, type mongo, Schema } from 'mongoose'
import type { AgentState, Availability } from '../domain/agent.ts'
import type { AgentId } from '../domain/ids.ts'
import type { Role } from '../domain/permissions.ts'
import type { ChosenOutOfHours } from '../domain/routing/out-of-hours.ts'
import { isDuplicateKey, newObjectId, toObjectId } from './object-id.ts'

/** An agent without anything secret. */
export interface AgentRecord {
  readonly id: AgentId
  readonly email: string
  readonly name: string
  readonly role: Role
  readonly state: AgentState
  readonly availability: Availability
  /** Since when; absent = never changed. */
  readonly availabilitySinceMs?: number
  /** Until then a device of his takes push notifications, milliseconds since the epoch. */
  readonly pushReachableUntilMs?: number
  readonly locale: string
  /** Sessions opened under another epoch are dead. */
  readonly sessionEpoch: number
  readonly secondFactor: boolean
  readonly version: number
}

/** What proves an agent. Never leaves the services that check it. */
export interface AgentCredentials {
  readonly agent: AgentRecord
  readonly passwordHash?: string
  readonly secondFactor?: { readonly sealedSecret: string; readonly lastStep: number }
  readonly pendingSecret?: string
}

interface AgentDocument {
  _id: mongo.ObjectId
  email: string
  emailKey: string
  name: string
  role: Role
  state: AgentState
  availability: Availability
  availabilitySince?: Date
  chosenOutOfHours?: ChosenOutOfHours
  pushReachableUntil?: Date
  locale: string
  sessionEpoch: number
  passwordHash?: string
  secondFactor?: { sealedSecret: string; lastStep: number; recoveryHashes: string[] }
  pendingSecret?: string
  link?: { tokenHash: string; expiresAt: Date }
  founder?: true
  version: number
  createdAt: Date
}

/** Changes of the fields that colleagues see. */
export interface AgentChange {
  readonly name?: string
  readonly locale?: string
  readonly role?: Role
  readonly state?: AgentState
  readonly availability?: Availability
  /** Since when that holds, milliseconds since the epoch; left out = by the database's clock. */
  readonly availabilitySinceMs?: number
  /** The choice is "online" outside the working hours; null = it is not. */
  readonly chosenOutOfHours?: ChosenOutOfHours | null
  /** null = no longer. */
  readonly pushReachableUntilMs?: number | null
}

export type AgentStore = ReturnType<typeof createAgentStore>

const schema = new Schema<AgentDocument>(
  {
    email: { type: String, required: true },
    emailKey: { type: String, required: true },
    name: { type: String, required: true },
    role: { type: String, required: true },
    state: { type: String, required: true },
    availability: { type: String, required: true },
    availabilitySince: Date,
    chosenOutOfHours: Schema.Types.Mixed,
    pushReachableUntil: Date,
    locale: { type: String, required: true },
    sessionEpoch: { type: Number, required: true },
    passwordHash: String,
    secondFactor: new Schema(
      { sealedSecret: String, lastStep: Number, recoveryHashes: [String] },
      { _id: false, strict: 'throw' },
    ),
    pendingSecret: String,
    link: new Schema({ tokenHash: String, expiresAt: Date }, { _id: false, strict: 'throw' }),
    founder: Boolean,
    version: { type: Number, required: true },
    createdAt: { type: Date, required: true },
  },
  { collection: 'agents', strict: 'throw', strictQuery: 'throw', versionKey: false },
)

/** One address is one account, however it is typed. */
export const emailKeyOf = (email: string): string => email.normalize('NFKC').trim().toLowerCase()

export function createAgentStore(connection: Connection) {
  const agents = connection.model('Agent', schema)

  const updated = async (
    filter: Record<string, unknown>,
    update: Record<string, unknown>,
  ): Promise<AgentRecord | undefined> => {
    const found = await agents
      .findOneAndUpdate(filter, update, { returnDocument: 'after' })
      .lean<AgentDocument>()
    return found ? toRecord(found) : undefined
  }

  return {
    async ensureIndexes(): Promise<void> {
      await agents.collection.createIndex({ emailKey: 1 }, { name: 'address', unique: true })
      await agents.collection.createIndex({ 'link.tokenHash': 1 }, { name: 'link', sparse: true })
      // At most one founder ever: what makes two set-ups at once end with one owner.
      await agents.collection.createIndex(
        { founder: 1 },
        { name: 'founder', unique: true, partialFilterExpression: { founder: true } },
      )
    },

    async hasFounder(): Promise<boolean> {
      return (await agents.exists({ founder: true })) !== null
    },

    /** @returns undefined when the address, or the founder's place, is taken */
    async insert(agent: {
      readonly email: string
      readonly name: string
      readonly role: Role
      readonly state: AgentState
      readonly locale: string
      readonly passwordHash?: string
      readonly link?: { readonly tokenHash: string; readonly expiresAt: Date }
      readonly founder?: true
      readonly at: Date
    }): Promise<AgentRecord | undefined> {
      const { at, ...fields } = agent
      const document: AgentDocument = {
        _id: newObjectId(),
        ...fields,
        emailKey: emailKeyOf(agent.email),
        availability: agent.state === 'active' ? 'online' : 'offline',
        sessionEpoch: 1,
        version: 1,
        createdAt: at,
      }
      try {
        await agents.create([document])
        return toRecord(document)
      } catch (error) {
        if (isDuplicateKey(error)) return undefined
        throw error
      }
    },

    async get(id: AgentId): Promise<AgentRecord | undefined> {
      const found = await agents.findById(toObjectId(id)).lean<AgentDocument>()
      return found ? toRecord(found) : undefined
    },

    /** Every agent, by name; a workspace has hundreds at most. */
    async list(): Promise<readonly AgentRecord[]> {
      const found = await agents.find({}).lean<AgentDocument[]>()
      return found.map(toRecord).sort((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1))
    },

    async credentialsByEmail(email: string): Promise<AgentCredentials | undefined> {
      const found = await agents.findOne({ emailKey: emailKeyOf(String(email)) }).lean<AgentDocument>()
      return found ? toCredentials(found) : undefined
    },

    async credentials(id: AgentId): Promise<AgentCredentials | undefined> {
      const found = await agents.findById(toObjectId(id)).lean<AgentDocument>()
      return found ? toCredentials(found) : undefined
    },

    /**
     * Changes an agent if he still has `version` (any version when left out).
     * @param endsSessions whether his open sessions die with it
     */
    async change(
      id: AgentId,
      {
        pushReachableUntilMs: pushUntilMs,
        availabilitySinceMs: sinceMs,
        chosenOutOfHours: outOfHours,
        ...change
      }: AgentChange,
      options: { readonly version?: number; readonly endsSessions?: boolean } = {},
    ): Promise<AgentRecord | undefined> {
      const { version, endsSessions } = options
      const endsLink = change.state === 'deactivated'
      return updated(version === undefined ? { _id: toObjectId(id) } : { _id: toObjectId(id), version }, {
        $set: {
          ...change,
          ...(pushUntilMs ? { pushReachableUntil: new Date(pushUntilMs) } : {}),
          ...(sinceMs === undefined ? {} : { availabilitySince: new Date(sinceMs) }),
          ...(outOfHours ? { chosenOutOfHours: outOfHours } : {}),
        },
        $inc: { version: 1, ...(endsSessions ? { sessionEpoch: 1 } : {}) },
        ...(change.availability === undefined || sinceMs !== undefined
          ? {}
          : { $currentDate: { availabilitySince: true } }),
        $unset: {
          ...(endsLink ? { link: 1 } : {}),
          ...(pushUntilMs === null ? { pushReachableUntil: 1 } : {}),
          ...(outOfHours === null ? { chosenOutOfHours: 1 } : {}),
        },
      })
    },

    /** Active owners, in order of creation. */
    async activeOwnerIds(): Promise<readonly AgentId[]> {
      const found = await agents
        .find({ role: 'owner', state: 'active' }, { _id: 1 })
        .sort({ _id: 1 })
        .lean<AgentDocument[]>()
      return found.map(({ _id }) => _id.toHexString() as AgentId)
    },

    /** Gives an agent a new one-time link; the one before is dead. Not for somebody deactivated. */
    async setLink(id: AgentId, tokenHash: string, expiresAt: Date): Promise<AgentRecord | undefined> {
      return updated(
        { _id: toObjectId(id), state: { $ne: 'deactivated' } },
        { $set: { link: { tokenHash, expiresAt } }, $inc: { version: 1 } },
      )
    },

    /**
     * Uses a link up: name and password are set, the account is active, older sessions are dead. A second factor
     * goes too: the link is also the way back in for someone who lost his phone.
     */
    async acceptLink(
      tokenHash: string,
      now: Date,
      { name, passwordHash }: { readonly name: string; readonly passwordHash: string },
    ): Promise<AgentRecord | undefined> {
      return updated(
        {
          'link.tokenHash': String(tokenHash),
          'link.expiresAt': { $gt: now },
          state: { $in: ['invited', 'active'] },
        },
        {
          $set: { name, passwordHash, state: 'active', availability: 'online' },
          $unset: { link: 1, secondFactor: 1, pendingSecret: 1 },
          $inc: { version: 1, sessionEpoch: 1 },
        },
      )
    },

    async linkIsValid(tokenHash: string, now: Date): Promise<boolean> {
      const filter = { 'link.tokenHash': String(tokenHash), 'link.expiresAt': { $gt: now } }
      return (await agents.exists(filter)) !== null
    },

    /** Replaces a password if the one that was checked still holds; older sessions, and an unused link, are dead. */
    async setPassword(id: AgentId, from: string, to: string): Promise<AgentRecord | undefined> {
      return updated(
        { _id: toObjectId(id), passwordHash: String(from), state: 'active' },
        { $set: { passwordHash: to }, $unset: { link: 1 }, $inc: { version: 1, sessionEpoch: 1 } },
      )
    },

    /** Keeps a second factor's secret that is not yet confirmed. */
    async setPendingSecret(id: AgentId, sealedSecret: string): Promise<void> {
      await agents.updateOne({ _id: toObjectId(id) }, { $set: { pendingSecret: sealedSecret } })
    },

    /** Turns the second factor on if the pending secret is still the one that was confirmed. */
    async confirmSecondFactor(
      id: AgentId,
      factor: { readonly sealedSecret: string; readonly lastStep: number; readonly recoveryHashes: string[] },
    ): Promise<AgentRecord | undefined> {
      return updated(
        { _id: toObjectId(id), pendingSecret: factor.sealedSecret },
        { $set: { secondFactor: factor }, $unset: { pendingSecret: 1 }, $inc: { version: 1 } },
      )
    },

    async removeSecondFactor(id: AgentId): Promise<AgentRecord | undefined> {
      return updated(
        { _id: toObjectId(id) },
        { $unset: { secondFactor: 1, pendingSecret: 1 }, $inc: { version: 1 } },
      )
    },

    /** Marks a time step as used. False when it, or a later one, was used before: the code is a replay. */
    async useStep(id: AgentId, step: number): Promise<boolean> {
      const result = await agents.updateOne(
        { _id: toObjectId(id), 'secondFactor.lastStep': { $lt: step } },
        { $set: { 'secondFactor.lastStep': step } },
      )
      return result.modifiedCount === 1
    },

    /** Uses a recovery code up. False when there is none such. */
    async useRecoveryCode(id: AgentId, hash: string): Promise<boolean> {
      const result = await agents.updateOne(
        { _id: toObjectId(id), 'secondFactor.recoveryHashes': String(hash) },
        { $pull: { 'secondFactor.recoveryHashes': String(hash) } },
      )
      return result.modifiedCount === 1
    },
  }
}

function toRecord(document: AgentDocument): AgentRecord {
  return {
    id: document._id.toHexString() as AgentId,
    email: document.email,
    name: document.name,
    role: document.role,
    state: document.state,
    availability: document.availability,
    ...(document.availabilitySince ? { availabilitySinceMs: document.availabilitySince.getTime() } : {}),
    ...(document.pushReachableUntil ? { pushReachableUntilMs: document.pushReachableUntil.getTime() } : {}),
    locale: document.locale,
    sessionEpoch: document.sessionEpoch,
    secondFactor: document.secondFactor !== undefined,
    version: document.version,
  }
}

function toCredentials(document: AgentDocument): AgentCredentials {
  const { passwordHash, secondFactor, pendingSecret } = document
  return {
    agent: toRecord(document),
    ...(passwordHash === undefined ? {} : { passwordHash }),
    ...(pendingSecret === undefined ? {} : { pendingSecret }),
    ...(secondFactor === undefined
      ? {}
      : { secondFactor: { sealedSecret: secondFactor.sealedSecret, lastStep: secondFactor.lastStep } }),
  }
}
