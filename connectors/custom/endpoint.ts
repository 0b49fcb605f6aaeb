/** The other system's endpoint: signed posts to it, and what its answers mean. */
import type { ConnectorContext, HealthReport } from '../../src/contract/connector.ts'
import { ConnectorError, type ConnectorErrorFacts } from '../../src/contract/connector-error.ts'
import type { CustomConfig } from './settings.ts'
import { sign } from './signature.ts'

export type Context = ConnectorContext<CustomConfig>

/** What the endpoint may say of a message that it took, or why it refused it. */
export interface EndpointAnswer {
  readonly id?: string
  readonly status?: 'sent' | 'delivered'
  readonly code?: string
  readonly detail?: string
}

const TIMEOUT_MS = 20_000
/** An answer says a name and a word; what is longer is not read. */
const MAX_ANSWER_BYTES = 65_536

/**
 * Posts a body. Sending it again does no harm, since the receiver knows it by its id: whatever is uncertain counts as
 * not sent, and is sent again.
 * @throws ConnectorError for everything but a 2xx
 */
export async function post(
  id: string,
  body: object,
  { config, fetch, clock, signal }: Context,
): Promise<EndpointAnswer> {
  const bytes = Buffer.from(JSON.stringify(body))
  let response: Response
  try {
    response = await fetch(config.outboundUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Tributary',
        ...sign(id, clock(), bytes, config.outboundSecret),
      },
      body: bytes,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    })
  } catch (error) {
    throw new ConnectorError(unreached(error, config.outboundUrl))
  }
  // Its status has decided already; an answer that breaks off says nothing beside.
  const answer = await readAnswer(response).catch(() => ({}))
  if (response.ok) return answer
  throw new ConnectorError(refusedBy(response, answer))
}

function unreached(error: unknown, url: string): ConnectorErrorFacts {
  const { host } = new URL(url)
  const codes = codesIn(error)
  const failed = (code: string, detail: string): ConnectorErrorFacts => ({
    code,
    detail,
    retry: 'later',
    delivery: 'not-sent',
  })
  if (codes.has('destination-not-allowed'))
    return failed(
      'destination-not-allowed',
      `${host} is not on the public internet; name its network in OUTBOUND_ALLOW if it is meant`,
    )
  if (codes.has('TimeoutError') || codes.has('UND_ERR_HEADERS_TIMEOUT'))
    return failed('timeout', `${host} did not answer within ${TIMEOUT_MS / 1_000} seconds`)
  if (codes.has('ENOTFOUND') || codes.has('EAI_AGAIN'))
    return failed('host-not-found', `The name ${host} cannot be resolved`)
  if (codes.has('ECONNREFUSED')) return failed('connection-refused', `${host} takes no connection`)
  return failed('connection-failed', `The connection to ${host} failed`)
}

/** The codes and names of an error and of what caused it. */
function codesIn(error: unknown): ReadonlySet<unknown> {
  const codes = new Set<unknown>()
  for (let cause = error, depth = 0; cause instanceof Object && depth < 8; depth += 1) {
    const { code, name, cause: next } = cause as { code?: unknown; name?: unknown; cause?: unknown }
    codes.add(code).add(name)
    cause = next
  }
  return codes
}

/** What a receiver may say of the customer rather than of itself; such a message is lost and no other. */
const OF_THE_CUSTOMER: ReadonlySet<string> = new Set([
  'opted-out',
  'recipient-unknown',
  'blocked-by-recipient',
  'reply-window-closed',
])

/** 401, 410 and 429 are said of every message, and 5xx of the endpoint. */
const isOfOneMessage = (status: number): boolean => status < 500 && ![401, 410, 429].includes(status)

function refusedBy({ status, headers }: Response, answer: EndpointAnswer): ConnectorErrorFacts {
  const failed = (
    code: string,
    detail: string,
    retry: ConnectorErrorFacts['retry'],
  ): ConnectorErrorFacts => ({ code, detail, retry, delivery: 'not-sent' })
  const said = answer.detail === undefined ? '' : `: ${answer.detail}`
  if (status >= 300 && status < 400)
    return failed('redirected', 'The endpoint answers with a redirect, which is not followed', 'later')
  if (isOfOneMessage(status) && answer.code !== undefined && OF_THE_CUSTOMER.has(answer.code)) {
    return {
      ...failed(answer.code, `The endpoint refused the message${said}`, 'never'),
      ...(answer.code === 'opted-out' && { optedOut: true }),
    }
  }
  if (status === 401 || status === 403)
    return failed(
      'bad-credentials',
      `The endpoint refused our signature (${status}); see that it has the secret for what goes out`,
      'never',
    )
  if (status === 410) return failed('endpoint-gone', 'The endpoint says that it is gone (410)', 'never')
  if (status === 429) {
    const retryAfterMs = retryAfterOf(headers)
    return {
      ...failed('rate-limited', 'The endpoint asks for patience (429)', 'later'),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs, holds: 'channel' }),
    }
  }
  if (status === 404 || status === 405)
    return failed('endpoint-not-found', `There is no endpoint at this address (${status})`, 'later')
  if (status === 408 || status === 425 || status >= 500) {
    const retryAfterMs = retryAfterOf(headers)
    return {
      ...failed('platform-unavailable', `The endpoint is in trouble (${status})`, 'later'),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    }
  }
  return failed('refused', `The endpoint refused the message (${status})${said}`, 'never')
}

/** Seconds only: a date would need the other clock. */
function retryAfterOf(headers: Headers): number | undefined {
  const seconds = headers.get('retry-after') ?? ''
  if (!/^\d{1,7}$/.test(seconds)) return undefined
  return Number(seconds) * 1_000
}

async function readAnswer(response: Response): Promise<EndpointAnswer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > MAX_ANSWER_BYTES) return {}
    chunks.push(chunk)
  }
  const read: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
  if (typeof read !== 'object' || read === null) return {}
  const { id, status, code, detail } = read as Readonly<Record<string, unknown>>
  return {
    ...(isShort(id) && { id }),
    ...((status === 'sent' || status === 'delivered') && { status }),
    ...(isShort(code) && { code }),
    ...(isShort(detail) && { detail }),
  }
}

const isShort = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= 200

/** Codes that are said of the endpoint, so of every message; with what people are to read of it. */
const OF_THE_ENDPOINT: Readonly<Record<string, HealthReport['state']>> = {
  'endpoint-gone': 'failing',
  'bad-credentials': 'failing',
  redirected: 'failing',
  'endpoint-not-found': 'failing',
  'destination-not-allowed': 'failing',
  'host-not-found': 'failing',
  'connection-refused': 'degraded',
  'connection-failed': 'degraded',
  timeout: 'degraded',
  'platform-unavailable': 'degraded',
}

/** What this process said last of each channel. */
const lastSaid = new Map<string, { readonly what: string; readonly atMs: number }>()
const MOST_REMEMBERED = 10_000
/** Another process, or a test of the connection, may have said something else meanwhile. */
const HOLDS_MS = 60_000

/** Tells people how the endpoint is: when that has changed, and now and then. @param facts undefined = it took what was posted */
export function reportEndpoint(
  { channelId, reportHealth, clock }: Context,
  facts?: Pick<ConnectorErrorFacts, 'code' | 'detail'>,
): void {
  const state = facts === undefined ? 'healthy' : OF_THE_ENDPOINT[facts.code]
  if (state === undefined) return
  const { code, detail } = facts ?? {}
  const [what, atMs] = [`${state}:${code ?? ''}`, clock()]
  const last = lastSaid.get(channelId)
  if (last?.what === what && Math.abs(atMs - last.atMs) < HOLDS_MS) return
  if (lastSaid.size >= MOST_REMEMBERED) lastSaid.clear()
  lastSaid.set(channelId, { what, atMs })
  reportHealth({
    state,
    part: 'sending',
    ...(code === undefined ? {} : { code }),
    ...(detail === undefined ? {} : { detail }),
  })
}

/** Whoever asks for a test of the connection tells its outcome himself: what was said before holds no more. */
export const forgetReports = ({ channelId }: Context): boolean => lastSaid.delete(channelId)
