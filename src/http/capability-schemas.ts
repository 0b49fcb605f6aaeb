import type { Capabilities, Support } from '../domain/capabilities.ts'
import { WORK_TYPES } from '../domain/conversation.ts'
import { z } from './fields.ts'

const support = z.enum(['native', 'degraded', 'absent']).openapi('Support') satisfies z.ZodType<Support>
const segmentSizes = z.object({ single: z.int(), each: z.int() })
const paceLimit = z.object({ messages: z.int(), perMs: z.int(), burst: z.int().optional() })
/** See the domain's Capabilities. */
export const capabilities = z
  .object({
    workType: z.enum(WORK_TYPES),
    text: z.object({
      support,
      maxLength: z.int(),
      overLimit: z.enum(['split', 'refuse']),
      segments: z.object({ gsm7: segmentSizes, ucs2: segmentSizes }).optional(),
    }),
    formatting: support.optional(),
    attachments: z.object({
      support,
      maxBytes: z.int(),
      maxPerMessage: z.int(),
      maxTotalBytes: z.int().optional(),
      overCount: z.enum(['split', 'refuse']).optional(),
      maxTextLength: z.int().optional(),
      textWith: z.array(z.string()).optional(),
      sizeLimits: z.array(z.object({ contentTypes: z.array(z.string()), maxBytes: z.int() })).optional(),
      contentTypes: z.array(z.string()),
    }),
    replyTo: support,
    reactions: support,
    typing: support,
    markRead: support,
    editMessage: support,
    deleteMessage: support,
    receipts: z.object({ delivered: support, read: support }),
    replyWindowHours: z.number().optional(),
    templates: support.optional(),
    startConversation: support,
    addresses: z.enum(['phone', 'email', 'id']).optional(),
    idempotentSend: z.boolean(),
    letters: z
      .object({
        maxRecipients: z.int(),
        signature: z.string(),
        ownAddresses: z.array(z.string()),
        sameSubjectDays: z.number(),
      })
      .optional(),
    pacing: z.object({ channel: paceLimit.optional(), thread: z.array(paceLimit).optional() }).optional(),
    retry: z.object({ maxAttempts: z.int(), firstDelayMs: z.int(), longestDelayMs: z.int() }).optional(),
  })
  .openapi('Capabilities') satisfies z.ZodType<Capabilities>
