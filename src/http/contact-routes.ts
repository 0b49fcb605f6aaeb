import type { ContactId } from '../domain/ids.ts'
import { type ListDeps, listConversationsOfContact } from '../services/list-conversations.ts'
import { type ContactDeps, listContacts, readContact, updateContact } from '../services/manage-contacts.ts'
import {
  contactPage,
  contactsQuery,
  conversationPage,
  idParams,
  pageQuery,
  updateContactCommand,
} from './conversation-schemas.ts'
import { defineRoute, ok, type RouteDefinition } from './route.ts'
import { contactView } from './view-schemas.ts'

const tag = 'Contacts'
const READ = { permission: 'contact.read' } as const
const params = idParams<ContactId>()

/** The people who write to us. */
export function contactRoutes(deps: ContactDeps & Pick<ListDeps, 'lists'>): readonly RouteDefinition[] {
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
        await readContact(id, principal, deps)
        return ok(await listConversationsOfContact(id, query, principal, deps))
      },
    }),
  ]
}
