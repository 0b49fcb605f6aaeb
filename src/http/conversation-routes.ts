import type { ConversationId } from '../domain/ids.ts'
import { type AssignDeps, assignConversation } from '../services/assign-conversation.ts'
import { type ChangeContactDeps, changeContact } from '../services/change-contact.ts'
import { type ChangeConversationDeps, changeConversation } from '../services/change-conversation.ts'
import { openConversation } from '../services/conversation-access.ts'
import { countConversations, type ListDeps, listConversations } from '../services/list-conversations.ts'
import { presentConversation, presentMessage } from '../services/present.ts'
import { readConversation } from '../services/read-conversation.ts'
import { sendBack } from '../services/send-back.ts'
import { type StartConversationDeps, startConversation } from '../services/start-conversation.ts'
import {
  assignConversationCommand,
  assignedConversation,
  changeContactCommand,
  conversationCounts,
  conversationPage,
  idParams,
  listConversationsQuery,
  sendBackCommand,
  startConversationCommand,
  startedConversation,
  updateConversationCommand,
} from './conversation-schemas.ts'
import { created, defineRoute, ok, type RouteDefinition } from './route.ts'
import { conversationView } from './view-schemas.ts'

export type ConversationRouteDeps = ChangeConversationDeps &
  AssignDeps &
  ListDeps &
  StartConversationDeps &
  ChangeContactDeps

const tag = 'Conversations'
const READ = { permission: 'conversation.read' } as const
const WRITE = { permission: 'conversation.write' } as const
const one = (description: string) => ({ 200: { description, schema: conversationView } })
const params = idParams<ConversationId>()

/** Lists, the thread's head, and what agents do with a conversation. */
export function conversationRoutes(deps: ConversationRouteDeps): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'get',
      path: '/conversations',
      tag,
      summary: 'A page of conversations, newest activity first',
      access: READ,
      query: listConversationsQuery,
      responses: { 200: { description: 'One page', schema: conversationPage } },
      handler: async ({ query, principal }) => ok(await listConversations(query, principal, deps)),
    }),
    defineRoute({
      method: 'post',
      path: '/conversations',
      tag,
      summary: 'Begin a conversation with a customer; the same clientMessageId sent twice begins one',
      access: { permission: 'message.send' },
      body: startConversationCommand,
      responses: {
        200: { description: 'It was begun before', schema: startedConversation },
        201: { description: 'Begun, with its first message queued', schema: startedConversation },
      },
      handler: async ({ body, principal }) => {
        const { conversation, messages, repeated } = await startConversation(body, principal, deps)
        const items = messages.map((message) => presentMessage(message))
        const answer = { conversation: presentConversation(conversation), message: items[0], items }
        return repeated ? ok(answer) : created(answer)
      },
    }),
    defineRoute({
      method: 'get',
      path: '/conversations/counts',
      tag,
      summary: 'How many open conversations each view holds, up to a thousand',
      access: READ,
      responses: { 200: { description: 'The counts', schema: conversationCounts } },
      handler: async ({ principal }) => ok(await countConversations(principal, deps)),
    }),
    defineRoute({
      method: 'get',
      path: '/conversations/:id',
      tag,
      summary: 'One conversation',
      access: READ,
      params,
      responses: one('The conversation'),
      handler: async ({ params: { id }, principal }) =>
        ok(presentConversation(await openConversation(id, principal, 'conversation.read', deps))),
    }),
    defineRoute({
      method: 'patch',
      path: '/conversations/:id',
      tag,
      summary: 'Change status, snooze, priority, tags or category',
      access: WRITE,
      params,
      body: updateConversationCommand,
      versioned: true,
      responses: one('The conversation as it stands now'),
      handler: async ({ params: { id }, body, principal }) =>
        ok(presentConversation(await changeConversation(id, body, principal, deps))),
    }),
    defineRoute({
      method: 'put',
      path: '/conversations/:id/assignment',
      tag,
      summary: 'Give the conversation to an agent or a team, with a note, or take it away',
      access: WRITE,
      params,
      body: assignConversationCommand,
      versioned: true,
      responses: {
        200: { description: 'The conversation as it stands now', schema: assignedConversation },
      },
      handler: async ({ params: { id }, body, principal }) => {
        const { conversation, warning } = await assignConversation(id, body, principal, deps)
        return ok({ ...presentConversation(conversation), ...(warning ? { warning } : {}) })
      },
    }),
    defineRoute({
      method: 'put',
      path: '/conversations/:id/contact',
      tag,
      summary: 'Say whom the conversation is with: somebody whom one of its letters names',
      access: WRITE,
      params,
      body: changeContactCommand,
      versioned: true,
      responses: one('The conversation as it stands now'),
      handler: async ({ params: { id }, body, principal }) =>
        ok(presentConversation(await changeContact(id, body, principal, deps))),
    }),
    defineRoute({
      method: 'post',
      path: '/conversations/:id/send-back',
      tag,
      summary: 'Send the conversation back to the queue: its policy runs afresh',
      access: WRITE,
      params,
      body: sendBackCommand,
      versioned: true,
      responses: one('The conversation as it stands now'),
      handler: async ({ params: { id }, body, principal }) =>
        ok(presentConversation(await sendBack(id, body, principal, deps))),
    }),
    defineRoute({
      method: 'post',
      path: '/conversations/:id/read',
      tag,
      summary: 'Mark what the customer wrote as read',
      access: WRITE,
      params,
      responses: one('The conversation as it stands now'),
      handler: async ({ params: { id }, principal }) =>
        ok(presentConversation(await readConversation(id, principal, deps))),
    }),
  ]
}
