import { randomBytes } from 'node:crypto'
import type { Server as HttpServer } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Request, RequestHandler, Response } from 'express'
import express from 'express'
import multer from 'multer'
import { Server } from 'socket.io'
import type {
  VisitorMessageView,
  WidgetClientEvents,
  WidgetServerEvents,
} from '../../../src/domain/events.ts'
import type { VisitorSettings } from '../../../src/domain/visitor.ts'
import type { FakeState, FakeVisitor } from './state.ts'
import { changeStatus, createFakeState, record, storeFile, visitorOf } from './state.ts'

/** The policy that the real server sets on the frame. */
const FRAME_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *"
const PAGE_SIZE = 40

/** A running fake of what the widget talks to. */
export interface VisitorApiFake {
  readonly url: string
  readonly state: FakeState
  agentSays(text: string, part?: Partial<VisitorMessageView>): VisitorMessageView
  agentTypes(name: string): void
  /** The agent has read everything. */
  agentReads(): void
  /** Cuts every live line; they may come back at once. */
  cutLines(): void
  visitor(): FakeVisitor
  readonly typed: () => number
  close(): Promise<void>
}

/** Speaks HTTP and Socket.IO as the widget expects, over the built widget in `widgetFolder`. */
export async function startVisitorApiFake(
  widgetFolder: string,
  settings: Partial<VisitorSettings> = {},
): Promise<VisitorApiFake> {
  const state = createFakeState(settings)
  let typed = 0
  const app = express()
  const http = createServer(app)
  const live = new Server<WidgetClientEvents, WidgetServerEvents>(http, { serveClient: false })
  const widget = live.of('/widget')
  const tell = (visitor: FakeVisitor, messages: readonly VisitorMessageView[]): void => {
    if (messages.length > 0) widget.to(visitor.id).emit('messages', messages)
  }
  const newest = (): FakeVisitor => {
    const visitor = [...state.visitors.values()].at(-1)
    if (visitor === undefined) throw new Error('nobody has opened the widget')
    return visitor
  }

  widget.use((socket, next) => {
    const id = visitorIdOf(String(socket.handshake.auth['token'] ?? ''))
    if (id === undefined) return next(new Error('invalid-token'))
    void socket.join(id)
    next()
  })
  widget.on('connection', (socket) => {
    socket.on('visitor.typing', (ack) => {
      typed += 1
      ack({ ok: true })
    })
  })
  app.use('/widget', widgetRoutes(state, widgetFolder))
  app.post('/ingress/:channelId', express.json(), ingress(state, tell))
  await listen(http)

  return {
    url: `http://localhost:${(http.address() as AddressInfo).port}`,
    state,
    typed: () => typed,
    visitor: newest,
    agentSays(text, part = {}) {
      const message = record(newest(), { from: 'agent', authorName: 'Maya', text, ...part })
      tell(newest(), [message])
      return message
    },
    agentTypes: (name) => void widget.to(newest().id).emit('agent.typing', { name }),
    agentReads() {
      const visitor = newest()
      const own = visitor.messages.filter(({ from }) => from === 'visitor').map(({ id }) => id)
      tell(visitor, changeStatus(visitor, own, 'read'))
    },
    cutLines: () => widget.sockets.forEach((socket) => void socket.conn.close()),
    async close() {
      await live.close()
      http.closeAllConnections()
    },
  }
}

function widgetRoutes(state: FakeState, folder: string): express.Router {
  const router = express.Router()
  router.get('/frame/:channelId', (_, response) => {
    response.setHeader('content-security-policy', FRAME_POLICY)
    response.sendFile('frame.html', { root: folder })
  })
  router.use(express.static(folder, { index: false }))
  router.get('/v1/:channelId/settings', (request, response) => {
    response.setHeader('access-control-allow-origin', request.headers.origin ?? '*')
    const { refuseWith, settings, online } = state
    if (refuseWith) return problem(response, refuseWith.status, refuseWith.code)
    response.json({ settings, online, ticket: 'a-ticket' })
  })
  router.post('/v1/:channelId/session', express.json(), (request, response) => {
    const { token, identity, ticket } = request.body as Record<string, never>
    state.sessions.push(request.body as Record<string, unknown>)
    if (ticket !== 'a-ticket') return problem(response, 403, 'origin-not-allowed')
    const { id, hash } = (identity ?? {}) as { id?: string; hash?: string }
    if (hash === 'wrong') return problem(response, 403, 'identity-not-proven')
    const proven = hash === undefined ? undefined : `user:${id}`
    const visitorId = proven ?? visitorIdOf(token ?? '') ?? `anon:${randomBytes(16).toString('hex')}`
    visitorOf(state, visitorId)
    const { settings, online } = state
    response.json({ token: `for ${visitorId}`, visitorId, verified: !!proven, settings, online })
  })
  router.get('/v1/:channelId/messages', (request, response) => {
    const visitor = bearer(request, response, state)
    if (!visitor) return
    const newestFirst = [...visitor.messages].reverse()
    const from = Number(request.query['before'] ?? 0)
    const items = newestFirst.slice(from, from + PAGE_SIZE)
    const more = from + PAGE_SIZE < newestFirst.length
    const unread = visitor.messages.filter(({ from: by, status }) => by === 'agent' && status !== 'read')
    response.json({
      items,
      unreadCount: unread.length,
      ...(more && { nextCursor: `${from + PAGE_SIZE}` }),
    })
  })
  router.post('/v1/:channelId/attachments', multer().single('file'), (request, response) => {
    const { file } = request
    if (!bearer(request, response, state) || !file) return
    if (file.originalname.endsWith('.exe')) return problem(response, 415, 'attachment-type')
    response.status(201).json(storeFile(state, file.originalname, file.mimetype, file.buffer))
  })
  router.get('/v1/:channelId/attachments/:id', (request, response) => {
    if (!bearer(request, response, state)) return
    const file = state.files.get(request.params.id)
    if (!file) return problem(response, 404, 'not-found')
    response.type(file.view.contentType).send(file.bytes)
  })
  return router
}

function ingress(
  state: FakeState,
  tell: (visitor: FakeVisitor, messages: readonly VisitorMessageView[]) => void,
): RequestHandler {
  return (request, response) => {
    const visitor = bearer(request, response, state)
    if (!visitor) return
    const body = request.body as Record<string, unknown>
    state.posts.push(body)
    if (state.postsFailWith) return problem(response, state.postsFailWith, 'unavailable')
    if (body['type'] === 'receipt') {
      changeStatus(visitor, body['messageIds'] as string[], body['status'] as 'read')
    } else {
      const attachments = ((body['attachmentIds'] ?? []) as string[]).flatMap(
        (id) => state.files.get(id)?.view ?? [],
      )
      const { clientMessageId, text } = body as { clientMessageId: string; text: string }
      tell(visitor, [record(visitor, { from: 'visitor', clientMessageId, text, attachments })])
    }
    if (state.loseNextAnswer) {
      state.loseNextAnswer = false
      return void request.socket.destroy()
    }
    response.status(202).json({ accepted: true })
  }
}

const visitorIdOf = (token: string): string | undefined =>
  token.startsWith('for ') ? token.slice('for '.length) : undefined

function bearer(request: Request, response: Response, state: FakeState): FakeVisitor | undefined {
  const id = visitorIdOf((request.headers.authorization ?? '').replace(/^Bearer /, ''))
  const visitor = id === undefined ? undefined : state.visitors.get(id)
  if (!visitor) problem(response, 401, 'invalid-token')
  return visitor
}

function problem(response: Response, status: number, code: string): void {
  response
    .status(status)
    .type('application/problem+json')
    .json({ type: 'about:blank', title: code, status, code })
}

function listen(server: HttpServer): Promise<void> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
}
