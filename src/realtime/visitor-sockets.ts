import type { IncomingMessage } from 'node:http'
import { setImmediate as turn } from 'node:timers/promises'
import { z } from 'zod'
import { AppError } from '../domain/errors.ts'
import type { ChannelId } from '../domain/ids.ts'
import type { AddressSeats } from './address-seats.ts'
import { type ClientEventDeps, clientEvent, hearClient } from './client-events.ts'
import { refusalFor, requireOwnOrigin } from './handshake.ts'
import type { RealtimeLog } from './log.ts'
import { visitorRoom } from './rooms.ts'
import type { WidgetNamespace, WidgetSocket } from './socket-types.ts'

export interface VisitorSocketsDeps {
  readonly namespace: WidgetNamespace
  readonly publicOrigin: string
  readonly log: RealtimeLog
  readonly socketsPerVisitor: number
  readonly seats: AddressSeats
  readonly clientEvents: ClientEventDeps
  /** Counts a handshake of this request's sender. @throws AppError `rate-limited` */
  readonly admitHandshake: (request: IncomingMessage) => void
  readonly onRefusedHandshake: (error: unknown) => void
  readonly recogniseVisitor: (
    channelId: ChannelId,
    token: string,
  ) => Promise<{ readonly visitorId: string } | undefined>
  readonly onTyping: (channelId: ChannelId, visitorId: string) => Promise<void>
}

export interface VisitorSockets {
  /** Closes the sockets whose tokens are no longer good: of one channel, or all. Never rejects. */
  recheck(channelId?: string): Promise<void>
}

const authForm = z.object({
  channelId: z
    .string()
    .regex(/^[0-9a-f]{24}$/, 'channelId must be 24 hex digits')
    .transform((id) => id as ChannelId),
  // As long as HTTP takes: a signed name and address in any script fit.
  token: z.string().min(1).max(4096),
})
const noArguments = z.tuple([])

/** Tokens recognised per turn of the event loop when all are looked at again. */
const RECHECKS_PER_TURN = 50

export function createVisitorSockets(deps: VisitorSocketsDeps): VisitorSockets {
  const { namespace, log } = deps

  const openSockets = (channelId: string, visitorId: string): number =>
    namespace.adapter.rooms.get(visitorRoom(channelId, visitorId))?.size ?? 0

  const admit = async (socket: WidgetSocket): Promise<void> => {
    deps.admitHandshake(socket.request)
    deps.seats.requireFree(socket.request)
    requireOwnOrigin(socket.handshake.headers, deps.publicOrigin)
    const auth = authForm.safeParse(socket.handshake.auth)
    if (!auth.success) {
      throw new AppError('invalid-input', { detail: 'auth must hold channelId and token' })
    }
    const { channelId, token } = auth.data
    const visitor = await deps.recogniseVisitor(channelId, token)
    if (!visitor) throw new AppError('invalid-token')
    if (openSockets(channelId, visitor.visitorId) >= deps.socketsPerVisitor) {
      throw new AppError('rate-limited', { detail: 'too many open windows' })
    }
    socket.data = { channelId, token, visitorId: visitor.visitorId }
  }

  const seatDown = (socket: WidgetSocket): void => {
    const { channelId, visitorId } = socket.data
    // Counted once more: several may have been let in at the same moment.
    if (openSockets(channelId, visitorId) >= deps.socketsPerVisitor) {
      socket.disconnect(true)
      return
    }
    const leave = deps.seats.take(socket.request)
    if (!leave) {
      socket.disconnect(true)
      return
    }
    socket.on('disconnect', leave)
    void socket.join(visitorRoom(channelId, visitorId))
    const typing = clientEvent(noArguments, () => deps.onTyping(channelId, visitorId))
    hearClient(socket, new Map([['visitor.typing', typing]]), deps.clientEvents)
  }

  namespace.use((socket, next) => {
    admit(socket).then(
      () => next(),
      (error: unknown) => {
        deps.onRefusedHandshake(error)
        next(refusalFor(error))
      },
    )
  })
  namespace.on('connection', seatDown)

  return {
    async recheck(channelId) {
      let looked = 0
      for (const socket of [...namespace.sockets.values()]) {
        if (channelId !== undefined && socket.data.channelId !== channelId) continue
        try {
          const visitor = await deps.recogniseVisitor(socket.data.channelId, socket.data.token)
          if (visitor?.visitorId !== socket.data.visitorId) socket.disconnect(true)
        } catch (error) {
          if (error instanceof AppError && error.category !== 'unavailable') socket.disconnect(true)
          else log.warn({ err: error }, 'a visitor token could not be looked at again')
        }
        looked += 1
        if (looked % RECHECKS_PER_TURN === 0) await turn()
      }
    },
  }
}
