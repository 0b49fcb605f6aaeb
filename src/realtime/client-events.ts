import type { ZodType } from 'zod'
import { AppError, type ErrorCode } from '../domain/errors.ts'
import type { Ack } from '../domain/events.ts'
import { type Allowance, createTokenBucket } from './token-bucket.ts'

type Answer = Parameters<Ack>[0]

/** One event a client may send: the form of its arguments, and what it does. Built by {@link clientEvent}. */
export interface ClientEvent {
  run(args: readonly unknown[]): Promise<void> | void
}

/** Ties the form of an event's arguments (a tuple without the acknowledgement) to its handler. */
export function clientEvent<Args>(
  form: ZodType<Args>,
  handle: (args: Args) => Promise<void> | void,
): ClientEvent {
  return {
    run(args) {
      const parsed = form.safeParse(args)
      if (parsed.success) return handle(parsed.data)
      const [issue] = parsed.error.issues
      throw new AppError('invalid-input', { detail: issue?.message ?? 'not of the documented form' })
    },
  }
}

/** The part of a Socket.IO socket that hears its client. */
export interface HeardSocket {
  use(listen: (packet: unknown[], next: (error?: Error) => void) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  disconnect(close: boolean): unknown
}

export interface ClientEventDeps {
  readonly allowance: Allowance
  readonly now: () => number
  readonly onRefused: (code: ErrorCode) => void
  readonly onFailure: (event: string, error: unknown) => void
}

/**
 * Hears everything a client sends, in one place, before Socket.IO would hand it to listeners by name: so an event
 * that only the server may send, or one named like an inner event of the library, is an unknown event and no more.
 */
export function hearClient(
  socket: HeardSocket,
  events: ReadonlyMap<string, ClientEvent>,
  deps: ClientEventDeps,
): void {
  const { allowance, now, onRefused, onFailure } = deps
  const bucket = createTokenBucket(allowance, now())

  const refuse = (code: ErrorCode, detail?: string): Answer => {
    onRefused(code)
    return { ok: false, code, ...(detail === undefined ? {} : { detail }) }
  }

  const answerTo = async (name: unknown, args: readonly unknown[]): Promise<Answer> => {
    const event = typeof name === 'string' ? events.get(name) : undefined
    if (!event) return refuse('not-found', 'there is no such event')
    try {
      await event.run(args)
      return { ok: true }
    } catch (error) {
      if (error instanceof AppError) return refuse(error.code, error.details.detail)
      onFailure(String(name), error)
      return refuse('internal')
    }
  }

  socket.on('error', (error) => onFailure('error', error))
  socket.use((packet) => {
    const [name, ...args] = packet
    const last = args.at(-1)
    const acknowledge = typeof last === 'function' ? (last as (answer: Answer) => void) : undefined
    if (acknowledge) args.pop()
    const verdict = bucket.take(now())
    if (verdict === 'flood') {
      onRefused('rate-limited')
      socket.disconnect(true)
    } else if (verdict === 'refused') {
      acknowledge?.(refuse('rate-limited'))
    } else {
      void answerTo(name, args).then((answer) => acknowledge?.(answer))
    }
  })
}
