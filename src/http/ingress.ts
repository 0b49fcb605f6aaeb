import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RawRequest } from '../contract/raw-request.ts'
import { AppError } from '../domain/errors.ts'
import type { AcceptDeps } from '../services/accept-delivery.ts'
import { acceptNewest } from '../services/accept-newest.ts'
import type { ChannelDirectory, LiveChannel } from '../services/channel-directory.ts'
import { problemOf, type Recognise, retryAfterOf } from './problem.ts'
import { requestIdFor } from './request-id.ts'

/** What the ingress writes its log to; a pino logger fits. */
export interface IngressLog {
  isLevelEnabled(level: 'debug'): boolean
  debug(fields: object, text: string): void
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
}

export interface IngressDeps extends AcceptDeps {
  readonly channels: Pick<ChannelDirectory, 'peek' | 'get'>
  /** Seconds the address has to wait that a customer's own client posts from; 0 when it may go on. */
  readonly takeAddressQuota: (request: IncomingMessage, nowMs: number) => number
  readonly publicUrl: string
  readonly recognise: Recognise
  readonly now: () => number
  readonly log: IngressLog
  /** What an address is counted and logged as. */
  readonly addressKeyOf: (request: IncomingMessage) => string
  readonly onError: (error: unknown, requestId: string) => void
  /** The answer is on its way. */
  readonly onAcknowledged: () => void
  readonly observe: (status: number, durationMs: number) => void
}

const INGRESS = /^\/ingress\/([0-9a-f]{24})(?:[/?]|$)/

/** What the metrics call a request whose sender did not wait for the answer; many servers do. */
const HUNG_UP = 499

/** How long a body may take to arrive. */
const BODY_TIMEOUT_MS = 15_000

/**
 * The hot way in, beside express: whatever platforms and widgets deliver.
 * @returns a listener that answers whether the request was for it
 */
export function createIngress(
  deps: IngressDeps,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  return (request, response) => {
    const channelId = INGRESS.exec(request.url ?? '')?.[1]
    if (channelId === undefined) return false
    const startedAt = performance.now()
    response.once('close', () => {
      const status = response.headersSent ? response.statusCode : HUNG_UP
      deps.observe(status, performance.now() - startedAt)
    })
    void answer(channelId, request, response, deps)
    return true
  }
}

async function answer(
  channelId: string,
  request: IncomingMessage,
  response: ServerResponse,
  deps: IngressDeps,
): Promise<void> {
  const requestId = requestIdFor(request)
  try {
    const channel = deps.channels.peek(channelId) ?? (await deps.channels.get(channelId))
    if (!channel || channel.deletedAtMs !== undefined) throw new AppError('not-found')
    // Platforms deliver for everybody from a few addresses; of live clients an address has but so many.
    const waitSeconds = channel.connector.visitors ? deps.takeAddressQuota(request, deps.now()) : 0
    if (waitSeconds > 0) throw new AppError('rate-limited', { retryAfterSeconds: waitSeconds })
    const reply = await acceptNewest(channel, await read(request, channel, deps), deps)
    response.writeHead(reply.status, {
      'Content-Type': reply.contentType ?? 'text/plain; charset=utf-8',
      'Content-Length': Buffer.byteLength(reply.body ?? ''),
      'Cache-Control': 'no-store',
      'X-Request-Id': requestId,
      // An answer may repeat what the sender asked for, such as a challenge: never more than plain text.
      'X-Content-Type-Options': 'nosniff',
    })
    response.end(reply.body)
    deps.onAcknowledged()
    if (deps.log.isLevelEnabled('debug')) {
      deps.log.debug({ requestId, channelId, status: reply.status }, 'a delivery was answered')
    }
  } catch (error) {
    refuse(error, { requestId, channelId, request, response }, deps)
  }
}

async function read(request: IncomingMessage, channel: LiveChannel, deps: IngressDeps): Promise<RawRequest> {
  const { inbound } = channel
  if (inbound.kind !== 'webhook') throw new AppError('not-found')
  const body = await readBody(request, inbound.maxBodyBytes)
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  const url = request.url ?? '/'
  return {
    method: request.method ?? 'GET',
    url,
    publicUrl: `${deps.publicUrl}${url}`,
    headers,
    body,
    receivedAtMs: deps.now(),
  }
}

function readBody(request: IncomingMessage, limit: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > limit) return reject(tooLarge(limit))
    const chunks: Buffer[] = []
    let size = 0
    const timer = setTimeout(() => request.destroy(), BODY_TIMEOUT_MS)
    // A sender who hangs up is no fault of ours, whichever of the two events tells it first.
    const cutOff = (): void => {
      clearTimeout(timer)
      reject(new AppError('invalid-input', { detail: 'The request was cut off' }))
    }
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > limit) {
        reject(tooLarge(limit))
        request.pause()
        return
      }
      chunks.push(chunk)
    })
    request.on('end', () => {
      clearTimeout(timer)
      request.off('close', cutOff)
      const [only] = chunks
      resolve(chunks.length === 1 && only ? only : Buffer.concat(chunks))
    })
    request.on('close', cutOff)
    request.on('error', cutOff)
  })
}

function tooLarge(limit: number): AppError {
  return new AppError('request-too-large', { members: { limit } })
}

/** One line for each refusal: who and why, and nothing of what was sent. */
function refuse(
  error: unknown,
  {
    requestId,
    channelId,
    request,
    response,
  }: {
    readonly requestId: string
    readonly channelId: string
    readonly request: IncomingMessage
    readonly response: ServerResponse
  },
  deps: IngressDeps,
): void {
  const known = deps.recognise(error)
  if (!known) deps.onError(error, requestId)
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const problem = problemOf(known ?? new AppError('internal'), requestId)
  const { code, status } = problem
  const facts = { requestId, channelId, code, status, address: deps.addressKeyOf(request) }
  deps.log[status >= 500 ? 'warn' : 'info'](facts, 'a delivery was refused')
  const retryAfter = known ? retryAfterOf(known) : undefined
  const tooLargeToDrain = problem.status === 413
  response.writeHead(problem.status, {
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
    'X-Request-Id': requestId,
    'X-Content-Type-Options': 'nosniff',
    ...(retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }),
    ...(tooLargeToDrain ? { Connection: 'close' } : {}),
  })
  response.end(JSON.stringify(problem))
}
