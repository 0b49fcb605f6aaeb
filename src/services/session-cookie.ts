import { createHmac, timingSafeEqual } from 'node:crypto'

/** The name of the cookie that names a session. */
export const SESSION_COOKIE = 'tributary_session'

/** Longest Cookie header looked at. */
const LONGEST_HEADER = 8_192

/**
 * The session id in a raw Cookie header, if its signature holds. The form is that of the session middleware:
 * `s:<id>.<base64 HMAC-SHA256 without padding>`.
 */
export function sessionIdOf(cookieHeader: string | undefined, signingKey: string): string | undefined {
  if (cookieHeader === undefined || cookieHeader.length > LONGEST_HEADER) return undefined
  for (const part of cookieHeader.split(';')) {
    const equals = part.indexOf('=')
    if (equals < 0 || part.slice(0, equals).trim() !== SESSION_COOKIE) continue
    return unsigned(part.slice(equals + 1).trim(), signingKey)
  }
  return undefined
}

function unsigned(encoded: string, signingKey: string): string | undefined {
  let value: string
  try {
    value = decodeURIComponent(encoded.replace(/^"(.*)"$/, '$1'))
  } catch {
    return undefined
  }
  if (!value.startsWith('s:')) return undefined
  const dot = value.lastIndexOf('.')
  if (dot < 3) return undefined
  const id = value.slice(2, dot)
  const expected = Buffer.from(
    createHmac('sha256', signingKey).update(id).digest('base64').replace(/=+$/, ''),
  )
  const actual = Buffer.from(value.slice(dot + 1))
  return actual.length === expected.length && timingSafeEqual(actual, expected) ? id : undefined
}
