import type * as commands from '../domain/commands.ts'
import { ATTRIBUTE_LENGTH, isAttributeName, MOST_ATTRIBUTES } from '../domain/contact-attributes.ts'
import { CONVERSATION_STATUSES, PRIORITIES } from '../domain/conversation.ts'
import { ADDRESS_LENGTH, letterAddressOf } from '../domain/letter-address.ts'
import { SUBJECT_LENGTH } from '../domain/letter-subject.ts'
import type { FilledTemplate } from '../domain/message-template.ts'
import { cursor, email, id, instant, limit, line, pageOf, text, version, z } from './fields.ts'
import {
  contactView,
  conversationView,
  messageView,
  quarantineView,
  routingDecisionView,
} from './view-schemas.ts'

/** The client's own id of what it sends: makes a repetition harmless. */
const clientMessageId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must have 1 to 64 letters, digits, _ or -')

/** Longest text an agent may hand in; the channel may carry less. */
const LONGEST_TEXT = 100_000

/** See the domain's ListConversationsQuery. */
export const listConversationsQuery = z.strictObject({
  view: z.enum(['mine', 'unassigned', 'all', 'spam', 'automatic']).default('all'),
  status: z.enum(CONVERSATION_STATUSES).default('open'),
  channelId: id<string>().optional(),
  teamId: id<string>().optional(),
  search: z.string().max(200).optional(),
  cursor: cursor.optional(),
  limit: limit(25, 100),
}) satisfies z.ZodType<commands.ListConversationsQuery>

/** See the domain's UpdateConversationCommand. */
export const updateConversationCommand = z.strictObject({
  status: z.enum(CONVERSATION_STATUSES).optional(),
  snoozedUntil: instant.optional(),
  priority: z.enum(PRIORITIES).optional(),
  tags: z.array(line(50)).max(50).optional(),
  categoryId: id<string>().nullable().optional(),
  filed: z.literal('spam').nullable().optional(),
  version,
}) satisfies z.ZodType<commands.UpdateConversationCommand>

/** See the domain's AssignConversationCommand. */
export const assignConversationCommand = z.strictObject({
  assigneeId: id<string>().nullable(),
  teamId: id<string>().nullable().optional(),
  note: text(LONGEST_TEXT, 1).optional(),
  version,
}) satisfies z.ZodType<commands.AssignConversationCommand>

/** Longest formatted text of an agent's own; with the rest of a message it fits into a request. */
const LONGEST_HTML = 150_000
/** More than any channel allows for one letter: those refuse with their own number. */
const MOST_ADDRESSES = 500

const address = z
  .string()
  .trim()
  .max(ADDRESS_LENGTH, `must have at most ${ADDRESS_LENGTH} characters`)
  .refine((value) => letterAddressOf(value) !== undefined, 'must be an address such as ada@example.com')
const addresses = z
  .array(address)
  .max(MOST_ADDRESSES, `must have at most ${MOST_ADDRESSES} addresses`)
  .optional()

const letterFields = {
  html: text(LONGEST_HTML).optional(),
  subject: line(SUBJECT_LENGTH, 0).optional(),
  to: addresses,
  cc: addresses,
  bcc: addresses,
  signature: z.boolean().optional(),
}

/** See the domain's OutgoingLetter. */
export const outgoingLetter = z
  .strictObject({
    ...letterFields,
    aboutMessageId: id<string>().optional(),
    quote: z.enum(['reply', 'forward']).optional(),
  })
  .openapi('OutgoingLetter') satisfies z.ZodType<commands.OutgoingLetter>

/** Longest value of one gap of an approved message. */
const LONGEST_VALUE = 1_024

/** An approved message as an agent filled it in. */
const filledTemplate = z
  .strictObject({
    id: line(200),
    name: line(512),
    variables: z
      .record(
        z
          .string()
          .regex(/^[A-Za-z0-9_.-]{1,64}$/, 'must have at most 64 letters, digits, _ . -')
          .refine((key) => !(key in Object.prototype), 'is not allowed'),
        text(LONGEST_VALUE, 1),
      )
      .refine((values) => Object.keys(values).length <= 100, 'must have at most 100 variables'),
  })
  .openapi('FilledTemplate') satisfies z.ZodType<FilledTemplate>

const messageFields = {
  clientMessageId,
  text: text(LONGEST_TEXT),
  attachmentIds: z
    .array(z.string().regex(/^[0-9a-f]{32}$/, 'must be 32 hex digits'))
    .max(20)
    .refine((ids) => new Set(ids).size === ids.length, 'must not name a file twice')
    .default([]),
  template: filledTemplate.optional(),
}

/** See the domain's SendMessageCommand. */
export const sendMessageCommand = z.strictObject({
  ...messageFields,
  letter: outgoingLetter.optional(),
  replyToId: id<string>().optional(),
}) satisfies z.ZodType<commands.SendMessageCommand>

/** See the domain's StartConversationCommand. There is nothing yet that its letter could answer. */
export const startConversationCommand = z.strictObject({
  ...messageFields,
  channelId: id<string>(),
  to: line(ADDRESS_LENGTH),
  name: line(200).optional(),
  letter: z.strictObject(letterFields).optional(),
}) satisfies z.ZodType<commands.StartConversationCommand>

/** See the domain's EditMessageCommand. */
export const editMessageCommand = z.strictObject({
  text: text(LONGEST_TEXT, 1),
  version,
}) satisfies z.ZodType<commands.EditMessageCommand>

/** See the domain's AddNoteCommand. */
export const addNoteCommand = z.strictObject({
  clientMessageId,
  text: text(LONGEST_TEXT, 1),
}) satisfies z.ZodType<commands.AddNoteCommand>

/** See the domain's UpdateContactCommand. */
export const updateContactCommand = z.strictObject({
  name: line(200).optional(),
  emails: z.array(email).max(20).optional(),
  phones: z
    .array(z.string().regex(/^\+?[0-9 ()./-]{3,40}$/, 'must be a phone number'))
    .max(20)
    .optional(),
  attributes: z
    .record(z.string().refine(isAttributeName, 'is not allowed'), z.string().max(ATTRIBUTE_LENGTH))
    .refine(
      (all) => Object.keys(all).length <= MOST_ATTRIBUTES,
      `must have at most ${MOST_ATTRIBUTES} entries`,
    )
    .optional(),
  tags: z.array(line(50)).max(50).optional(),
  ownerId: id<string>().nullable().optional(),
  version,
}) satisfies z.ZodType<commands.UpdateContactCommand>

/** A page of a thread, by the cursor of its oldest message. */
export const threadQuery = z.strictObject({ before: cursor.optional(), limit: limit(50, 200) })
/** A page of a list. */
export const pageQuery = z.strictObject({ cursor: cursor.optional(), limit: limit(25, 100) })
/** A page of contacts. */
export const contactsQuery = z.strictObject({
  search: z.string().max(200).optional(),
  cursor: cursor.optional(),
  limit: limit(25, 100),
})

/** One resource by its id. */
export const idParams = <T extends string>() => z.strictObject({ id: id<T>() })
/** One entry of the journal. */
export const entryParams = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'is not the id of an entry'),
})

/** A conversation given by hand; the warning says that its agent has more now than the router would give him. */
export const assignedConversation = conversationView
  .extend({ warning: z.enum(['over-capacity']).optional() })
  .openapi('AssignedConversation')

export const conversationPage = pageOf(conversationView)
export const messagePage = pageOf(messageView)
export const messageParts = z.object({ items: z.array(messageView) })
/** A conversation that was begun: `message` is its first one, `items` all parts where the channel splits. */
export const startedConversation = z
  .object({ conversation: conversationView, message: messageView, items: z.array(messageView) })
  .openapi('StartedConversation')
export const contactPage = pageOf(contactView)
export const quarantinePage = pageOf(quarantineView)
export const routingDecisionPage = pageOf(routingDecisionView)
export const conversationCounts = z.object({ mine: z.int(), unassigned: z.int(), all: z.int() })

/** See the domain's ChangeContactCommand. */
export const changeContactCommand = z.strictObject({
  address,
  name: line(200).optional(),
  version,
}) satisfies z.ZodType<commands.ChangeContactCommand>

/** See the domain's SendBackCommand. */
export const sendBackCommand = z.strictObject({
  note: text(LONGEST_TEXT, 1).optional(),
  version,
}) satisfies z.ZodType<commands.SendBackCommand>
