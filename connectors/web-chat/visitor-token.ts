import { isUsableSecret, openSigned, sign } from './signed-value.ts'

const TOKEN = 'v1'
const TICKET = 't1'
const DAY_MS = 86_400_000
const TICKET_LIFE_MS = 300_000

/** Kept by the visitor's browser; every visit renews it. */
export const ANONYMOUS_LIFE_MS = 400 * DAY_MS
/** A proof of identity holds for a day, however it was given; visits do not renew it. */
export const PROVEN_LIFE_MS = DAY_MS

/** What a visitor token says. Name, email and phone are there only when the site signed them. */
export interface VisitorClaims {
  readonly visitorId: string
  readonly verified: boolean
  readonly expiresAtMs: number
  readonly name?: string
  readonly email?: string
  readonly phone?: string
}

/** Makes a bearer token of a visitor. */
export function issueToken(claims: VisitorClaims, secret: string): string {
  const { visitorId, verified, expiresAtMs, name, email, phone } = claims
  return sign(
    TOKEN,
    { v: visitorId, s: verified ? 1 : 0, x: expiresAtMs, n: name, e: email, p: phone },
    secret,
  )
}

/** Reads a token; undefined when it is forged, of another channel or outdated. Never throws. */
export function readToken(token: string, secret: string, nowMs: number): VisitorClaims | undefined {
  const payload = openSigned(TOKEN, token, secret)
  if (payload === undefined) return undefined
  const { v, s, x, n, e, p } = payload
  if (typeof v !== 'string' || typeof x !== 'number' || x <= nowMs) return undefined
  return {
    visitorId: v,
    verified: s === 1,
    expiresAtMs: x,
    ...(typeof n === 'string' && { name: n }),
    ...(typeof e === 'string' && { email: e }),
    ...(typeof p === 'string' && { phone: p }),
  }
}

/** Makes a ticket: an allowed page asked just now. Undefined when the channel has no secret. */
export function issueTicket(origin: string, secret: string, nowMs: number): string | undefined {
  return isUsableSecret(secret) ? sign(TICKET, { o: origin, x: nowMs + TICKET_LIFE_MS }, secret) : undefined
}

/** The origin a ticket was made for; undefined when it is forged or stale. Never throws. */
export function readTicket(ticket: string, secret: string, nowMs: number): string | undefined {
  const payload = openSigned(TICKET, ticket, secret)
  const { o, x } = payload ?? {}
  return typeof o === 'string' && typeof x === 'number' && x > nowMs ? o : undefined
}
