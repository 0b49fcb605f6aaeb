import type * as ids from '../domain/ids.ts'
import type { HoursState, WorkingHours } from '../domain/routing/hours.ts'
import type * as commands from '../domain/routing-commands.ts'
import type * as views from '../domain/routing-views.ts'
import { id, line, pageOf, version, z } from './fields.ts'
import {
  capacity,
  fairCap,
  policy,
  policyIssue,
  skillName,
  skillRequirement,
  skillRequirements,
} from './policy-schemas.ts'

const MOST_MEMBERS = 2_000
const MOST_SKILLS_OF_ONE = 200
/** Of one schedule, and of all calendars of the workspace together: each schedule holds them all. */
const MOST_HOLIDAYS = 500
const LAST_INSTANT_MS = 8_640_000_000_000_000

const instantMs = z.int('must be milliseconds since the epoch').min(0).max(LAST_INSTANT_MS)
const localDate = z.iso.date('must be a date such as 2026-12-25')
const dates = z.array(localDate).max(MOST_HOLIDAYS)

/** See the domain's WorkingHours; whether the hours make sense is checked apart. */
export const workingHours = z
  .strictObject({
    timeZone: line(64),
    weekly: z
      .array(
        z.strictObject({
          weekday: z.int().min(0, 'must be 0 (Sunday) to 6').max(6, 'must be 0 (Sunday) to 6'),
          fromMinute: z.int().min(0, 'must be 0 to 1439').max(1_439, 'must be 0 to 1439'),
          toMinute: z.int().min(1, 'must be 1 to 1440').max(1_440, 'must be 1 to 1440'),
        }),
      )
      .max(100),
    timeOff: z
      .array(z.strictObject({ fromMs: instantMs, toMs: instantMs }))
      .max(500)
      .default([]),
    holidays: dates.default([]),
  })
  .openapi('WorkingHours') satisfies z.ZodType<WorkingHours>

const agentIds = z.array(id<string>()).max(MOST_MEMBERS)

/** See the domain's TeamView. */
export const teamView = z
  .object({
    id: id<ids.TeamId>(),
    name: z.string(),
    memberIds: z.array(id<ids.AgentId>()),
    schedule: workingHours.optional(),
    version,
  })
  .openapi('Team') satisfies z.ZodType<views.TeamView>
/** See the domain's CreateTeamCommand. */
export const createTeamCommand = z.strictObject({
  name: line(100),
  memberIds: agentIds.optional(),
  schedule: workingHours.optional(),
}) satisfies z.ZodType<commands.CreateTeamCommand>
/** See the domain's UpdateTeamCommand. */
export const updateTeamCommand = z.strictObject({
  name: line(100).optional(),
  memberIds: agentIds.optional(),
  schedule: workingHours.nullable().optional(),
  version,
}) satisfies z.ZodType<commands.UpdateTeamCommand>

/** See the domain's CategoryView. */
export const categoryView = z
  .object({
    id: id<ids.CategoryId>(),
    name: z.string(),
    policy: policy.optional(),
    skills: z.array(skillRequirement),
    policyIssues: z.array(policyIssue),
    version,
  })
  .openapi('Category') satisfies z.ZodType<views.CategoryView>
/** See the domain's CreateCategoryCommand. */
export const createCategoryCommand = z.strictObject({
  name: line(100),
  policy: policy.optional(),
  skills: skillRequirements.optional(),
}) satisfies z.ZodType<commands.CreateCategoryCommand>
/** See the domain's UpdateCategoryCommand. */
export const updateCategoryCommand = z.strictObject({
  name: line(100).optional(),
  policy: policy.nullable().optional(),
  skills: skillRequirements.optional(),
  version,
}) satisfies z.ZodType<commands.UpdateCategoryCommand>

/** See the domain's SkillView. */
export const skillView = z
  .object({ id: id<ids.SkillId>(), name: z.string(), version })
  .openapi('Skill') satisfies z.ZodType<views.SkillView>
/** See the domain's CreateSkillCommand. */
export const createSkillCommand = z.strictObject({
  name: skillName.refine((name) => !/^language:/iu.test(name), 'languages need no entry'),
}) satisfies z.ZodType<commands.CreateSkillCommand>

const level = z.int('must be a whole number').min(1, 'must be 1 to 5').max(5, 'must be 1 to 5')
const skillLevels = z
  .record(skillName, level)
  .refine((skills) => Object.keys(skills).length <= MOST_SKILLS_OF_ONE, {
    message: `must name at most ${MOST_SKILLS_OF_ONE} skills`,
  })

/** See the domain's HoursState. */
export const hoursState = z.object({
  within: z.boolean(),
  closedBy: z.enum(['out-of-hours', 'time-off', 'holiday']).optional(),
  untilMs: z.number().optional(),
}) satisfies z.ZodType<HoursState>

/** See the domain's AgentRoutingView. */
export const agentRoutingView = z
  .object({
    agentId: id<ids.AgentId>(),
    capacity: z.object({ own: capacity.optional(), effective: capacity }),
    fairCap: fairCap.optional(),
    effectiveFairCap: fairCap.optional(),
    skills: z.record(z.string(), z.int()),
    primaryTeamId: id<ids.TeamId>().optional(),
    teamIds: z.array(id<ids.TeamId>()),
    schedule: workingHours.optional(),
    effectiveSchedule: z
      .object({ from: z.enum(['agent', 'team', 'workspace']), schedule: workingHours })
      .optional(),
    hours: hoursState,
    onlineOutOfHours: z.boolean(),
    version,
  })
  .openapi('AgentRouting') satisfies z.ZodType<views.AgentRoutingView>
/** See the domain's UpdateAgentRoutingCommand. */
export const updateAgentRoutingCommand = z.strictObject({
  capacity: capacity.nullable().optional(),
  fairCap: fairCap.nullable().optional(),
  skills: skillLevels.optional(),
  primaryTeamId: id<string>().nullable().optional(),
  schedule: workingHours.nullable().optional(),
  version,
}) satisfies z.ZodType<commands.UpdateAgentRoutingCommand>

const holidays = z.array(z.strictObject({ name: line(100), dates })).max(50)
const tagSkills = z.array(z.strictObject({ tag: line(50), skills: skillRequirements })).max(200)

/** See the domain's RoutingSettingsView. */
export const routingSettingsView = z
  .object({
    defaultCapacity: capacity.optional(),
    fairCap: fairCap.optional(),
    countSnoozed: z.boolean(),
    countPending: z.boolean(),
    presenceGraceMs: z.int(),
    schedule: workingHours.optional(),
    holidays,
    tagSkills,
    version,
  })
  .openapi('RoutingSettings') satisfies z.ZodType<views.RoutingSettingsView>
/** See the domain's UpdateRoutingSettingsCommand. */
export const updateRoutingSettingsCommand = z.strictObject({
  defaultCapacity: capacity.nullable().optional(),
  fairCap: fairCap.nullable().optional(),
  countSnoozed: z.boolean().optional(),
  countPending: z.boolean().optional(),
  presenceGraceMs: z
    .int('must be whole milliseconds')
    .min(0, 'must not be negative')
    .max(1_800_000, 'must be at most half an hour')
    .optional(),
  schedule: workingHours.nullable().optional(),
  holidays: holidays
    .refine((calendars) => new Set(calendars.map(({ name }) => name)).size === calendars.length, {
      message: 'must not name a calendar twice',
    })
    .refine((calendars) => calendars.flatMap(({ dates }) => dates).length <= MOST_HOLIDAYS, {
      message: `must not hold more than ${MOST_HOLIDAYS} dates in all`,
    })
    .optional(),
  tagSkills: tagSkills
    .refine((entries) => new Set(entries.map(({ tag }) => tag)).size === entries.length, {
      message: 'must not name a tag twice',
    })
    .optional(),
  version,
}) satisfies z.ZodType<commands.UpdateRoutingSettingsCommand>

/** See the domain's CheckPolicyCommand. */
export const checkPolicyCommand = z.strictObject({ policy }) satisfies z.ZodType<commands.CheckPolicyCommand>
/** What a check found. */
export const policyIssues = z.object({ issues: z.array(policyIssue) })
/** The policies that support teams know by name. */
export const policyPresets = z.object({
  items: z.array(
    z.object({
      key: z.string(),
      name: z.string(),
      summary: z.string(),
      needs: z.enum(['team']).optional(),
      policy,
    }),
  ),
})

export const teamPage = pageOf(teamView)
export const categoryPage = pageOf(categoryView)
export const skillPage = pageOf(skillView)
