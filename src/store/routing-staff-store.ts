import type { Connection, mongo } from 'mongoose'
import type { AgentState, Availability } from '../domain/agent.ts'
import type { AgentId } from '../domain/ids.ts'
import type { Role } from '../domain/permissions.ts'
import { type AgentLoad, type AgentLoadDocument, toAgentLoad } from './agent-load-store.ts'
import {
  type AgentRoutingDocument,
  type AgentRoutingRecord,
  toAgentRoutingRecord,
} from './agent-routing-store.ts'
import { nativeCollection } from './native.ts'

/** An agent with all that the router asks of his document, as it was at one moment. */
export interface StaffRecord {
  readonly id: AgentId
  readonly name: string
  readonly role: Role
  readonly state: AgentState
  readonly availability: Availability
  readonly availabilitySinceMs?: number
  readonly pushReachableUntilMs?: number
  readonly own: AgentRoutingRecord
  readonly load: AgentLoad
}

type StaffDocument = AgentLoadDocument &
  AgentRoutingDocument & {
    _id: mongo.ObjectId
    name: string
    role: Role
    state: AgentState
    availability: Availability
    pushReachableUntil?: Date
  }

export type RoutingStaffStore = ReturnType<typeof createRoutingStaffStore>

const byName = new Intl.Collator().compare

/** One reading of everybody for each routing run: account, choice, settings and counters lie in one document. */
export function createRoutingStaffStore(connection: Connection) {
  const agents = nativeCollection<StaffDocument>(connection, 'agents')
  const projection = {
    name: 1,
    role: 1,
    state: 1,
    availability: 1,
    availabilitySince: 1,
    pushReachableUntil: 1,
    routing: 1,
    chosenOutOfHours: 1,
    'load.open': 1,
    'load.recent': 1,
    'load.total': 1,
    'load.lastAssignedAt': 1,
    'load.given': 1,
    'load.rule': 1,
    'load.epoch': 1,
    'load.version': 1,
  } as const

  return {
    /** Everybody, whatever the state of his account, by name. */
    async list(): Promise<readonly StaffRecord[]> {
      const found = await agents.find({}, { projection }).toArray()
      return found
        .map(toStaffRecord)
        .sort((one, other) => byName(one.name, other.name) || (one.id < other.id ? -1 : 1))
    },
  }
}

function toStaffRecord(document: StaffDocument): StaffRecord {
  const { _id, name, role, state, availability, availabilitySince, pushReachableUntil } = document
  return {
    id: _id.toHexString() as AgentId,
    name,
    role,
    state,
    availability,
    ...(availabilitySince ? { availabilitySinceMs: availabilitySince.getTime() } : {}),
    ...(pushReachableUntil ? { pushReachableUntilMs: pushReachableUntil.getTime() } : {}),
    own: toAgentRoutingRecord(document),
    load: toAgentLoad(document),
  }
}
