/** Slack's side of Socket Mode: tickets for one use, hello, envelopes that are sent again until they are acknowledged. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import type { FakeEvent } from './workspace.ts'

export type FakeSockets = Awaited<ReturnType<typeof startSockets>>

/** What was seen of connections, in order. */
export type SocketNote = 'opened' | 'closed'

const MOST = 10

/** Starts the endpoint. @param resendMs until an envelope is sent again that nobody acknowledged */
export async function startSockets(resendMs: number) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const tickets = new Set<string>()
  const open = new Set<WebSocket>()
  const waiting: FakeEvent[] = []
  const underWay = new Map<string, FakeEvent>()
  const acknowledged: string[] = []
  const history: SocketNote[] = []
  let turn = 0
  let refusing = false

  const deliver = (event: FakeEvent, type = 'events_api', retries = 0): void => {
    const ready = [...open].filter((one) => one.readyState === one.OPEN)
    const socket = ready[turn++ % Math.max(1, ready.length)]
    if (!socket) {
      waiting.push(event)
      return
    }
    const envelopeId = randomUUID()
    underWay.set(envelopeId, event)
    socket.send(
      JSON.stringify({
        envelope_id: envelopeId,
        type,
        payload: event.body,
        accepts_response_payload: type !== 'events_api',
        ...(type === 'events_api' && { retry_attempt: retries, retry_reason: retries > 0 ? 'timeout' : '' }),
      }),
    )
    const again = setTimeout(() => {
      if (underWay.delete(envelopeId)) deliver(event, type, retries + 1)
    }, resendMs)
    again.unref()
    socket.once('close', () => {
      clearTimeout(again)
      if (underWay.delete(envelopeId)) deliver(event, type, retries + 1)
    })
  }

  server.on('connection', (socket, request) => {
    const ticket = new URL(request.url ?? '/', 'ws://slack.example').searchParams.get('ticket') ?? ''
    if (!tickets.delete(ticket) || open.size >= MOST || refusing) return socket.terminate()
    socket.on('message', (data: Buffer) => {
      const { envelope_id: id } = JSON.parse(String(data)) as { envelope_id?: string }
      const event = id === undefined ? undefined : underWay.get(id)
      if (id === undefined || event === undefined) return
      underWay.delete(id)
      acknowledged.push(event.body.event_id)
    })
    socket.on('close', () => {
      open.delete(socket)
      history.push('closed')
    })
    // One for each envelope that is under way.
    socket.setMaxListeners(0)
    open.add(socket)
    history.push('opened')
    socket.send(
      JSON.stringify({
        type: 'hello',
        num_connections: open.size,
        connection_info: { app_id: 'A0APP00001' },
        debug_info: { host: 'fake', approximate_connection_time: 18_060 },
      }),
    )
    for (const event of waiting.splice(0)) deliver(event)
  })

  return {
    /** An address for one connection. */
    newUrl() {
      const ticket = randomUUID()
      tickets.add(ticket)
      return `ws://127.0.0.1:${port}/link/?ticket=${ticket}`
    },
    deliver,
    /** Connections that stand. */
    open,
    /** Event ids, in the order in which they were acknowledged. */
    acknowledged,
    history,
    /** Announces the end of every connection, as Slack does after some hours. */
    announceEnd(reason = 'refresh_requested') {
      const notice = JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'fake' } })
      for (const socket of open) socket.send(notice)
    },
    /** Cuts every connection without a word. */
    cut() {
      for (const socket of open) socket.terminate()
    },
    /** Whether connections are taken at all. */
    refuse(value: boolean) {
      refusing = value
    },
    async close() {
      for (const socket of server.clients) socket.terminate()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
