import type { ContactIdentityId } from '../domain/ids.ts'
import { type OpenAvatarDeps, openAvatar } from '../services/open-avatar.ts'
import { sendAttachment } from './attachment-download.ts'
import { idParams } from './conversation-schemas.ts'
import { defineRoute, type RouteDefinition } from './route.ts'

/** Pictures of customers. */
export function avatarRoutes(deps: OpenAvatarDeps): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'get',
      path: '/contacts/identities/:id/avatar',
      tag: 'Contacts',
      summary: 'The picture that a platform gave of a customer',
      access: { permission: 'contact.read' },
      params: idParams<ContactIdentityId>(),
      responses: { 200: { description: 'The picture', contentType: 'application/octet-stream' } },
      async handler({ principal, params: { id }, raw }) {
        await sendAttachment(raw.request, raw.response, await openAvatar(id, principal, deps), {
          inline: true,
        })
        return 'sent'
      },
    }),
  ]
}
