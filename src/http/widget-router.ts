import express, { type NextFunction, type Request, type Response, Router } from 'express'
import { AppError } from '../domain/errors.ts'
import { type OpenAttachmentDeps, openAttachmentForVisitor } from '../services/open-attachment.ts'
import { removeUpload, type StoreAttachmentDeps, storeAttachment } from '../services/store-attachment.ts'
import {
  findVisitorChannel,
  type KnownVisitor,
  openVisitorChannel,
  requireVisitor,
  type VisitorChannel,
} from '../services/visitor-channel.ts'
import { readVisitorHistory, type VisitorHistoryDeps } from '../services/visitor-history.ts'
import type { VisitorLimits } from '../services/visitor-limits.ts'
import {
  greetPage,
  isAllowedPage,
  openVisitorSession,
  settingsOf,
  type VisitorSessionDeps,
} from '../services/visitor-session.ts'
import { sendAttachment } from './attachment-download.ts'
import { attachmentId, downloadQuery } from './attachment-routes.ts'
import { receiveUpload } from './attachment-upload.ts'
import { cursor, limit, z } from './fields.ts'
import { readInput } from './read-input.ts'
import { requireSameOrigin } from './same-origin.ts'
import { readWidgetFiles } from './widget-files.ts'
import { framePolicy } from './widget-policy.ts'

/** Everything that the customers' live clients need. */
export interface WidgetRouterDeps
  extends VisitorSessionDeps,
    OpenAttachmentDeps,
    StoreAttachmentDeps,
    Omit<VisitorHistoryDeps, 'conversations' | 'messages'> {
  readonly conversations: VisitorHistoryDeps['conversations'] & OpenAttachmentDeps['conversations']
  readonly messages: VisitorHistoryDeps['messages'] & OpenAttachmentDeps['messages']
  readonly limits: VisitorLimits
  /** Scheme, host and port of the public address. */
  readonly publicUrl: string
  /** The built widget. */
  readonly widgetFolder: string
}

/** Largest body of a session's opening: an identity token may be long. */
const SESSION_LIMIT = '16kb'
const BEARER = /^Bearer +([\x21-\x7e]{1,4096})$/i
const PREFLIGHT_SECONDS = 600

const identity = z.object({
  id: z.string().min(1).max(256).optional(),
  name: z.string().max(500).optional(),
  email: z.string().max(254).optional(),
  phone: z.string().max(60).optional(),
  hash: z.string().max(256).optional(),
  jwt: z.string().max(4_096).optional(),
})
const sessionCommand = z.strictObject({
  ticket: z.string().min(1).max(2_048),
  token: z.string().min(1).max(4_096).optional(),
  identity: identity.optional(),
})
const historyQuery = z.strictObject({ before: cursor.optional(), limit: limit(30, 100) })

type Answer = (request: Request<{ channelId: string; id: string }>, response: Response) => Promise<void>

/**
 * What the widget asks, below `/widget`. No cookie is read or set: a visitor is who his bearer token says, and only
 * the settings are readable from other sites' pages.
 */
export function createWidgetRouter(deps: WidgetRouterDeps): Router {
  const { limits } = deps
  const publicOrigin = new URL(deps.publicUrl).origin
  const files = readWidgetFiles(deps.widgetFolder)
  const json = express.json({ limit: SESSION_LIMIT, inflate: false, strict: true, type: 'application/json' })
  const router = Router({ caseSensitive: true })

  /** Who asks, by his bearer token. */
  const admit = async (
    request: Request<{ channelId: string }>,
  ): Promise<KnownVisitor & VisitorChannel & { readonly key: string; readonly address: string }> => {
    const address = request.ip ?? ''
    await limits.takeAddress(address)
    requireSameOrigin(request, publicOrigin)
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1]
    const visitor = await requireVisitor(request.params.channelId, token, deps)
    return { ...visitor, key: `${visitor.channelId}:${visitor.visitorId}`, address }
  }

  const sendSettings: Answer = async (request, response) => {
    response.vary('Origin')
    await limits.takeAddress(request.ip ?? '')
    const origin = originOf(request, publicOrigin)
    try {
      const answer = await greetPage(request.params.channelId, origin, deps, () => allow(response, origin))
      sendJson(response, 200, answer)
    } catch (error) {
      // A page that cannot read why it is refused would take the refusal for an outage and ask for ever. Nothing
      // stands in it but the refusal.
      if (isForeignPage(error) && isOrigin(origin)) allow(response, origin)
      throw error
    }
  }

  const sendPreflight: Answer = async (request, response) => {
    response.vary('Origin')
    await limits.takeAddress(request.ip ?? '')
    const origin = originOf(request, publicOrigin)
    if (!(await isAllowedPage(request.params.channelId, origin, deps)))
      throw new AppError('origin-not-allowed')
    allow(response, origin)
    response.setHeader('Access-Control-Allow-Methods', 'GET')
    response.setHeader('Access-Control-Max-Age', String(PREFLIGHT_SECONDS))
    response.status(204).end()
  }

  const openSession: Answer = async (request, response) => {
    await limits.takeSession(request.ip ?? '')
    requireSameOrigin(request, publicOrigin)
    if (!request.is('application/json')) throw new AppError('unsupported-content-type')
    await passed(json, request, response)
    const { body } = await readInput({ body: sessionCommand }, request)
    const { token, identity: claim, ticket } = body as z.output<typeof sessionCommand>
    const command = {
      ticket,
      ...(token === undefined ? {} : { token }),
      ...(claim === undefined ? {} : { identity: defined(claim) }),
    }
    sendJson(response, 200, await openVisitorSession(request.params.channelId, command, deps))
  }

  const sendHistory: Answer = async (request, response) => {
    const visitor = await admit(request)
    await limits.takeRead(visitor.key, visitor.address)
    const { query } = await readInput({ query: historyQuery }, request)
    sendJson(response, 200, await readVisitorHistory(visitor, query as z.output<typeof historyQuery>, deps))
  }

  const upload: Answer = async (request, response) => {
    const visitor = await admit(request)
    const { channelId, visitorId, channel, key, address } = visitor
    const { attachments, maxAttachmentBytes: maxBytes } = settingsOf(visitor, deps)
    if (!attachments) throw new AppError('attachment-type', { detail: 'Visitors may not send files here.' })
    const announced = Number(request.headers['content-length'])
    await limits.takeUpload(key, address, announced >= 0 ? Math.min(announced, maxBytes) : maxBytes)
    const view = await receiveUpload(request, response, {
      maxBytes,
      store: ({ name, bytes }) =>
        storeAttachment(
          {
            name,
            bytes,
            uploader: { kind: 'visitor', id: visitorId, channelId },
            maxBytes,
            contentTypes: channel.capabilities.attachments.contentTypes,
          },
          deps,
        ),
      remove: (stored) => removeUpload(stored, deps),
    })
    sendJson(response, 201, view)
  }

  const download: Answer = async (request, response) => {
    const visitor = await admit(request)
    await limits.takeRead(visitor.key, visitor.address)
    const { params } = await readInput({ params: z.object({ id: attachmentId }) }, request)
    const { query } = await readInput({ query: downloadQuery }, request)
    const { id } = params as { readonly id: string }
    const { inline } = query as z.output<typeof downloadQuery>
    const opened = await openAttachmentForVisitor(id, visitor, deps)
    await sendAttachment(request, response, opened, { inline: inline === '1' })
  }

  const sendFrame: Answer = async (request, response) => {
    const { channel, access } = await openVisitorChannel(request.params.channelId, deps)
    const policy = framePolicy(access.frameAncestors(channel.config), publicOrigin)
    if (!files.sendFrame(request, response, policy)) throw new AppError('not-found')
  }

  const handlers: readonly (readonly ['get' | 'post' | 'options', string, Answer])[] = [
    ['get', '/v1/:channelId/settings', sendSettings],
    ['options', '/v1/:channelId/settings', sendPreflight],
    ['post', '/v1/:channelId/session', openSession],
    ['get', '/v1/:channelId/messages', sendHistory],
    ['post', '/v1/:channelId/attachments', upload],
    ['get', '/v1/:channelId/attachments/:id', download],
    ['get', '/frame/:channelId', sendFrame],
  ]
  router.get('/loader.js', (request, response) => {
    if (!files.sendLoader(request, response)) throw new AppError('not-found')
  })
  router.use('/assets', files.assets)
  for (const [method, path, answer] of handlers) router[method](path, answer)
  for (const path of new Set(handlers.map(([, path]) => path))) {
    router.all(path, async (request: Request<{ channelId: string }>) => {
      await findVisitorChannel(request.params.channelId, deps)
      throw new AppError('method-not-allowed')
    })
  }
  router.use(() => {
    throw new AppError('not-found')
  })
  return router
}

/** The page that asks: browsers name it but for requests to the page's own site. */
function originOf(request: Request, publicOrigin: string): string {
  const { origin, host } = request.headers
  if (origin !== undefined) return origin
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw new AppError('origin-not-allowed')
  return host === undefined || host === new URL(publicOrigin).host
    ? publicOrigin
    : `${request.protocol}://${host}`
}

const isForeignPage = (error: unknown): boolean =>
  error instanceof AppError && error.code === 'origin-not-allowed'

/** Whether a header has the form in which browsers name a page's origin. */
const isOrigin = (origin: string): boolean =>
  origin === 'null' || (URL.canParse(origin) && new URL(origin).origin === origin)

function allow(response: Response, origin: string): void {
  response.setHeader('Access-Control-Allow-Origin', origin)
  response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin')
}

function sendJson(response: Response, status: number, body: unknown): void {
  response.setHeader('Cache-Control', 'no-store')
  response.status(status).json(body)
}

/** Without the fields that were not sent. */
function defined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}

function passed(
  middleware: (request: Request, response: Response, next: NextFunction) => unknown,
  request: Request,
  response: Response,
): Promise<void> {
  return new Promise((resolve, reject) => {
    middleware(request, response, (error?: unknown) => {
      if (error === undefined) resolve()
      else reject(error instanceof Error ? error : new Error('the body cannot be read'))
    })
  })
}
