/** The HTTP server's two ends: before it can answer, and when it closes. */
import { randomUUID } from 'node:crypto'
import type { RequestListener, Server } from 'node:http'
import type { Socket } from 'node:net'
import { AppError } from '../domain/errors.ts'
import { problemOf, retryAfterOf } from './problem.ts'

const CLOSE_IDLE_EVERY_MS = 50

/** Answers while the server starts: who is early is told to come back, and not left to hang. */
export const answerStarting: RequestListener = (_request, response) => {
  const error = new AppError('unavailable')
  const problem = problemOf(error, randomUUID())
  response
    .writeHead(problem.status, {
      'content-type': 'application/problem+json; charset=utf-8',
      'retry-after': String(retryAfterOf(error) ?? 1),
      connection: 'close',
    })
    .end(JSON.stringify(problem))
}

/** Closes a server within a promised time. */
export interface ClosingServer {
  /** Takes nobody new, lets requests under way finish for `patienceMs`, then cuts off whoever is left. */
  close(patienceMs: number): Promise<void>
}

/** Watches the connections of a server, also those that became WebSockets, which Node itself loses sight of. */
export function createClosingServer(server: Server): ClosingServer {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return {
    async close(patienceMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      // One that answers its last request is idle only afterwards.
      const idle = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS)
      const patience = setTimeout(() => {
        for (const socket of sockets) socket.destroy()
      }, patienceMs)
      await closed
      clearInterval(idle)
      clearTimeout(patience)
    },
  }
}
