/** A socket's way out: to the address that the guard of our network allowed, and to no name. */
import { isIP, type Socket } from 'node:net'
import { Agent, buildConnector } from 'undici'
import type { SlackContext } from '../api/call.ts'

/** What a WebSocket goes through. */
export interface GuardedLine {
  readonly dispatcher: Agent
  /** Why the line could not be made, when our own guard said so. */
  readonly refusal: () => unknown
  /** Ends whatever goes through it at once. */
  cut(): void
}

const CONNECT_MS = 10_000

/** Makes the way for one socket. */
export function createGuardedLine({ resolveHost }: Pick<SlackContext, 'resolveHost'>): GuardedLine {
  const connect = buildConnector({ allowH2: false, timeout: CONNECT_MS })
  const sockets = new Set<Socket>()
  let refusal: unknown
  const dispatcher = new Agent({
    connect: (options, callback) => {
      const host = options.hostname.replace(/^\[(.*)\]$/, '$1')
      resolveHost(host).then(
        (hostname) => {
          // The certificate is that of the name, wherever it was found.
          const servername = options.servername ?? (isIP(host) ? undefined : host)
          connect({ ...options, hostname, ...(servername !== undefined && { servername }) }, (...result) => {
            const [, socket] = result
            if (socket) {
              sockets.add(socket)
              socket.once('close', () => sockets.delete(socket))
            }
            callback(...result)
          })
        },
        (error: unknown) => {
          refusal = error
          callback(error as Error, null)
        },
      )
    },
  })
  return {
    dispatcher,
    refusal: () => refusal,
    cut() {
      for (const socket of sockets) socket.destroy()
      void dispatcher.destroy().catch(() => undefined)
    },
  }
}
