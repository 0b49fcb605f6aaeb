import type { AttachmentId } from '../domain/ids.ts'
import { type OpenAttachmentDeps, openAttachmentForAgent } from '../services/open-attachment.ts'
import { removeUpload, type StoreAttachmentDeps, storeAttachment } from '../services/store-attachment.ts'
import { sendAttachment } from './attachment-download.ts'
import { receiveUpload } from './attachment-upload.ts'
import { z } from './fields.ts'
import { created, defineRoute, type RouteDefinition } from './route.ts'
import { attachmentView } from './view-schemas.ts'

/** What the agents' file routes need. */
export interface AttachmentRoutesDeps extends OpenAttachmentDeps, StoreAttachmentDeps {
  /** The largest file that an agent may send. */
  readonly maxAttachmentBytes: number
}

/** An id of 32 hex digits in an address. */
export const attachmentId = z
  .string()
  .regex(/^[0-9a-f]{32}$/, 'must be 32 hex digits') as unknown as z.ZodType<AttachmentId, string>

/** Whether a picture is to be shown in place. */
export const downloadQuery = z.strictObject({ inline: z.enum(['0', '1']).optional() })

/** Files. */
export function attachmentRoutes(deps: AttachmentRoutesDeps): readonly RouteDefinition[] {
  const tag = 'attachments'
  return [
    defineRoute({
      method: 'post',
      path: '/attachments',
      tag,
      summary: 'Upload a file to attach to a message within a day',
      access: { permission: 'message.send' },
      bodyType: 'multipart/form-data',
      responses: {
        201: { description: 'The file; its type is the one that its bytes say', schema: attachmentView },
        413: { description: 'The file is larger than allowed' },
      },
      handler: async ({ principal, raw }) =>
        created(
          await receiveUpload(raw.request, raw.response, {
            maxBytes: deps.maxAttachmentBytes,
            store: ({ name, bytes }) =>
              storeAttachment(
                {
                  name,
                  bytes,
                  uploader: { kind: 'agent', id: principal.agentId },
                  maxBytes: deps.maxAttachmentBytes,
                  contentTypes: [],
                },
                deps,
              ),
            remove: (stored) => removeUpload(stored, deps),
          }),
        ),
    }),
    defineRoute({
      method: 'get',
      path: '/attachments/:id',
      tag,
      summary: 'Download a file of a conversation in sight; `inline=1` shows a picture in place',
      access: { permission: 'conversation.read' },
      params: z.strictObject({ id: attachmentId }),
      query: downloadQuery,
      responses: {
        200: { description: 'The bytes', contentType: 'application/octet-stream' },
        206: { description: 'The part that `Range` asks for', contentType: 'application/octet-stream' },
        416: { description: 'The file has nothing of what `Range` asks for' },
      },
      async handler({ principal, params, query, raw }) {
        const opened = await openAttachmentForAgent(params.id, principal, deps)
        await sendAttachment(raw.request, raw.response, opened, { inline: query.inline === '1' })
        return 'sent'
      },
    }),
  ]
}
