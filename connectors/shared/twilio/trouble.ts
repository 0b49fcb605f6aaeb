import { ConnectorError, type ConnectorErrorFacts } from '../../../src/contract/connector-error.ts'
import { knownFailure, tellFailure } from './failure-words.ts'

/** What went wrong with a request. */
export type Trouble =
  | { readonly kind: 'not-begun' }
  /** The line never stood. */
  | { readonly kind: 'unreachable'; readonly reason: string }
  /** Our own guard keeps the address from being called. */
  | { readonly kind: 'forbidden'; readonly detail: string }
  | { readonly kind: 'cut' }
  | { readonly kind: 'silent' }
  | { readonly kind: 'garbage' }
  | {
      readonly kind: 'refused'
      readonly status: number
      readonly code?: number
      readonly retryAfterMs?: number
    }

/** Trouble on its way through Twilio's library. */
export class ApiTrouble extends Error {
  readonly trouble: Trouble

  constructor(trouble: Trouble, options?: { readonly cause?: unknown }) {
    super(`the request failed: ${trouble.kind}`, options)
    this.name = 'ApiTrouble'
    this.trouble = trouble
  }
}

/** Failures after which not one byte of the request can have arrived. */
const NEVER_STOOD = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'UND_ERR_CONNECT_TIMEOUT',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_SSL_WRONG_VERSION_NUMBER',
])

/** What a thrown error of fetch means. */
export function broken(error: unknown): ApiTrouble {
  for (let cause = error; cause instanceof Error || isCoded(cause); cause = (cause as Error).cause) {
    const code = isCoded(cause) ? cause.code : ''
    if (NEVER_STOOD.has(code)) return new ApiTrouble({ kind: 'unreachable', reason: code })
    if (code === 'destination-not-allowed')
      return new ApiTrouble({ kind: 'forbidden', detail: (cause as Error).message })
    if ((cause as Error).name === 'TimeoutError' || code.endsWith('_TIMEOUT'))
      return new ApiTrouble({ kind: 'silent' })
  }
  return new ApiTrouble({ kind: 'cut' })
}

const isCoded = (value: unknown): value is { readonly code: string } =>
  typeof value === 'object' && value !== null && typeof (value as { code?: unknown }).code === 'string'

/** What an answer other than success means. */
export function refusal(answer: Response, body: Readonly<Record<string, unknown>> | undefined): ApiTrouble {
  const code = body?.['code']
  const retryAfterMs = retryAfterIn(answer.headers.get('retry-after'), answer.headers.get('date'))
  return new ApiTrouble({
    kind: 'refused',
    status: answer.status,
    ...(typeof code === 'number' && Number.isSafeInteger(code) ? { code } : {}),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
}

/** Seconds, or an instant by the clock of whoever answered. */
function retryAfterIn(header: string | null, date: string | null): number | undefined {
  if (header === null) return undefined
  if (/^\d{1,7}$/.test(header)) return Number(header) * 1_000
  const waitMs = Date.parse(header) - Date.parse(date ?? '')
  return Number.isFinite(waitMs) && waitMs > 0 ? waitMs : undefined
}

/** A pause where Twilio names none. */
const PAUSE_MS = 5_000

/** Answers after which it may have been taken: somebody between us and Twilio's queue gave up. */
const MAY_BE_TAKEN = new Set([500, 502, 504, 408])

/** What the core is to know of a failure. */
export function factsOf(error: unknown): ConnectorErrorFacts {
  const trouble: Trouble = error instanceof ApiTrouble ? error.trouble : { kind: 'garbage' }
  switch (trouble.kind) {
    case 'not-begun':
      return { code: 'stopping', detail: 'The server was stopping.', retry: 'later', delivery: 'not-sent' }
    case 'unreachable':
      return {
        code: 'platform-unreachable',
        detail: 'Twilio cannot be reached from this server.',
        retry: 'later',
        delivery: 'not-sent',
      }
    case 'forbidden':
      return { code: 'destination-not-allowed', detail: trouble.detail, retry: 'never', delivery: 'not-sent' }
    case 'cut':
      return uncertain('connection-lost', 'The connection to Twilio broke before it answered.')
    case 'silent':
      return uncertain('timeout', 'Twilio did not answer in time.')
    case 'garbage':
      return uncertain('answer-unreadable', 'Twilio answered something that cannot be understood.')
    case 'refused':
      return refused(trouble)
  }
}

const uncertain = (code: string, detail: string): ConnectorErrorFacts => ({
  code,
  detail,
  retry: 'later',
  delivery: 'unknown',
})

function refused(trouble: Extract<Trouble, { kind: 'refused' }>): ConnectorErrorFacts {
  const { status, retryAfterMs } = trouble
  if (MAY_BE_TAKEN.has(status))
    return uncertain('platform-unavailable', `Twilio has trouble of its own (${status}).`)
  const twilioCode = trouble.code ?? GENERAL_CODES[status]
  const known = knownFailure(twilioCode)
  const { code, detail } = tellFailure(twilioCode)
  const passes = known?.passes === true || status === 429 || status >= 500
  const holds = known?.holdsChannel === true || status === 429 || status === 503
  return {
    code:
      status === 401
        ? 'bad-credentials'
        : known === undefined && status >= 500
          ? 'platform-unavailable'
          : code,
    detail: trouble.code === undefined && known === undefined ? `Twilio refused it (${status}).` : detail,
    retry: passes ? 'later' : 'never',
    delivery: 'not-sent',
    ...(passes ? { retryAfterMs: retryAfterMs ?? PAUSE_MS } : {}),
    ...(passes && holds ? { holds: 'channel' as const } : {}),
    ...(known?.optedOut ? { optedOut: true } : {}),
  }
}

/** What an answer means that names no code of its own. */
const GENERAL_CODES: Readonly<Record<number, number>> = { 401: 20003, 404: 20404, 429: 20429, 503: 20503 }

/** Runs something that calls Twilio; what goes wrong is told as the contract says. */
export async function withFacts<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof ConnectorError) throw error
    throw new ConnectorError(factsOf(error), { cause: error })
  }
}
