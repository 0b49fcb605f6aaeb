import type { AgentCapacity, FairCap } from './routing/agent-state.ts'
import type { WorkingHours } from './routing/hours.ts'
import type { AssignmentPolicy, SkillRequirement } from './routing/policy.ts'
import type { HolidayCalendar, TagSkills } from './routing-views.ts'

/** Makes a team. */
export interface CreateTeamCommand {
  readonly name: string
  readonly memberIds?: readonly string[]
  readonly schedule?: WorkingHours
}

/** Changes a team; what is left out stays, null takes away. */
export interface UpdateTeamCommand {
  readonly name?: string
  readonly memberIds?: readonly string[]
  readonly schedule?: WorkingHours | null
  readonly version: number
}

/** Makes a category. */
export interface CreateCategoryCommand {
  readonly name: string
  readonly policy?: AssignmentPolicy
  readonly skills?: readonly SkillRequirement[]
}

/** Changes a category; what is left out stays, null takes away. */
export interface UpdateCategoryCommand {
  readonly name?: string
  readonly policy?: AssignmentPolicy | null
  readonly skills?: readonly SkillRequirement[]
  readonly version: number
}

/** Makes a skill known. */
export interface CreateSkillCommand {
  readonly name: string
}

/** Changes what the router goes by for one agent; what is left out stays, null goes back to what holds for all. */
export interface UpdateAgentRoutingCommand {
  readonly capacity?: AgentCapacity | null
  readonly fairCap?: FairCap | null
  /** All of them, with their levels. */
  readonly skills?: Readonly<Record<string, number>>
  readonly primaryTeamId?: string | null
  readonly schedule?: WorkingHours | null
  readonly version: number
}

/** Changes what holds for the whole workspace; what is left out stays, null takes away. */
export interface UpdateRoutingSettingsCommand {
  readonly defaultCapacity?: AgentCapacity | null
  readonly fairCap?: FairCap | null
  readonly countSnoozed?: boolean
  readonly countPending?: boolean
  readonly presenceGraceMs?: number
  readonly schedule?: WorkingHours | null
  readonly holidays?: readonly HolidayCalendar[]
  readonly tagSkills?: readonly TagSkills[]
  readonly version: number
}

/** A policy to look at before it is saved. */
export interface CheckPolicyCommand {
  readonly policy: AssignmentPolicy
}
