import { WORK_TYPES } from '../domain/conversation.ts'
import type * as ids from '../domain/ids.ts'
import type * as queue from '../domain/queue-views.ts'
import { id, instant, z } from './fields.ts'
import { capacity, policy } from './policy-schemas.ts'
import { hoursState } from './routing-schemas.ts'
import { agentView, conversationView } from './view-schemas.ts'

/** See the domain's QueueView. */
export const queueView = z
  .object({
    teams: z.array(
      z.object({
        teamId: id<ids.TeamId>().optional(),
        waiting: z.array(
          z.object({
            conversation: conversationView,
            enteredAt: instant,
            position: z.int(),
            step: z.int(),
            wakeAt: instant.optional(),
            why: z.string(),
          }),
        ),
        total: z.int(),
      }),
    ),
    agents: z.array(
      z.object({
        agent: agentView,
        load: z.object({ total: z.int(), perWorkType: z.partialRecord(z.enum(WORK_TYPES), z.int()) }),
        capacity,
        hours: hoursState,
        available: z.boolean(),
        lastAssignedAt: instant.optional(),
      }),
    ),
  })
  .openapi('Queue') satisfies z.ZodType<queue.QueueView>

const MOST_CONVERSATIONS = 2_000

/** See the domain's DryRunCommand. */
export const dryRunCommand = z
  .strictObject({
    channelId: id<string>().optional(),
    categoryId: id<string>().optional(),
    policy,
    last: z
      .int('must be a whole number')
      .min(1, 'must be at least 1')
      .max(MOST_CONVERSATIONS, `must be at most ${MOST_CONVERSATIONS}`),
  })
  .refine(({ channelId, categoryId }) => (channelId === undefined) !== (categoryId === undefined), {
    path: ['channelId'],
    message: 'name either a channel or a category',
  }) satisfies z.ZodType<queue.DryRunCommand>

const outcome = z
  .object({
    assigned: z.int(),
    unassigned: z.int(),
    leftToPick: z.int(),
    medianWaitMs: z.number().optional(),
    p90WaitMs: z.number().optional(),
    maxWaitMs: z.number().optional(),
    spread: z.int(),
    perAgent: z.array(
      z.object({ agentId: id<ids.AgentId>(), name: z.string(), assigned: z.int(), mostOpen: z.int() }),
    ),
  })
  .openapi('DryRunOutcome') satisfies z.ZodType<queue.DryRunOutcomeView>

/** See the domain's DryRunView. */
export const dryRunView = z
  .object({
    conversations: z.int(),
    fromAt: instant.optional(),
    toAt: instant.optional(),
    historyFrom: instant.optional(),
    today: outcome,
    edited: outcome,
  })
  .openapi('DryRun') satisfies z.ZodType<queue.DryRunView>
