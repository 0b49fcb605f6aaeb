/** Signatures as Standard Webhooks has them, over the bytes themselves and by a clock that is handed in. */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** Requests older or newer than this are refused. */
export const TOLERANCE_MS = 5 * 60_000
const PREFIX = 'whsec_'
/** Full stops part what is signed, so an id has none. */
const ID = /^[!-\-/-~]{1,256}$/
const SECONDS = /^[0-9]{1,12}$/
/** More than any rotation of secrets needs. */
const MOST_SIGNATURES = 20

/** What a request is signed with. */
export interface SignatureHeaders {
  readonly 'webhook-id': string
  readonly 'webhook-timestamp': string
  readonly 'webhook-signature': string
}

/** The three headers of a request. @param atMs milliseconds since the epoch */
export function sign(id: string, atMs: number, body: Uint8Array, secret: string): SignatureHeaders {
  const seconds = String(Math.floor(atMs / 1_000))
  return {
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': `v1,${digestOf(id, seconds, body, secret)}`,
  }
}

/** Whether a request is signed, or in words why it is not. Constant in time where a secret is compared. */
export type SignatureCheck =
  | { readonly ok: true; readonly id: string }
  | { readonly ok: false; readonly detail: string }

/** @param headers names in lower case */
export function checkSignature(
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
  secret: string,
  nowMs: number,
): SignatureCheck {
  const id = headers['webhook-id'] ?? ''
  const seconds = headers['webhook-timestamp'] ?? ''
  const given = headers['webhook-signature'] ?? ''
  if (!ID.test(id)) return refused('webhook-id must be 1 to 256 visible characters without a full stop')
  if (!SECONDS.test(seconds)) return refused('webhook-timestamp must be seconds since the epoch')
  if (Math.abs(nowMs - Number(seconds) * 1_000) > TOLERANCE_MS)
    return refused('webhook-timestamp is more than five minutes away from the time of this server')
  const signatures = given.split(' ')
  if (signatures.length > MOST_SIGNATURES) return refused('webhook-signature holds too many signatures')
  const expected = Buffer.from(`v1,${digestOf(id, seconds, body, secret)}`)
  let holds = false
  for (const signature of signatures) holds = isEqual(Buffer.from(signature), expected) || holds
  return holds ? { ok: true, id } : refused('webhook-signature does not fit this body and secret')
}

const refused = (detail: string): SignatureCheck => ({ ok: false, detail })

const isEqual = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && timingSafeEqual(one, other)

function digestOf(id: string, seconds: string, body: Uint8Array, secret: string): string {
  const key = Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, 'base64')
  return createHmac('sha256', key).update(`${id}.${seconds}.`).update(body).digest('base64')
}
