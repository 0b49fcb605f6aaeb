import type { Connection, mongo } from 'mongoose'
import type { AgentId, TeamId } from '../domain/ids.ts'
import type { AgentCapacity, FairCap } from '../domain/routing/agent-state.ts'
import type { WorkingHours } from '../domain/routing/hours.ts'
import type { ChosenOutOfHours } from '../domain/routing/out-of-hours.ts'
import { nativeCollection } from './native.ts'
import { toObjectId } from './object-id.ts'

/** What one agent has of his own; what is absent is as for everybody. */
export interface AgentRoutingRecord {
  readonly agentId: AgentId
  readonly capacity?: AgentCapacity
  readonly fairCap?: FairCap
  readonly skills: Readonly<Record<string, number>>
  readonly primaryTeamId?: TeamId
  readonly schedule?: WorkingHours
  readonly chosenOutOfHours?: ChosenOutOfHours
  /** When he last chose whether he takes conversations; absent = never. */
  readonly availabilitySinceMs?: number
  /** Of these settings alone; 0 = never changed. */
  readonly version: number
}

/** Undefined leaves a setting as it is, null takes it away. */
export interface AgentRoutingChange {
  readonly capacity?: AgentCapacity | null
  readonly fairCap?: FairCap | null
  readonly skills?: Readonly<Record<string, number>>
  readonly primaryTeamId?: TeamId | null
  readonly schedule?: WorkingHours | null
}

/** Names of skills may hold dots and dollars, so they are values here and never keys. */
interface RoutingFields {
  capacity?: AgentCapacity
  fairCap?: FairCap
  skills?: readonly { readonly skill: string; readonly level: number }[]
  primaryTeamId?: TeamId
  schedule?: WorkingHours
  version?: number
}

/** Where the settings lie in an agent's document. */
export interface AgentRoutingDocument {
  _id: mongo.ObjectId
  routing?: RoutingFields
  /** Beside the settings, since it changes with the availability and not with their version. */
  chosenOutOfHours?: ChosenOutOfHours
  availabilitySince?: Date
}

export type AgentRoutingStore = ReturnType<typeof createAgentRoutingStore>

/** The router's side of the agents; it lies in their own documents. */
export function createAgentRoutingStore(connection: Connection) {
  const agents = nativeCollection<AgentRoutingDocument>(connection, 'agents')
  const projection = { routing: 1, chosenOutOfHours: 1, availabilitySince: 1 } as const

  return {
    async get(id: AgentId): Promise<AgentRoutingRecord | undefined> {
      const found = await agents.findOne({ _id: toObjectId(id) }, { projection })
      return found ? toAgentRoutingRecord(found) : undefined
    },

    /** Of every agent, whatever the state of his account. */
    async list(): Promise<readonly AgentRoutingRecord[]> {
      return (await agents.find({}, { projection }).toArray()).map(toAgentRoutingRecord)
    },

    /** Changes the settings if they still have `version`. */
    async change(
      id: AgentId,
      version: number,
      { skills, ...change }: AgentRoutingChange,
    ): Promise<AgentRoutingRecord | undefined> {
      const set: Record<string, unknown> = {}
      const unset: Record<string, ''> = {}
      for (const [key, value] of Object.entries(change)) {
        if (value === null) unset[`routing.${key}`] = ''
        else if (value !== undefined) set[`routing.${key}`] = value
      }
      if (skills) {
        set['routing.skills'] = Object.entries(skills).map(([skill, level]) => ({ skill, level }))
      }
      const found = await agents.findOneAndUpdate(
        // Settings that were never changed have no version yet, which null finds.
        {
          _id: toObjectId(id),
          'routing.version': version === 0 ? null : version,
        } as mongo.Filter<AgentRoutingDocument>,
        {
          ...(Object.keys(set).length > 0 ? { $set: set } : {}),
          ...(Object.keys(unset).length > 0 ? { $unset: unset } : {}),
          $inc: { 'routing.version': 1 },
        } as mongo.UpdateFilter<AgentRoutingDocument>,
        { returnDocument: 'after', projection },
      )
      return found ? toAgentRoutingRecord(found) : undefined
    },
  }
}

/** How the settings read in an agent's document. */
export function toAgentRoutingRecord(document: AgentRoutingDocument): AgentRoutingRecord {
  const { _id, routing = {}, chosenOutOfHours, availabilitySince } = document
  const { skills = [], version = 0, ...own } = routing
  return {
    ...own,
    agentId: _id.toHexString() as AgentId,
    skills: Object.fromEntries(skills.map(({ skill, level }) => [skill, level])),
    ...(chosenOutOfHours ? { chosenOutOfHours } : {}),
    ...(availabilitySince ? { availabilitySinceMs: availabilitySince.getTime() } : {}),
    version,
  }
}
