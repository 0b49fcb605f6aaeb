import type { AdmissionRequest, VisitorAccess, VisitorAdmission } from '../../src/contract/visitor-access.ts'
import type { VisitorIdentityClaim } from '../../src/domain/visitor.ts'
import { frameAncestors, isAllowedOrigin } from './allowed-origins.ts'
import { proveIdentity } from './identity-proof.ts'
import type { WebChatConfig } from './settings.ts'
import { MAX_ATTACHMENT_BYTES, MAX_TEXT_LENGTH } from './settings.ts'
import { snippet } from './snippet.ts'
import type { VisitorClaims } from './visitor-token.ts'
import {
  ANONYMOUS_LIFE_MS,
  issueTicket,
  issueToken,
  PROVEN_LIFE_MS,
  readTicket,
  readToken,
} from './visitor-token.ts'

/** Prefixes keep the two kinds of visitor apart: nobody chooses an anonymous id that is a user's. */
const ANONYMOUS = 'anon:'
const PROVEN = 'user:'

/** Whose token it is, under the channel's present settings. Never throws. */
export function recogniseVisitor(
  token: string,
  config: WebChatConfig,
  nowMs: number,
): VisitorClaims | undefined {
  const claims = readToken(token, config.visitorSecret, nowMs)
  return claims !== undefined && (claims.verified || !config.requireIdentity) ? claims : undefined
}

export const visitors: VisitorAccess<WebChatConfig> = {
  publicSettings: (config) => ({
    title: config.title,
    greeting: config.greeting,
    offlineText: config.offlineText,
    color: config.color.toLowerCase(),
    position: config.position,
    locale: config.locale,
    colorScheme: config.colorScheme,
    preChat: config.preChat,
    attachments: config.attachments,
    emoji: config.emoji,
    maxTextLength: MAX_TEXT_LENGTH,
    maxAttachmentBytes: MAX_ATTACHMENT_BYTES,
  }),
  frameAncestors: (config) => frameAncestors(config.allowedDomains),
  issueTicket: (origin, config, nowMs) =>
    isAllowedOrigin(origin, config.allowedDomains)
      ? issueTicket(origin, config.visitorSecret, nowMs)
      : undefined,
  admit,
  recognise: (token, config, nowMs) => {
    const claims = recogniseVisitor(token, config, nowMs)
    return claims && { visitorId: claims.visitorId, verified: claims.verified }
  },
  continuity: ({ continueChannel, continueAfterMinutes }) =>
    continueChannel === ''
      ? undefined
      : { channelId: continueChannel, afterMs: continueAfterMinutes * 60_000 },
  snippet,
}

function admit(request: AdmissionRequest, config: WebChatConfig): VisitorAdmission {
  const { ticket, token, identity, nowMs, freshId } = request
  const origin = readTicket(ticket, config.visitorSecret, nowMs)
  if (origin === undefined) {
    return { ok: false, code: 'origin-not-allowed', detail: 'the ticket is not valid, or no longer' }
  }
  // Asked again: the owner may have taken the domain off the list since.
  if (!isAllowedOrigin(origin, config.allowedDomains)) {
    return { ok: false, code: 'origin-not-allowed', detail: `${origin} is not among the allowed domains` }
  }
  if (identity?.hash !== undefined || identity?.jwt !== undefined) {
    const proof = proveIdentity(identity, config.identitySecret, nowMs)
    if (!proof.ok) return { ok: false, code: 'identity-not-proven', detail: proof.detail }
    const { id, ...details } = proof.identity
    return admitted(
      { visitorId: `${PROVEN}${id}`, verified: true, expiresAtMs: nowMs + PROVEN_LIFE_MS, ...details },
      config,
    )
  }
  const earlier = token === undefined ? undefined : recogniseVisitor(token, config, nowMs)
  if (earlier !== undefined && !contradicts(identity, earlier)) {
    return admitted(
      earlier.verified ? earlier : { ...earlier, expiresAtMs: nowMs + ANONYMOUS_LIFE_MS },
      config,
    )
  }
  if (config.requireIdentity) {
    return {
      ok: false,
      code: 'identity-not-proven',
      detail: 'this channel serves only visitors with a signed identity',
    }
  }
  return admitted(
    { visitorId: `${ANONYMOUS}${freshId}`, verified: false, expiresAtMs: nowMs + ANONYMOUS_LIFE_MS },
    config,
  )
}

/** The page names another user than the earlier visit proved: he must not see that one's history. */
function contradicts(claim: VisitorIdentityClaim | undefined, earlier: VisitorClaims): boolean {
  return earlier.verified && claim?.id !== undefined && `${PROVEN}${claim.id}` !== earlier.visitorId
}

function admitted(claims: VisitorClaims, config: WebChatConfig): VisitorAdmission {
  const { visitorId, verified } = claims
  return { ok: true, token: issueToken(claims, config.visitorSecret), visitor: { visitorId, verified } }
}
