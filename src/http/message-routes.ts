import type { ChannelId, ConversationId, MessageId } from '../domain/ids.ts'
import { addNote } from '../services/add-note.ts'
import { type ChangeMessageDeps, deleteMessage, editMessage } from '../services/change-message.ts'
import { type ExplainDeps, explainConversation } from '../services/explain-routing.ts'
import { type DecisionListDeps, listMessages, listRoutingDecisions } from '../services/list-messages.ts'
import { listTemplates } from '../services/list-templates.ts'
import { presentMessage } from '../services/present.ts'
import { presentMessages, presentOne } from '../services/present-messages.ts'
import { type RetryDeps, retryMessage } from '../services/retry-message.ts'
import { type SendReplyDeps, sendReply } from '../services/send-reply.ts'
import {
  addNoteCommand,
  editMessageCommand,
  idParams,
  messagePage,
  messageParts,
  routingDecisionPage,
  sendMessageCommand,
  threadQuery,
} from './conversation-schemas.ts'
import { id, versionQuery, z } from './fields.ts'
import { created, defineRoute, ok, type RouteDefinition } from './route.ts'
import { messageTemplate, messageView, whyView } from './view-schemas.ts'

export type MessageRouteDeps = SendReplyDeps & RetryDeps & DecisionListDeps & ExplainDeps & ChangeMessageDeps

const tag = 'Messages'
const READ = { permission: 'conversation.read' } as const
const params = idParams<ConversationId>()
const messageParams = z.strictObject({ id: id<ConversationId>(), messageId: id<MessageId>() })

/** The thread of a conversation: reading, answering, notes, and why the router did what it did. */
export function messageRoutes(deps: MessageRouteDeps): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'get',
      path: '/conversations/:id/messages',
      tag,
      summary: 'A page of the thread, newest first',
      access: READ,
      params,
      query: threadQuery,
      responses: { 200: { description: 'One page', schema: messagePage } },
      handler: async ({ params: { id: conversationId }, query, principal }) =>
        ok(await listMessages(conversationId, query, principal, deps)),
    }),
    defineRoute({
      method: 'post',
      path: '/conversations/:id/messages',
      tag,
      summary: 'Answer the customer; the same clientMessageId sent twice is one message',
      access: { permission: 'message.send' },
      params,
      body: sendMessageCommand,
      responses: {
        200: { description: 'It was recorded before', schema: messageParts },
        201: {
          description: 'Recorded; the outbox sends it. More than one part where the channel splits',
          schema: messageParts,
        },
      },
      handler: async ({ params: { id: conversationId }, body, principal }) => {
        const { messages, repeated } = await sendReply(conversationId, body, principal, deps)
        const answer = { items: [...(await presentMessages(messages, deps))] }
        return repeated ? ok(answer) : created(answer)
      },
    }),
    defineRoute({
      method: 'post',
      path: '/conversations/:id/messages/:messageId/retry',
      tag,
      summary: 'Send a failed or uncertain message again',
      access: { permission: 'message.send' },
      params: messageParams,
      responses: { 200: { description: 'The message, queued again', schema: messageView } },
      handler: async ({ params: { id: conversationId, messageId }, principal }) =>
        ok(await presentOne(await retryMessage(conversationId, messageId, principal, deps), deps)),
    }),
    defineRoute({
      method: 'patch',
      path: '/messages/:id',
      tag,
      summary: 'Change what a message of ours says, at the customer’s too, where the channel can',
      access: { permission: 'message.send' },
      params: idParams<MessageId>(),
      body: editMessageCommand,
      versioned: true,
      responses: { 200: { description: 'The message as it stands now', schema: messageView } },
      handler: async ({ params: { id: messageId }, body, principal }) =>
        ok(await presentOne(await editMessage(messageId, body, principal, deps), deps)),
    }),
    defineRoute({
      method: 'delete',
      path: '/messages/:id',
      tag,
      summary: 'Take a message of ours back, at the customer’s too, where the channel can',
      access: { permission: 'message.send' },
      params: idParams<MessageId>(),
      query: versionQuery,
      responses: { 200: { description: 'The message as it stands now', schema: messageView } },
      handler: async ({ params: { id: messageId }, query: { version }, principal }) =>
        ok(await presentOne(await deleteMessage(messageId, version, principal, deps), deps)),
    }),
    defineRoute({
      method: 'get',
      path: '/channels/:id/templates',
      tag,
      summary: 'The approved messages that may go out on a channel, as its platform has them',
      access: { permission: 'message.send' },
      params: idParams<ChannelId>(),
      responses: {
        200: { description: 'All of them', schema: z.object({ items: z.array(messageTemplate) }) },
      },
      handler: async ({ params: { id: channelId }, principal }) =>
        ok({ items: await listTemplates(channelId, principal, deps) }),
    }),
    defineRoute({
      method: 'post',
      path: '/conversations/:id/notes',
      tag,
      summary: 'Add a note that only agents see',
      access: { permission: 'conversation.write' },
      params,
      body: addNoteCommand,
      responses: {
        200: { description: 'It was recorded before', schema: messageView },
        201: { description: 'Recorded', schema: messageView },
      },
      handler: async ({ params: { id: conversationId }, body, principal }) => {
        const { message, repeated } = await addNote(conversationId, body, principal, deps)
        return repeated ? ok(presentMessage(message)) : created(presentMessage(message))
      },
    }),
    defineRoute({
      method: 'get',
      path: '/conversations/:id/routing-decisions',
      tag: 'Routing',
      summary: 'Why the conversation was, or was not, given to somebody; newest run first',
      access: { permission: 'routing.read' },
      params,
      query: threadQuery,
      responses: { 200: { description: 'One page', schema: routingDecisionPage } },
      handler: async ({ params: { id: conversationId }, query, principal }) =>
        ok(await listRoutingDecisions(conversationId, query, principal, deps)),
    }),
    defineRoute({
      method: 'get',
      path: '/conversations/:id/why',
      tag: 'Routing',
      summary: 'Why the conversation is with whom it is, or with nobody yet, in words',
      access: READ,
      params,
      responses: { 200: { description: 'The explanation', schema: whyView } },
      handler: async ({ params: { id: conversationId }, principal }) =>
        ok(await explainConversation(conversationId, principal, deps)),
    }),
  ]
}
