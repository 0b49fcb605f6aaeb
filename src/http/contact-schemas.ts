import type * as commands from '../domain/commands.ts'
import { CONVERSATION_STATUSES } from '../domain/conversation.ts'
import type * as ids from '../domain/ids.ts'
import type * as views from '../domain/views.ts'
import { id, instant, pageOf, version, z } from './fields.ts'
import { contactView, messageView } from './view-schemas.ts'

/** See the domain's DuplicateView. */
export const duplicateView = z
  .object({
    contact: contactView,
    because: z.array(z.object({ kind: z.enum(['email', 'phone']), value: z.string() })),
  })
  .openapi('Duplicate') satisfies z.ZodType<views.DuplicateView>

/** See the domain's MergePreviewView. */
export const mergePreviewView = z
  .object({
    result: contactView,
    taken: z.object({
      emails: z.array(z.string()),
      phones: z.array(z.string()),
      tags: z.array(z.string()),
      attributes: z.array(z.string()),
      identities: z.array(id<ids.ContactIdentityId>()),
      ownerId: id<ids.AgentId>().optional(),
    }),
    conflicts: z.array(z.object({ key: z.string(), stays: z.string(), goes: z.string() })),
    conversations: z.int(),
    version,
    contactVersion: version,
  })
  .openapi('MergePreview') satisfies z.ZodType<views.MergePreviewView>

/** See the domain's MergeView. */
export const mergeView = z
  .object({
    id: id<string>(),
    contactId: id<ids.ContactId>(),
    absorbed: z.object({ id: id<ids.ContactId>(), name: z.string() }),
    by: z.object({ id: id<ids.AgentId>(), name: z.string() }),
    at: instant,
    undoneAt: instant.optional(),
    undoable: z.boolean(),
  })
  .openapi('Merge') satisfies z.ZodType<views.MergeView>

/** A merge, and the contact as it stands after it. */
export const mergeOutcome = z.object({ merge: mergeView, contact: contactView }).openapi('MergeOutcome')

/** See the domain's ReachView. */
export const reachView = z
  .object({
    channelId: id<ids.ChannelId>(),
    channelName: z.string(),
    identityId: id<ids.ContactIdentityId>().optional(),
    to: z.string(),
    conversationId: id<ids.ConversationId>().optional(),
    lastInboundAt: instant.optional(),
    ok: z.boolean(),
    templatesOnly: z.boolean().optional(),
    windowClosesAt: instant.optional(),
    reason: z
      .enum(['window-closed', 'opted-out', 'paused', 'failing', 'start-unsupported', 'deleted', 'no-access'])
      .optional(),
  })
  .openapi('Reach') satisfies z.ZodType<views.ReachView>

/** See the domain's TimelineEntryView. */
export const timelineEntryView = z
  .object({
    message: messageView,
    channelId: id<ids.ChannelId>(),
    conversation: z.object({
      id: id<ids.ConversationId>(),
      status: z.enum(CONVERSATION_STATUSES),
      subject: z.string().optional(),
    }),
  })
  .openapi('TimelineEntry') satisfies z.ZodType<views.TimelineEntryView>

export const duplicateList = z.object({ items: z.array(duplicateView) })
export const mergeList = z.object({ items: z.array(mergeView) })
export const reachList = z.object({ items: z.array(reachView) })
export const timelinePage = pageOf(timelineEntryView)

/** See the domain's MergeContactCommand. */
export const mergeContactCommand = z.strictObject({
  contactId: id<string>(),
  version,
  contactVersion: version,
}) satisfies z.ZodType<commands.MergeContactCommand>

/** The contact that would go. */
export const mergePreviewQuery = z.strictObject({ with: id<ids.ContactId>() })
/** Two contacts that are alike. */
export const pairParams = z.strictObject({ id: id<ids.ContactId>(), otherId: id<ids.ContactId>() })
