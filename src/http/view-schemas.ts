import { AVAILABILITIES } from '../domain/agent.ts'
import type { ChannelMark } from '../domain/channel-mark.ts'
import { CONVERSATION_STATUSES, PRIORITIES, WORK_TYPES } from '../domain/conversation.ts'
import type * as ids from '../domain/ids.ts'
import { FILED_REASONS } from '../domain/letter.ts'
import { MESSAGE_STATUSES } from '../domain/message.ts'
import type { MessageTemplate } from '../domain/message-template.ts'
import { PERMISSIONS, ROLES } from '../domain/permissions.ts'
import type { WhyView } from '../domain/queue-views.ts'
import { ROUTING_STRATEGIES } from '../domain/routing/policy.ts'
import { EXCLUSION_REASONS, ROUTING_OUTCOMES } from '../domain/routing/trace.ts'
import type * as views from '../domain/views.ts'
import { capabilities } from './capability-schemas.ts'
import { fileId, id, instant, pageOf, version, z } from './fields.ts'
import { letterView } from './letter-schemas.ts'
import { richFields } from './message-schemas.ts'
import { policy, policyIssue, skillRequirement } from './policy-schemas.ts'

/** A role of the workspace. */
export const role = z.enum(ROLES)
/** A permission, which is also a scope of API tokens. */
export const permission = z.enum(PERMISSIONS)
/** What an agent chose. */
export const availability = z.enum(AVAILABILITIES)

const agentFields = {
  id: id<ids.AgentId>(),
  name: z.string(),
  email: z.string(),
  role,
  state: z.enum(['invited', 'active', 'deactivated']),
  availability,
  present: z.boolean(),
  seenAt: instant.optional(),
  pushReachableUntil: instant.optional(),
  version,
}
/** See the domain's AgentView. */
export const agentView = z.object(agentFields).openapi('Agent') satisfies z.ZodType<views.AgentView>
/** See the domain's ProfileView. */
export const profileView = z
  .object({ ...agentFields, permissions: z.array(permission), secondFactor: z.boolean(), locale: z.string() })
  .openapi('Profile') satisfies z.ZodType<views.ProfileView>

/** Who may see a channel's conversations. */
export const access = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('everyone') }),
    z.strictObject({ kind: z.literal('agents'), agentIds: z.array(id<ids.AgentId>()).max(500) }),
  ])
  .openapi('ChannelAccess') satisfies z.ZodType<views.ChannelAccess>

/** See the domain's ChannelMark. */
export const channelMark = z
  .object({ path: z.string(), color: z.string() })
  .openapi('ChannelMark') satisfies z.ZodType<ChannelMark>

/** What a setting of a channel may hold. */
export const configValue = z.union([
  z.string().max(20_000),
  z.number(),
  z.boolean(),
  z.array(z.string().max(20_000)).max(1_000),
])
const channelFields = {
  id: id<ids.ChannelId>(),
  type: z.string() as unknown as z.ZodType<ids.ChannelType, string>,
  typeName: z.string(),
  mark: channelMark.optional(),
  name: z.string(),
  paused: z.boolean(),
  health: z.object({
    state: z.enum(['unknown', 'healthy', 'degraded', 'failing']),
    code: z.string().optional(),
    detail: z.string().optional(),
    at: instant.optional(),
  }),
  capabilities,
  deletedAt: instant.optional(),
  version,
}
/** See the domain's ChannelView. */
export const channelView = z.object(channelFields).openapi('Channel') satisfies z.ZodType<views.ChannelView>
const channelRoutingFields = {
  ...channelFields,
  policy,
  policyIssues: z.array(policyIssue),
  categoryId: id<ids.CategoryId>().optional(),
  skills: z.array(skillRequirement),
}

/** See the domain's ChannelRoutingView. */
export const channelRoutingView = z
  .object(channelRoutingFields)
  .openapi('ChannelRouting') satisfies z.ZodType<views.ChannelRoutingView>

/** See the domain's ChannelAdminView. */
export const channelAdminView = z
  .object({
    ...channelRoutingFields,
    config: z.record(z.string(), configValue),
    access,
    webhookUrl: z.string().optional(),
    snippet: z.string().optional(),
    createdAt: instant,
  })
  .openapi('ChannelWithSettings') satisfies z.ZodType<views.ChannelAdminView>

/** See the domain's ApiTokenView. */
export const apiTokenView = z
  .object({
    id: id<ids.ApiTokenId>(),
    name: z.string(),
    scopes: z.array(permission),
    createdAt: instant,
    expiresAt: instant.optional(),
    lastUsedAt: instant.optional(),
  })
  .openapi('ApiToken') satisfies z.ZodType<views.ApiTokenView>

/** See the domain's AttachmentView. */
export const attachmentView = z
  .object({
    id: fileId<ids.AttachmentId>(),
    name: z.string(),
    contentType: z.string(),
    sizeBytes: z.int(),
    width: z.int().optional(),
    height: z.int().optional(),
    contentId: z.string().optional(),
    state: z.enum(['fetching', 'gone', 'too-large']).optional(),
  })
  .openapi('Attachment') satisfies z.ZodType<views.AttachmentView>

const messageStatus = z.enum(MESSAGE_STATUSES)
const direction = z.enum(['inbound', 'outbound'])
const messageKind = z.enum(['message', 'note', 'event'])

/** See the domain's ConversationView. */
export const conversationView = z
  .object({
    id: id<ids.ConversationId>(),
    channelId: id<ids.ChannelId>(),
    contact: z.object({ id: id<ids.ContactId>(), name: z.string() }),
    status: z.enum(CONVERSATION_STATUSES),
    snoozedUntil: instant.optional(),
    assigneeId: id<ids.AgentId>().optional(),
    teamId: id<ids.TeamId>().optional(),
    teamByHand: z.boolean().optional(),
    workType: z.enum(WORK_TYPES),
    categoryId: id<ids.CategoryId>().optional(),
    priority: z.enum(PRIORITIES),
    tags: z.array(z.string()),
    subject: z.string().optional(),
    unreadCount: z.int(),
    filed: z.enum(FILED_REASONS).optional(),
    lastMessage: z
      .object({
        id: id<ids.MessageId>(),
        direction,
        kind: messageKind,
        preview: z.string(),
        attachmentCount: z.int(),
        status: messageStatus.optional(),
        at: instant,
      })
      .optional(),
    lastInboundAt: instant.optional(),
    lastActivityAt: instant,
    createdAt: instant,
    previousId: id<ids.ConversationId>().optional(),
    routing: z.object({
      status: z.enum(['pending', 'waiting', 'settled']),
      decisionId: id<ids.RoutingDecisionId>().optional(),
    }),
    version,
  })
  .openapi('Conversation') satisfies z.ZodType<views.ConversationView>

/** See the domain's MessageView. */
export const messageView = z
  .object({
    id: id<ids.MessageId>(),
    conversationId: id<ids.ConversationId>(),
    direction,
    kind: messageKind,
    author: z.object({
      kind: z.enum(['contact', 'agent', 'system']),
      id: z.string().optional(),
      name: z.string(),
    }),
    text: z.string(),
    attachments: z.array(attachmentView),
    event: z
      .object({
        name: z.enum([
          'assigned',
          'unassigned',
          'resolved',
          'reopened',
          'opened',
          'snoozed',
          'pending',
          'priority-changed',
          'tags-changed',
          'team-changed',
          'category-changed',
          'sent-back',
          'lapsed',
          'owner-left',
          'escalated',
          'filed-spam',
          'unfiled',
          'contact-changed',
          'continued',
          'continuation-failed',
          'opted-out',
          'opted-in',
        ]),
        agentName: z.string().optional(),
        value: z.string().optional(),
      })
      .optional(),
    status: messageStatus.optional(),
    clientMessageId: z.string().optional(),
    delivery: z
      .object({
        state: z.enum(['queued', 'leased', 'done', 'dead', 'unknown']),
        attempts: z.int(),
        nextAttemptAt: instant.optional(),
        errorCode: z.string().optional(),
        errorDetail: z.string().optional(),
        certainty: z.enum(['not-sent', 'unknown']).optional(),
        checking: z.boolean().optional(),
        hasReport: z.boolean().optional(),
      })
      .optional(),
    ...richFields,
    letter: letterView.optional(),
    unsupported: z.string().optional(),
    editedAt: instant.optional(),
    deletedAt: instant.optional(),
    createdAt: instant,
    order: z.number(),
    version,
  })
  .openapi('Message') satisfies z.ZodType<views.MessageView>

/** See the domain's MessageTemplate. */
export const messageTemplate = z
  .object({
    id: z.string(),
    name: z.string(),
    language: z.string(),
    category: z.string().optional(),
    body: z.string(),
    variables: z.array(z.object({ key: z.string(), example: z.string().optional() })),
    buttons: z.array(z.string()),
    media: z.array(z.string()),
    unusable: z.string().optional(),
  })
  .openapi('MessageTemplate') satisfies z.ZodType<MessageTemplate>

/** See the domain's ContactView. */
export const contactView = z
  .object({
    id: id<ids.ContactId>(),
    name: z.string(),
    emails: z.array(z.string()),
    phones: z.array(z.string()),
    attributes: z.record(z.string(), z.string()),
    tags: z.array(z.string()),
    identities: z.array(
      z.object({
        id: id<ids.ContactIdentityId>(),
        channelId: id<ids.ChannelId>(),
        externalId: z.string(),
        displayName: z.string().optional(),
        verified: z.boolean(),
        optedOutAt: instant.optional(),
        avatarId: fileId<ids.AttachmentId>().optional(),
      }),
    ),
    ownerId: id<ids.AgentId>().optional(),
    mergedInto: id<ids.ContactId>().optional(),
    createdAt: instant,
    version,
  })
  .openapi('Contact') satisfies z.ZodType<views.ContactView>

/** See the domain's RoutingDecisionView. */
export const routingDecisionView = z
  .object({
    id: id<ids.RoutingDecisionId>(),
    conversationId: id<ids.ConversationId>(),
    trigger: z.string(),
    outcome: z.enum([...ROUTING_OUTCOMES, 'nobody-eligible', 'lost-to-a-person']),
    winner: id<ids.AgentId>().optional(),
    step: z.int().optional(),
    strategy: z.enum(ROUTING_STRATEGIES).optional(),
    teamId: id<ids.TeamId>().optional(),
    candidates: z.array(
      z.object({
        agentId: id<ids.AgentId>(),
        name: z.string(),
        step: z.int(),
        excluded: z.enum(EXCLUSION_REASONS).optional(),
        sinceMs: z.number().optional(),
        untilMs: z.number().optional(),
        load: z.int().optional(),
        limit: z.int().optional(),
        workType: z.enum(WORK_TYPES).optional(),
        skill: z.string().optional(),
        level: z.int().optional(),
        score: z.number().optional(),
        preference: z.number().optional(),
      }),
    ),
    tallies: z.array(
      z.object({
        step: z.int(),
        strategy: z.enum(ROUTING_STRATEGIES),
        members: z.int(),
        eligible: z.int(),
        excluded: z.partialRecord(z.enum(EXCLUSION_REASONS), z.int()),
        omitted: z.int(),
      }),
    ),
    wakeAt: instant.optional(),
    durationMs: z.number(),
    decidedAt: instant,
  })
  .openapi('RoutingDecision') satisfies z.ZodType<views.RoutingDecisionView>

/** See the domain's WhyView. */
export const whyView = z
  .object({
    text: z.string(),
    pieces: z.array(
      z.object({
        code: z.string(),
        values: z.record(z.string(), z.union([z.string(), z.number()])),
        text: z.string(),
      }),
    ),
    decision: routingDecisionView.optional(),
  })
  .openapi('Why') as unknown as z.ZodType<WhyView>

/** See the domain's QuarantineView. */
export const quarantineView = z
  .object({
    id: z.string() as unknown as z.ZodType<ids.JournalEntryId, string>,
    channelId: id<ids.ChannelId>(),
    receivedAt: instant,
    tries: z.int(),
    error: z.string(),
    rawBase64: z.string().optional(),
    headers: z.record(z.string(), z.string()).optional(),
  })
  .openapi('QuarantinedEntry') satisfies z.ZodType<views.QuarantineView>

/** A page of agents, and of channels. */
export const agentPage = pageOf(agentView)
export const channelPage = pageOf(channelView)
export const apiTokenPage = pageOf(apiTokenView)
