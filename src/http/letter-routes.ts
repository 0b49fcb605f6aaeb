import { pipeline } from 'node:stream/promises'
import type { Response } from 'express'
import type { MessageId } from '../domain/ids.ts'
import {
  type OpenedSource,
  openReport,
  openSource,
  type ReadLetterDeps,
  readLetter,
  remotePictureOf,
} from '../services/read-letter.ts'
import type { FetchRemotePicture } from '../services/remote-pictures.ts'
import { contentDisposition, guardDownload } from './attachment-download.ts'
import { idParams } from './conversation-schemas.ts'
import { id, z } from './fields.ts'
import { letterBodyView } from './letter-schemas.ts'
import { defineRoute, ok, type RouteDefinition } from './route.ts'

export interface LetterRouteDeps extends ReadLetterDeps {
  readonly fetchRemotePicture: FetchRemotePicture
}

const tag = 'Messages'
const READ = { permission: 'conversation.read' } as const
const params = idParams<MessageId>()
const pictureParams = z.strictObject({
  id: id<MessageId>(),
  place: z
    .string()
    .regex(/^[0-9]{1,3}$/, 'must be a place in the letter')
    .transform(Number),
})

/** A message as a letter: its body, its source, the report on it, and the pictures it names elsewhere. */
export function letterRoutes(deps: LetterRouteDeps): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'get',
      path: '/messages/:id/letter',
      tag,
      summary: 'A letter whole: its text with all that it quotes, its formatted body and its headers',
      access: READ,
      params,
      responses: { 200: { description: 'The letter', schema: letterBodyView } },
      handler: async ({ params: { id: messageId }, principal }) =>
        ok(await readLetter(messageId, principal, deps)),
    }),
    savedRoute('source', 'The raw source of a letter, to be saved', openSource, 'letter', deps),
    savedRoute(
      'report',
      'The report on a message that could not be delivered, to be saved',
      openReport,
      'report',
      deps,
    ),
    defineRoute({
      method: 'get',
      path: '/messages/:id/images/:place',
      tag,
      summary: 'A remote picture that a letter names by its place, fetched by the server',
      access: READ,
      params: pictureParams,
      responses: {
        200: { description: 'The picture', contentType: 'image/*' },
        503: { description: 'The other server does not give it, or it is no picture' },
      },
      async handler({ params: { id: messageId, place }, principal, raw: { response } }) {
        const url = await remotePictureOf(messageId, place, principal, deps)
        const { contentType, bytes } = await deps.fetchRemotePicture(url)
        guardDownload(response)
        response.setHeader('Cache-Control', 'private, max-age=86400')
        response.setHeader('Content-Type', contentType)
        response.setHeader('Content-Disposition', 'inline')
        response.setHeader('Content-Length', String(bytes.byteLength))
        response.end(bytes)
        return 'sent'
      },
    }),
  ]
}

function savedRoute(
  path: 'source' | 'report',
  summary: string,
  open: typeof openSource,
  what: string,
  deps: LetterRouteDeps,
): RouteDefinition {
  return defineRoute({
    method: 'get',
    path: `/messages/:id/${path}`,
    tag,
    summary,
    access: READ,
    params,
    responses: { 200: { description: 'The bytes as they came', contentType: 'message/rfc822' } },
    async handler({ params: { id: messageId }, principal, raw }) {
      await sendSource(raw.response, await open(messageId, principal, deps), what)
      return 'sent'
    },
  })
}

/** The type under which a letter is saved as one; whatever else was kept is saved as bytes. */
const LETTER = 'message/rfc822'

async function sendSource(
  response: Response,
  { id: messageId, contentType, sizeBytes, read }: OpenedSource,
  what: string,
): Promise<void> {
  const isLetter = contentType === LETTER
  guardDownload(response)
  response.setHeader('Cache-Control', 'private, no-cache')
  response.setHeader('Content-Type', isLetter ? LETTER : 'application/octet-stream')
  const name = `${what}-${messageId}.${isLetter ? 'eml' : 'txt'}`
  response.setHeader('Content-Disposition', contentDisposition('attachment', name))
  response.setHeader('Content-Length', String(sizeBytes))
  if (response.req.method === 'HEAD') {
    response.end()
    return
  }
  try {
    await pipeline(read(), response)
  } catch (error) {
    if (!response.headersSent) throw error
    response.destroy()
  }
}
