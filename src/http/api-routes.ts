import { type AdminDeps, adminRoutes } from './admin-routes.ts'
import { type AttachmentRoutesDeps, attachmentRoutes } from './attachment-routes.ts'
import { contactRoutes } from './contact-routes.ts'
import { type ConversationRouteDeps, conversationRoutes } from './conversation-routes.ts'
import { type LetterRouteDeps, letterRoutes } from './letter-routes.ts'
import { type MessageRouteDeps, messageRoutes } from './message-routes.ts'
import { quarantineRoutes } from './quarantine-routes.ts'
import type { RouteDefinition } from './route.ts'

/** What each group of routes needs. */
export interface ApiDeps {
  readonly admin: AdminDeps
  readonly conversations: ConversationRouteDeps
  readonly messages: MessageRouteDeps
  readonly letters: LetterRouteDeps
  readonly contacts: Parameters<typeof contactRoutes>[0]
  readonly quarantine: Parameters<typeof quarantineRoutes>[0]
  readonly attachments: AttachmentRoutesDeps
}

/**
 * Every route below `/api/v1`. The server and the tests that call every route as everybody take the list from here,
 * so that a route cannot be served without being tested.
 */
export function apiRoutes(deps: ApiDeps): readonly RouteDefinition[] {
  return [
    ...adminRoutes(deps.admin),
    ...conversationRoutes(deps.conversations),
    ...messageRoutes(deps.messages),
    ...letterRoutes(deps.letters),
    ...contactRoutes(deps.contacts),
    ...quarantineRoutes(deps.quarantine),
    ...attachmentRoutes(deps.attachments),
  ]
}
