import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import type { WebhookInbound } from '../../src/contract/connector.ts'
import type { AttachmentRef, InboundEvent, InboundIdentity } from '../../src/contract/inbound-event.ts'
import type { JournaledRequest, RawRequest, Verification } from '../../src/contract/raw-request.ts'
import { verified } from '../../src/contract/raw-request.ts'
import type { MessageCard } from '../../src/domain/message-card.ts'
import type { TextSpan } from '../../src/domain/text-spans.ts'
import type { Post, PostedCard, PostedFile, Sender } from './posts.ts'
import { readPost } from './posts.ts'
import type { CustomConfig } from './settings.ts'
import { checkSignature } from './signature.ts'

/** A text at its limit in any script, and some files of 1 MiB each in base64. */
const MAX_BODY_BYTES = 8 * 1_048_576
const JSON_TYPE = /^application\/([a-z0-9.-]+\+)?json\s*(;|$)/i
const ACCEPTED = { status: 202, contentType: 'application/json', body: '{"accepted":true}' } as const
const PONG = { status: 200, contentType: 'application/json', body: '{"pong":true}' } as const

/** How other systems post what happened: JSON, signed as Standard Webhooks has it. */
export const inbound: WebhookInbound<CustomConfig> = {
  kind: 'webhook',
  maxBodyBytes: MAX_BODY_BYTES,
  verify,
  parse,
  acknowledge: () => ACCEPTED,
}

function verify({ headers, body, receivedAtMs }: RawRequest, config: CustomConfig): Verification {
  const signed = checkSignature(headers, body, config.inboundSecret, receivedAtMs)
  if (!signed.ok) return { ok: false, code: 'invalid-signature', detail: signed.detail }
  const contentType = headers['content-type'] ?? ''
  if (!JSON_TYPE.test(contentType))
    return { ok: false, code: 'unsupported-content-type', detail: 'send application/json' }
  if (!isUtf8(body)) return { ok: false, code: 'invalid-input', detail: 'the body is not UTF-8', field: '' }
  const read = readPost(textOf(body))
  if (!read.ok) return { ok: false, code: 'invalid-input', ...read.fault }
  const request = verified({ body, contentType, facts: {}, receivedAtMs })
  if (read.post.type === 'ping') return { ok: true, request, handshake: PONG }
  return {
    ok: true,
    request,
    deliveryKey: signed.id,
    ...('from' in read.post && { sender: read.post.from.id }),
  }
}

const textOf = (body: Uint8Array): string =>
  Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')

function parse({ body, receivedAtMs }: JournaledRequest): readonly InboundEvent[] {
  const read = readPost(textOf(body))
  if (!read.ok) {
    const digest = createHash('sha256').update(body).digest('base64url')
    const what = `a post that cannot be read (${read.fault.field || 'body'})`
    return [{ type: 'unsupported', externalId: `unreadable:${digest}`, what }]
  }
  const event = eventOf(read.post, receivedAtMs)
  return event === undefined ? [] : [event]
}

function eventOf(post: Post, receivedAtMs: number): InboundEvent | undefined {
  const at = instantOf('at' in post ? post.at : undefined, receivedAtMs) ?? receivedAtMs
  switch (post.type) {
    case 'message':
      return messageOf(post, receivedAtMs)
    case 'message-edited':
      return {
        type: 'message-edited',
        externalId: post.messageId,
        text: post.text,
        ...spansOf(post.text, post.spans),
        editedAtMs: at,
      }
    case 'message-deleted':
      return { type: 'message-deleted', externalId: post.messageId, deletedAtMs: at }
    case 'status':
      return {
        type: 'status',
        externalId: post.messageId,
        status: post.status,
        atMs: at,
        ...(post.error !== undefined && { errorCode: post.error.code }),
        ...(post.error?.detail !== undefined && { errorDetail: post.error.detail }),
        ...(post.optedOut === true && { optedOut: true }),
      }
    case 'reaction':
      return {
        type: 'reaction',
        externalId: post.messageId,
        identity: identityOf(post.from),
        emoji: post.emoji,
        removed: post.removed ?? false,
      }
    case 'typing':
      return { type: 'typing', identityExternalId: post.from.id }
    case 'consent':
      return { type: 'consent', identity: identityOf(post.from), optedOut: post.optedOut, atMs: at }
    case 'ping':
      return undefined
  }
}

/** Nothing happened later than it arrives: another clock goes ahead then. */
const instantOf = (given: string | undefined, receivedAtMs: number): number | undefined =>
  given === undefined ? undefined : Math.min(Date.parse(given), receivedAtMs)

function messageOf(post: Extract<Post, { type: 'message' }>, receivedAtMs: number): InboundEvent {
  const { text = '', thread, replyTo, sentAt, cards = [] } = post
  const sentAtMs = instantOf(sentAt, receivedAtMs)
  return {
    type: 'message',
    externalId: post.id,
    identity: identityOf(post.from),
    ...(thread !== undefined && { threadKey: thread }),
    text,
    ...spansOf(text, post.spans),
    attachments: (post.attachments ?? []).map(attachmentOf),
    ...(cards.length > 0 && { cards: cards.map(cardOf) }),
    ...(replyTo !== undefined && { replyToExternalId: replyTo }),
    ...(sentAtMs !== undefined && { sentAtMs }),
  }
}

/** What reaches beyond its text is left out; the text itself stands. */
function spansOf(
  { length }: string,
  spans: readonly TextSpan[] = [],
): { readonly spans?: readonly TextSpan[] } {
  const within = spans.filter((span) => span.offset + span.length <= length)
  return within.length === 0 ? {} : { spans: within.toSorted((one, other) => one.offset - other.offset) }
}

function identityOf({
  id,
  name,
  verified: proven = false,
  email,
  phone,
  attributes,
}: Sender): InboundIdentity {
  return {
    externalId: id,
    verified: proven,
    ...(name !== undefined && { displayName: name }),
    ...(email !== undefined && { email }),
    ...(phone !== undefined && { phone }),
    ...(attributes !== undefined && Object.keys(attributes).length > 0 && { attributes }),
  }
}

function attachmentOf(file: PostedFile): AttachmentRef {
  const type = file.contentType === undefined ? {} : { contentType: file.contentType.toLowerCase() }
  if ('content' in file)
    return { kind: 'content', bytes: Buffer.from(file.content, 'base64'), name: file.name, ...type }
  return {
    kind: 'remote',
    ref: file.url,
    name: file.name ?? nameIn(file.url),
    ...type,
    ...(file.sizeBytes !== undefined && { sizeBytes: file.sizeBytes }),
    fetchAtOnce: true,
  }
}

/** The last part of an address, as its name. */
function nameIn(url: string): string {
  const path = url.replace(/[?#].*$/s, '').replace(/^https?:\/\/[^/]*/i, '')
  const last = path.split('/').at(-1) ?? ''
  try {
    return decodeURIComponent(last).slice(0, 255) || 'file'
  } catch {
    return last.slice(0, 255) || 'file'
  }
}

function cardOf(card: PostedCard): MessageCard {
  if (card.kind !== 'contact') return card
  return { kind: 'contact', name: card.name, phones: card.phones ?? [], emails: card.emails ?? [] }
}
