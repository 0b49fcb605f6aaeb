import type { ContactId } from '../domain/ids.ts'
import { type ListDeps, listConversationsOfContact } from '../services/list-conversations.ts'
import { type ContactDeps, listContacts, readContact, updateContact } from '../services/manage-contacts.ts'
import { type ReachDeps, reachContact } from '../services/reach-contact.ts'
import { readTimeline, type TimelineDeps } from '../services/timeline.ts'
import { type ContactMergeDeps, contactMergeRoutes } from './contact-merge-routes.ts'
import { reachList, timelinePage } from './contact-schemas.ts'
import {
  contactPage,
  contactsQuery,
  conversationPage,
  idParams,
  pageQuery,
  threadQuery,
  updateContactCommand,
} from './conversation-schemas.ts'
import { defineRoute, ok, type RouteDefinition } from './route.ts'
import { contactView } from './view-schemas.ts'

const tag = 'Contacts'
const READ = { permission: 'contact.read' } as const
const params = idParams<ContactId>()

/** The people who write to us. */
export function contactRoutes(
  deps: ContactDeps & Pick<ListDeps, 'lists'> & ContactMergeDeps & ReachDeps & TimelineDeps,
): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'get',
      path: '/contacts',
      tag,
      summary: 'A page of contacts, newest first; search by the beginning of a name or address',
      access: READ,
      query: contactsQuery,
      responses: { 200: { description: 'One page', schema: contactPage } },
      handler: async ({ query, principal }) => ok(await listContacts(query, principal, deps)),
    }),
    defineRoute({
      method: 'get',
      path: '/contacts/:id',
      tag,
      summary: 'One contact',
      access: READ,
      params,
      responses: { 200: { description: 'The contact', schema: contactView } },
      handler: async ({ params: { id }, principal }) => ok(await readContact(id, principal, deps)),
    }),
    defineRoute({
      method: 'patch',
      path: '/contacts/:id',
      tag,
      summary: 'Change a contact',
      access: { permission: 'contact.write' },
      params,
      body: updateContactCommand,
      versioned: true,
      responses: { 200: { description: 'The contact as it stands now', schema: contactView } },
      handler: async ({ params: { id }, body, principal }) =>
        ok(await updateContact(id, body, principal, deps)),
    }),
    defineRoute({
      method: 'get',
      path: '/contacts/:id/conversations',
      tag,
      summary: 'The contact’s conversations, newest activity first',
      access: { permission: 'conversation.read' },
      params,
      query: pageQuery,
      responses: { 200: { description: 'One page', schema: conversationPage } },
      handler: async ({ params: { id }, query, principal }) => {
        const contact = await readContact(id, principal, deps)
        return ok(await listConversationsOfContact(contact.id, query, principal, deps))
      },
    }),
    defineRoute({
      method: 'get',
      path: '/contacts/:id/timeline',
      tag,
      summary: 'What was said with the contact on all channels, newest first',
      access: { permission: 'conversation.read' },
      params,
      query: threadQuery,
      responses: { 200: { description: 'One page', schema: timelinePage } },
      handler: async ({ params: { id }, query, principal }) =>
        ok(await readTimeline(id, query, principal, deps)),
    }),
    defineRoute({
      method: 'get',
      path: '/contacts/:id/reach',
      tag,
      summary: 'The channels that reach the contact now, and of the others why not',
      access: READ,
      params,
      responses: { 200: { description: 'Those that do first', schema: reachList } },
      handler: async ({ params: { id }, principal }) => ok(await reachContact(id, principal, deps)),
    }),
    ...contactMergeRoutes(deps),
  ]
}
