import { timingSafeEqual } from 'node:crypto'
import type { VisitorIdentityClaim } from '../../src/domain/visitor.ts'
import { hmac, isUsableSecret, jsonObject, MAX_SIGNED_LENGTH } from './signed-value.ts'

const SKEW_SECONDS = 60
const LONGEST_JWT_LIFE_SECONDS = 86_400
const MAX_ID_LENGTH = 200

/** Who the site says its visitor is, proven by a signature. Name, email and phone only when they were signed too. */
export interface ProvenIdentity {
  readonly id: string
  readonly name?: string
  readonly email?: string
  readonly phone?: string
}

/** The outcome of {@link proveIdentity}; `detail` tells the site's developer what to mend. */
export type Proof =
  | { readonly ok: true; readonly identity: ProvenIdentity }
  | { readonly ok: false; readonly detail: string }

/**
 * Believes a claim that carries `hash` (hex HMAC-SHA256 of `id`) or `jwt` (HS256), made with the channel's identity
 * secret. A hash proves the id alone; name, email and phone beside it stay claims. Never throws.
 */
export function proveIdentity(claim: VisitorIdentityClaim, secret: string, nowMs: number): Proof {
  if (!isUsableSecret(secret)) return refused('the channel has no identity secret')
  return claim.jwt !== undefined ? byJwt(claim.jwt, claim.id, secret, nowMs) : byHash(claim, secret)
}

const refused = (detail: string): Proof => ({ ok: false, detail })

function byHash({ id, hash }: VisitorIdentityClaim, secret: string): Proof {
  if (id === undefined || !isSiteId(id))
    return refused('id must have 1 to 200 characters, none of them a control character')
  if (hash === undefined || !/^[0-9a-f]{64}$/i.test(hash))
    return refused('hash must be a hex HMAC-SHA256 of id')
  if (!timingSafeEqual(Buffer.from(hash, 'hex'), hmac(id, secret))) {
    return refused('hash is not the HMAC-SHA256 of this id with the channel’s identity secret')
  }
  return { ok: true, identity: { id } }
}

function byJwt(jwt: string, id: string | undefined, secret: string, nowMs: number): Proof {
  const parts = jwt.length <= MAX_SIGNED_LENGTH ? jwt.split('.') : []
  const [header, payload, signature] = parts
  if (parts.length !== 3 || header === undefined || payload === undefined || signature === undefined) {
    return refused('jwt is not a compact JWT')
  }
  const head = jsonObject(decode(header))
  // The one algorithm is ours to choose: what the token asks for is never followed, only compared.
  if (head?.['alg'] !== 'HS256' || 'crit' in head) return refused('jwt must be signed with HS256')
  const expected = Buffer.from(hmac(`${header}.${payload}`, secret).toString('base64url'))
  const given = Buffer.from(signature)
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return refused('jwt is not signed with the channel’s identity secret')
  }
  const claims = jsonObject(decode(payload))
  return claims === undefined ? refused('jwt carries no claims') : byClaims(claims, id, nowMs / 1_000)
}

function byClaims(claims: Readonly<Record<string, unknown>>, id: string | undefined, now: number): Proof {
  const { sub, exp, nbf, iat, name, email, phone } = claims
  if (!isSiteId(sub)) return refused('jwt needs sub: a text of 1 to 200 characters')
  if (id !== undefined && id !== sub) return refused('id is not the jwt’s sub')
  if (typeof exp !== 'number' || !Number.isFinite(exp)) return refused('jwt needs exp')
  if (exp + SKEW_SECONDS <= now) return refused('jwt has expired')
  if (!isInstantOrAbsent(nbf) || !isInstantOrAbsent(iat)) return refused('nbf and iat must be numbers')
  if (nbf !== undefined && nbf - SKEW_SECONDS > now) return refused('jwt is not valid yet')
  if (iat !== undefined && iat - SKEW_SECONDS > now) return refused('jwt was issued in the future')
  // Measured from now as well: an old iat must not stretch the life of a leaked token.
  if (exp - Math.max(iat ?? now, now) > LONGEST_JWT_LIFE_SECONDS + SKEW_SECONDS) {
    return refused('jwt may live for a day at most')
  }
  if (iat !== undefined && exp - iat > LONGEST_JWT_LIFE_SECONDS + SKEW_SECONDS) {
    return refused('jwt may live for a day at most')
  }
  return {
    ok: true,
    identity: {
      id: sub,
      ...(isShortText(name, 120) && { name }),
      ...(isShortText(email, 254) && { email }),
      ...(isShortText(phone, 40) && { phone }),
    },
  }
}

const decode = (part: string): string => Buffer.from(part, 'base64url').toString()

const isInstantOrAbsent = (value: unknown): value is number | undefined =>
  value === undefined || (typeof value === 'number' && Number.isFinite(value))

const isShortText = (value: unknown, limit: number): value is string =>
  typeof value === 'string' && value !== '' && value.length <= limit

const isSiteId = (value: unknown): value is string =>
  isShortText(value, MAX_ID_LENGTH) && !/\p{Cc}/u.test(value)
