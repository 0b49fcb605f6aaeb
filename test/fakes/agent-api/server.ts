import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo, Socket as Line } from 'node:net'
import { join } from 'node:path'
import express from 'express'
import { Server } from 'socket.io'
import type { AgentClientEvents, AgentServerEvents } from '../../../src/domain/events.ts'
import { pagePolicy } from '../../../src/http/security-headers.ts'
import { problem } from './answers.ts'
import { conversationRouter } from './conversation-router.ts'
import { lettersRouter } from './letters-router.ts'
import { addMessage } from './messages.ts'
import { messengersRouter } from './messengers-router.ts'
import { peopleRouter } from './people-router.ts'
import { queueRouter } from './queue-router.ts'
import { routingRouter } from './routing-router.ts'
import type { FakeState } from './state.ts'
import { profileOf } from './state.ts'
import { workspaceRouter } from './workspace-router.ts'

const COOKIE = 'tributary_session'
const LOCKED_AFTER = 5

/** A running fake. */
export interface FakeServer {
  readonly url: string
  readonly state: FakeState
  /** A customer writes into a conversation. */
  customerWrites(conversationId: string, text: string): void
  customerTypes(conversationId: string): void
  /** Resolves once an agent's screen holds its live connection. */
  connected(): Promise<void>
  /** Tears every line of the network, and refuses new ones until told otherwise. */
  setReachable(reachable: boolean): void
  close(): Promise<void>
}

/** The agents' interface over in-memory data, serving the built inbox under the policy of the real server. */
export async function startFakeServer(
  state: FakeState,
  port = 0,
  { policy = true }: { readonly policy?: boolean } = {},
): Promise<FakeServer> {
  const app = express()
  const http = createServer(app)
  const sessions = new Set<string>()
  let failures = 0
  let reachable = true
  // By line rather than by socket: a connection in the middle of its handshake is on nobody's list yet.
  const lines = new Set<Line>()
  http.on('connection', (line: Line) => {
    if (!reachable) return void line.destroy()
    lines.add(line)
    line.once('close', () => lines.delete(line))
  })
  const io = new Server<AgentClientEvents, AgentServerEvents>(http)
  const signedIn = (cookie: string | undefined) =>
    sessions.has(new RegExp(`${COOKIE}=([a-f0-9]+)`).exec(cookie ?? '')?.[1] ?? '')
  const me = () => state.agents[0] as FakeState['agents'][number]

  const rest = express.Router()
  rest.use(express.json())
  const signIn = (response: express.Response, status = 200) => {
    const id = randomBytes(12).toString('hex')
    sessions.add(id)
    response.cookie(COOKIE, id, { httpOnly: true, sameSite: 'lax' })
    response.status(status).json(profileOf(state, me()))
  }
  rest.get('/set-up', (_request, response) => void response.json({ needed: state.setUpNeeded }))
  rest.post('/set-up', ({ body }, response) => {
    if (body.token !== 'first') return problem(response, 'invalid-token')
    state.setUpNeeded = false
    Object.assign(me(), { name: body.name, email: body.email })
    state.password = body.password
    signIn(response, 201)
  })
  rest.post('/invites/accept', ({ body }, response) => {
    if (body.token !== 'fresh') return problem(response, 'invalid-token')
    signIn(response)
  })
  rest.post('/session', ({ body }, response) => {
    if (failures >= LOCKED_AFTER) return problem(response.set('retry-after', '540'), 'locked-out')
    if (body.email !== me().email || body.password !== state.password) {
      failures += 1
      return problem(response, 'wrong-credentials')
    }
    if (state.secondFactor && !body.code) return problem(response, 'second-factor-required')
    if (state.secondFactor && body.code !== '123456') return problem(response, 'wrong-credentials')
    failures = 0
    signIn(response)
  })
  rest.use(({ headers }, response, next) => {
    if (signedIn(headers.cookie)) next()
    else problem(response, 'sign-in-required')
  })
  rest.get('/session', (_request, response) => void response.json(profileOf(state, me())))
  rest.delete('/session', (_request, response) => {
    sessions.clear()
    response.status(204).end()
  })
  rest.use(routingRouter(state), queueRouter(state), conversationRouter(state), workspaceRouter(state))
  rest.use(lettersRouter(state), messengersRouter(state), peopleRouter(state))
  app.use('/api/v1', rest)
  serveInbox(app, policy)

  const agents = io.of('/agent')
  agents.use(({ handshake }, next) =>
    next(signedIn(handshake.headers.cookie) ? undefined : new Error('sign-in-required')),
  )
  agents.on('connection', (socket) => {
    socket.on('conversation.view', (_body, ack) => ack({ ok: true }))
    socket.on('conversation.typing', (_body, ack) => ack({ ok: true }))
  })
  state.publish = (events) => void agents.emit('events', structuredClone(events))

  http.listen(port, '127.0.0.1')
  await once(http, 'listening')
  const { port: chosen } = http.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${chosen}`,
    state,
    customerWrites: (id, text) => {
      const conversation = state.conversations.get(id)
      if (!conversation) throw new Error(`no conversation ${id}`)
      const message = addMessage(state, conversation, { text })
      Object.assign(conversation, { unreadCount: conversation.unreadCount + 1, status: 'open' })
      conversation.version += 1
      state.publish([{ type: 'message.created', message, conversation: { ...conversation } }])
    },
    connected: async () => {
      if (agents.sockets.size === 0) await once(agents, 'connection')
    },
    customerTypes: (conversationId) =>
      void agents.emit('visitor.typing', { conversationId: conversationId as never }),
    setReachable: (now) => {
      reachable = now
      if (!now) for (const line of lines) line.destroy()
    },
    close: async () => {
      for (const line of lines) line.destroy()
      await io.close()
    },
  }
}

/** The built app, under the policy that the real server sends, or under none. */
function serveInbox(app: express.Express, guarded: boolean): void {
  const folder = join(import.meta.dirname, '../../../dist/web/inbox')
  app.use('/assets', express.static(join(folder, 'assets'), { immutable: true, maxAge: '1y', index: false }))
  app.use(express.static(folder, { maxAge: '5m', index: false }))
  app.get('/{*path}', (_request, response) => {
    const { nonce, policy } = pagePolicy({ scripts: true, connectTo: [] })
    if (guarded) response.set('content-security-policy', policy)
    const page = readFileSync(join(folder, 'index.html'), 'utf8')
    response
      .type('html')
      .send(page.replace(/<meta name="csp-nonce"[^>]*>/, `<meta name="csp-nonce" content="${nonce}">`))
  })
}
