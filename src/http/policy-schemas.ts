import type * as ids from '../domain/ids.ts'
import type { AgentCapacity, FairCap } from '../domain/routing/agent-state.ts'
import {
  type AssignmentPolicy,
  POLICY_DEFAULTS,
  ROUTING_STRATEGIES,
  type SkillRequirement,
} from '../domain/routing/policy.ts'
import type { PolicyIssue } from '../domain/routing/policy-check.ts'
import { id, line, text, z } from './fields.ts'

/** Days of milliseconds, and of numbers at all, that a policy may name before its own check looks at them. */
const durationMs = z.int('must be whole milliseconds')

/** The name of a skill: nothing that an object already has, since levels are looked up by it. */
export const skillName = line(50).refine((name) => !(name in Object.prototype), 'is not allowed')

/** See the domain's SkillRequirement. */
export const skillRequirement = z
  .strictObject({
    skill: skillName,
    level: z.int('must be a whole number').min(1, 'must be 1 to 5').max(5, 'must be 1 to 5'),
    mode: z.enum(['require', 'prefer']),
    relaxAfterMs: durationMs.optional(),
  })
  .openapi('SkillRequirement') satisfies z.ZodType<SkillRequirement>

/** What a channel, category or tag asks for. */
export const skillRequirements = z.array(skillRequirement).max(20)

const target = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('none') }),
    z.strictObject({ kind: z.literal('team'), teamId: id<ids.TeamId>() }),
    z.strictObject({
      kind: z.literal('agents-and-teams'),
      agentIds: z.union([z.literal('all'), z.array(id<ids.AgentId>()).max(500)]),
      teamIds: z.array(id<ids.TeamId>()).max(100).default([]),
      primaryTeamOnly: z.boolean().default(false),
    }),
    z.strictObject({ kind: z.literal('contact-owner') }),
    z.strictObject({ kind: z.literal('last-agent') }),
    z.strictObject({ kind: z.literal('fixed-agent'), agentId: id<ids.AgentId>() }),
  ])
  .openapi('RoutingTarget')

/**
 * How conversations are distributed: steps tried in order, and what holds afterwards. Only the form is checked here;
 * whether it can work is the policy check's to say, with a code and a sentence for each fault.
 */
export const policy = z
  .strictObject({
    steps: z
      .array(
        z.strictObject({
          target,
          strategy: z.enum(ROUTING_STRATEGIES),
          availableOnly: z.boolean().default(true),
          waitMs: durationMs.default(0),
        }),
      )
      .max(20),
    ownerOffline: z.enum(['keep', 're-route']).default(POLICY_DEFAULTS.ownerOffline),
    onUnassign: z.enum(['wait', 're-route']).default(POLICY_DEFAULTS.onUnassign),
    silentAfterMs: durationMs.optional(),
    silentMost: z.int('must be a whole number').default(POLICY_DEFAULTS.silentMost),
    onResolve: z.enum(['keep-assignee', 'drop-assignee']).default(POLICY_DEFAULTS.onResolve),
    onReopen: z.enum(['same-agent-if-available', 're-route']).default(POLICY_DEFAULTS.onReopen),
    newConversationAfterMs: durationMs.optional(),
    rerouteOnCategoryChange: z.boolean().default(POLICY_DEFAULTS.rerouteOnCategoryChange),
    skills: skillRequirements.default([]),
    requireLanguage: z.strictObject({ relaxAfterMs: durationMs.optional() }).optional(),
    customerMessage: text(1_000).optional(),
    showQueuePlace: z.boolean().default(POLICY_DEFAULTS.showQueuePlace),
  })
  .openapi('AssignmentPolicy') satisfies z.ZodType<AssignmentPolicy>

/** See the domain's PolicyIssue. */
export const policyIssue = z
  .object({
    path: z.string(),
    code: z.string(),
    severity: z.enum(['error', 'warning']),
    message: z.string(),
  })
  .openapi('PolicyIssue') as unknown as z.ZodType<PolicyIssue>

const most = (limit: number) =>
  z.int('must be a whole number').min(0, 'must not be negative').max(limit, `must be at most ${limit}`)

/** See the domain's AgentCapacity. */
export const capacity = z
  .strictObject({
    total: most(1_000).optional(),
    perWorkType: z
      .strictObject({
        messaging: most(1_000).optional(),
        email: most(1_000).optional(),
        calling: most(1_000).optional(),
      })
      .optional(),
  })
  .openapi('AgentCapacity') satisfies z.ZodType<AgentCapacity>

/** See the domain's FairCap. */
export const fairCap = z
  .strictObject({
    most: most(1_000).min(1, 'must be at least 1'),
    windowMs: z
      .int('must be whole milliseconds')
      .min(60_000, 'must be at least a minute')
      .max(7 * 86_400_000, 'must be at most seven days'),
  })
  .openapi('FairCap') satisfies z.ZodType<FairCap>
