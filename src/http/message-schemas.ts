import { MOST_CARDS } from '../domain/fit-cards.ts'
import { LINK_LENGTH, MOST_SPANS } from '../domain/fit-spans.ts'
import type { MessageId } from '../domain/ids.ts'
import type { MessageCard } from '../domain/message-card.ts'
import { SPAN_KINDS, type TextSpan } from '../domain/text-spans.ts'
import { id, z } from './fields.ts'

const span = z
  .object({
    kind: z.enum(SPAN_KINDS),
    offset: z.int().min(0),
    length: z.int().min(1),
    url: z.string().max(LINK_LENGTH).optional(),
  })
  .openapi('TextSpan') satisfies z.ZodType<TextSpan>

const card = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('location'),
      latitude: z.number().min(-90).max(90),
      longitude: z.number().min(-180).max(180),
      name: z.string().optional(),
      address: z.string().optional(),
    }),
    z.object({
      kind: z.literal('contact'),
      name: z.string(),
      phones: z.array(z.string()),
      emails: z.array(z.string()),
    }),
    z.object({ kind: z.literal('choice'), label: z.string(), payload: z.string().optional() }),
  ])
  .openapi('MessageCard') satisfies z.ZodType<MessageCard>

/** What a message may have beside its text and files; see the domain's MessageView. */
export const richFields = {
  spans: z
    .array(span)
    .max(MOST_SPANS * 100)
    .optional(),
  cards: z
    .array(card)
    .max(MOST_CARDS * 100)
    .optional(),
  reactions: z.array(z.object({ emoji: z.string(), by: z.string() })).optional(),
  replyTo: z.object({ id: id<MessageId>(), authorName: z.string(), preview: z.string() }).optional(),
  template: z.object({ id: z.string(), name: z.string() }).optional(),
}
