import type * as id from './ids.ts'
import type { AgentCapacity, FairCap } from './routing/agent-state.ts'
import type { HoursState, WorkingHours } from './routing/hours.ts'
import type { AssignmentPolicy, SkillRequirement } from './routing/policy.ts'
import type { PolicyIssue } from './routing/policy-check.ts'

/** A group of agents. */
export interface TeamView {
  readonly id: id.TeamId
  readonly name: string
  readonly memberIds: readonly id.AgentId[]
  /** For members who have no schedule of their own. */
  readonly schedule?: WorkingHours
  readonly version: number
}

/** A topic. Its policy goes before that of the channel. */
export interface CategoryView {
  readonly id: id.CategoryId
  readonly name: string
  readonly policy?: AssignmentPolicy
  /** What conversations of this topic ask for, beyond the policy's own skills. */
  readonly skills: readonly SkillRequirement[]
  /** What is questionable about the policy as it stands now; errors too, since agents and teams come and go. */
  readonly policyIssues: readonly PolicyIssue[]
  readonly version: number
}

/** A skill that agents may have. Languages need no entry: they are `language:` and the two-letter code. */
export interface SkillView {
  readonly id: id.SkillId
  readonly name: string
  readonly version: number
}

/** Where the working hours that hold for somebody come from. */
export interface EffectiveSchedule {
  readonly from: 'agent' | 'team' | 'workspace'
  /** With the holidays of the workspace among its own. */
  readonly schedule: WorkingHours
}

/** What the router goes by for one agent. What he has of his own stands beside what holds in the end. */
export interface AgentRoutingView {
  readonly agentId: id.AgentId
  readonly capacity: { readonly own?: AgentCapacity; readonly effective: AgentCapacity }
  /** His own; absent = that of the workspace. */
  readonly fairCap?: FairCap
  readonly effectiveFairCap?: FairCap
  /** Level per skill, 1 to 5. */
  readonly skills: Readonly<Record<string, number>>
  readonly primaryTeamId?: id.TeamId
  readonly teamIds: readonly id.TeamId[]
  readonly schedule?: WorkingHours
  /** Absent = works always. */
  readonly effectiveSchedule?: EffectiveSchedule
  readonly hours: HoursState
  /** He chose "online" while his hours were closed: what closed them does not hold him back until they open again. */
  readonly onlineOutOfHours: boolean
  /** Of these settings alone; 0 = never changed. */
  readonly version: number
}

/** Days on which nobody works, whatever his schedule says. */
export interface HolidayCalendar {
  readonly name: string
  /** Local dates as `YYYY-MM-DD`. */
  readonly dates: readonly string[]
}

/** What a tag on a conversation asks for. */
export interface TagSkills {
  readonly tag: string
  readonly skills: readonly SkillRequirement[]
}

/** What holds for the whole workspace unless an agent or team has its own. */
export interface RoutingSettingsView {
  /** Absent = unlimited. */
  readonly defaultCapacity?: AgentCapacity
  readonly fairCap?: FairCap
  /** Whether snoozed conversations count as load. */
  readonly countSnoozed: boolean
  /** Whether conversations that wait for the customer count as load. */
  readonly countPending: boolean
  /** How long an agent counts as present after his last device went, milliseconds. */
  readonly presenceGraceMs: number
  /** For whoever has none of his own or of his team. Absent = works always. */
  readonly schedule?: WorkingHours
  readonly holidays: readonly HolidayCalendar[]
  readonly tagSkills: readonly TagSkills[]
  /** 0 = never changed. */
  readonly version: number
}
