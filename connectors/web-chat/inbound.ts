import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import type { WebhookInbound } from '../../src/contract/connector.ts'
import type { InboundEvent, InboundIdentity } from '../../src/contract/inbound-event.ts'
import type { JournaledRequest, RawRequest, Verification } from '../../src/contract/raw-request.ts'
import { verified } from '../../src/contract/raw-request.ts'
import type { WebChatConfig } from './settings.ts'
import { recogniseVisitor } from './visitor-access.ts'
import type { MessagePost, ReceiptPost } from './visitor-post.ts'
import { readPost } from './visitor-post.ts'
import type { VisitorClaims } from './visitor-token.ts'

const BEARER = 'Bearer '
const DAY_MS = 86_400_000
/** 10,000 characters, each escaped to six bytes, and everything else at its limit, fit. */
const MAX_BODY_BYTES = 160 * 1_024

/** What `verify` learned of the sender, as the journal keeps it. */
type Facts = Readonly<Record<string, string>>

/** How widgets post what visitors write: JSON under the visitor's bearer token. */
export const inbound: WebhookInbound<WebChatConfig> = {
  kind: 'webhook',
  maxBodyBytes: MAX_BODY_BYTES,
  verify,
  parse,
  acknowledge: () => ({ status: 202, contentType: 'application/json', body: '{"accepted":true}' }),
}

function verify(request: RawRequest, config: WebChatConfig): Verification {
  const { headers, body, receivedAtMs } = request
  const contentType = headers['content-type'] ?? ''
  if (!isJson(contentType)) {
    return { ok: false, code: 'unsupported-content-type', detail: 'send application/json' }
  }
  const authorization = headers['authorization'] ?? ''
  const visitor = authorization.startsWith(BEARER)
    ? recogniseVisitor(authorization.slice(BEARER.length), config, receivedAtMs)
    : undefined
  if (visitor === undefined) {
    return { ok: false, code: 'invalid-token', detail: 'open a session and send its token as bearer' }
  }
  if (body.length > MAX_BODY_BYTES || !isUtf8(body)) {
    return { ok: false, code: 'invalid-input', detail: 'the body is too long or not UTF-8', field: '' }
  }
  const read = readPost(textOf(body))
  if (!read.ok) return { ok: false, code: 'invalid-input', ...read.fault }
  return {
    ok: true,
    request: verified({ body, contentType, facts: factsOf(visitor), receivedAtMs }),
    deliveryKey: deliveryKeyOf(visitor.visitorId, read.post),
    sender: visitor.visitorId,
  }
}

function isJson(contentType: string): boolean {
  return contentType === 'application/json' || /^application\/json\s*(;|$)/i.test(contentType)
}

function textOf(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
}

function factsOf({ visitorId, verified: proven, name, email, phone }: VisitorClaims): Facts {
  return {
    visitorId,
    verified: proven ? 'yes' : 'no',
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(phone !== undefined && { phone }),
  }
}

function deliveryKeyOf(visitorId: string, post: MessagePost | ReceiptPost): string {
  return post.type === 'message'
    ? `m:${visitorId}:${post.clientMessageId}`
    : `r:${visitorId}:${digest(`${post.status}:${post.messageIds.join()}`)}`
}

const digest = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('base64url')

function parse({ body, facts, receivedAtMs }: JournaledRequest): readonly InboundEvent[] {
  const visitorId = facts['visitorId']
  const read = readPost(textOf(body))
  if (visitorId === undefined || !read.ok) {
    const what = read.ok ? 'a post of nobody' : `a post that cannot be read (${read.fault.field || 'body'})`
    return [{ type: 'unsupported', externalId: `unreadable:${visitorId ?? ''}:${digest(body)}`, what }]
  }
  const { post } = read
  if (post.type === 'message') return [messageOf(post, visitorId, facts, receivedAtMs)]
  return post.messageIds.map((externalId) => ({
    type: 'status',
    externalId,
    identityExternalId: visitorId,
    status: post.status,
    atMs: receivedAtMs,
  }))
}

function messageOf(post: MessagePost, visitorId: string, facts: Facts, receivedAtMs: number): InboundEvent {
  const { clientMessageId, text, attachmentIds = [], sentAtMs } = post
  return {
    type: 'message',
    externalId: `${visitorId}:${clientMessageId}`,
    identity: identityOf(post, visitorId, facts),
    text,
    attachments: attachmentIds.map((attachmentId) => ({ kind: 'stored', attachmentId })),
    clientMessageId,
    // The visitor's clock is believed only where it is plausible: he may have written offline.
    ...(sentAtMs !== undefined &&
      sentAtMs <= receivedAtMs &&
      sentAtMs >= receivedAtMs - 30 * DAY_MS && { sentAtMs }),
  }
}

/** What the site signed goes before what the visitor, or an unsigned call of the page, says of him. */
function identityOf(
  { preChat, page, attributes }: MessagePost,
  visitorId: string,
  facts: Facts,
): InboundIdentity {
  const displayName = facts['name'] ?? preChat?.name?.trim()
  const email = facts['email'] ?? preChat?.email
  const phone = facts['phone']
  const claimsEmail = facts['email'] === undefined && preChat?.email !== undefined
  const known = {
    ...attributes,
    ...(page?.url !== undefined && { pageUrl: page.url }),
    ...(page?.title !== undefined && { pageTitle: page.title }),
  }
  return {
    externalId: visitorId,
    verified: facts['verified'] === 'yes' && !claimsEmail,
    ...(displayName && { displayName }),
    ...(email !== undefined && { email }),
    ...(phone !== undefined && { phone }),
    ...(Object.keys(known).length > 0 && { attributes: known }),
  }
}
