import { setTimeout as sleep } from 'node:timers/promises'
import { io, type Socket } from 'socket.io-client'
import { Pool } from 'undici'
import type { AgentClientEvents, AgentServerEvents } from '../../src/domain/events.ts'
import type { ServerUnderTest } from '../harness/real-server.ts'
import { quantile } from './measures.ts'
import { signPosts } from './visitor-posts.ts'

type AgentSocket = Socket<AgentServerEvents, AgentClientEvents>

/** Sockets of signed-in agents, open until closed. */
export interface AgentScreens {
  readonly sockets: readonly AgentSocket[]
  close(): void
}

/** Opens sockets with the owner's session and makes him available, so that the router has somebody. */
export async function openScreens(server: ServerUnderTest, count: number): Promise<AgentScreens> {
  const sockets = Array.from(
    { length: count },
    (): AgentSocket =>
      io(`${server.url}/agent`, {
        transports: ['websocket'],
        forceNew: true,
        extraHeaders: { cookie: server.cookie, origin: server.url },
      }),
  )
  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise<void>((resolve, reject) => {
          socket.on('connect', resolve)
          socket.on('connect_error', reject)
        }),
    ),
  )
  await server.call('PUT', '/profile/availability', { availability: 'online' })
  await sleep(500)
  return {
    sockets,
    close: () => {
      for (const socket of sockets) socket.disconnect()
    },
  }
}

/** Milliseconds from the moment a customer's message is sent to its arrival on an agent's screen. */
export async function measureScreenLatency(
  server: ServerUnderTest,
  screens: AgentScreens,
  perSecond: number,
  seconds: number,
): Promise<{ readonly p50: number; readonly p99: number; readonly missed: number }> {
  const count = perSecond * seconds
  const posts = signPosts(server.visitorSecret, count, Math.min(count, 400))
  const sentAt = new Map<string, number>()
  const samples: number[] = []
  for (const socket of screens.sockets) {
    socket.removeAllListeners('events')
    socket.on('events', (events) => {
      const now = performance.now()
      for (const event of events) {
        if (event.type !== 'message.created') continue
        const at = sentAt.get(event.message.text)
        if (at !== undefined) samples.push(now - at)
      }
    })
  }
  const pool = new Pool(server.url, { connections: 64, pipelining: 1 })
  const startedAt = performance.now()
  const sending: Promise<unknown>[] = []
  for (const [index, post] of posts.entries()) {
    const due = startedAt + (index / perSecond) * 1_000
    if (due > performance.now()) await sleep(due - performance.now())
    sentAt.set(post.text, performance.now())
    sending.push(
      pool
        .request({
          method: 'POST',
          path: `/ingress/${server.channelId}`,
          headers: { 'content-type': 'application/json', authorization: post.authorization },
          body: post.body,
        })
        .then(({ body }) => body.dump()),
    )
  }
  await Promise.all(sending)
  await sleep(1_000)
  await pool.close()
  return {
    p50: quantile(samples, 0.5),
    p99: quantile(samples, 0.99),
    missed: count * screens.sockets.length - samples.length,
  }
}
