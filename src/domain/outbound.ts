import type { Capabilities } from './capabilities.ts'

/** What an agent wants to send, before any channel has had a say. */
export interface OutboundDraft {
  readonly text: string
  readonly attachments: readonly {
    readonly contentType: string
    readonly sizeBytes: number
    readonly name: string
  }[]
  readonly replyToExternalId?: string
  /** Set when it goes out as a letter, or is meant to. */
  readonly letter?: {
    /** Addresses over To, Cc and Bcc. */
    readonly recipients: number
    /** Another letter goes with it: it need say nothing itself. */
    readonly forwards: boolean
  }
}

/** What `planOutbound` needs to know of the conversation. */
export interface OutboundConversation {
  /** Milliseconds since the epoch of the customer's last message; absent when he never wrote. */
  readonly lastInboundAtMs?: number
}

/** Why a message cannot go out, with the numbers an agent needs to mend it. */
export type OutboundRefusal =
  | { readonly reason: 'empty' }
  | { readonly reason: 'text-unsupported' }
  | { readonly reason: 'text-too-long'; readonly limit: number; readonly actual: number }
  | { readonly reason: 'attachments-unsupported' }
  | { readonly reason: 'too-many-attachments'; readonly limit: number; readonly actual: number }
  | {
      readonly reason: 'attachment-too-large'
      readonly name: string
      readonly limit: number
      readonly actual: number
    }
  | { readonly reason: 'attachments-too-large-together'; readonly limit: number; readonly actual: number }
  | { readonly reason: 'attachment-type'; readonly name: string; readonly contentType: string }
  | { readonly reason: 'reply-window-closed'; readonly closedAtMs: number }
  | { readonly reason: 'letter-unsupported' }
  | { readonly reason: 'no-recipients' }
  | { readonly reason: 'too-many-recipients'; readonly limit: number; readonly actual: number }

/** One piece as a connector will get it. Attachments are named by their index in the draft. */
export interface PlannedPart {
  readonly text: string
  readonly attachmentIndexes: readonly number[]
  readonly replyTo: boolean
}

/** Either the parts to send, in order, with what was degraded on the way, or the reason for the refusal. */
export type OutboundPlan =
  | { readonly ok: true; readonly parts: readonly PlannedPart[]; readonly degraded: readonly 'replyTo'[] }
  | { readonly ok: false; readonly refusal: OutboundRefusal }

const HOUR_MS = 3_600_000

/**
 * Splits, degrades or refuses an outbound draft against a channel's capabilities. Pure and total: nothing is ever
 * cut silently, and joining the parts' texts gives the draft's text back but for white space at the seams. A letter
 * is never split: where its text is too long it is refused.
 * @param nowMs milliseconds since the epoch
 */
export function planOutbound(
  draft: OutboundDraft,
  capabilities: Capabilities,
  conversation: OutboundConversation,
  nowMs: number,
): OutboundPlan {
  const refusal = refuse(draft, capabilities, conversation, nowMs)
  if (refusal) return { ok: false, refusal }
  const texts = splitText(draft.text, capabilities.text.maxLength)
  const wantsReply = draft.replyToExternalId !== undefined
  const replyTo = wantsReply && capabilities.replyTo !== 'absent'
  const indexes = draft.attachments.map((_, index) => index)
  const parts = texts.map((text, index) => ({
    text,
    attachmentIndexes: index === texts.length - 1 ? indexes : [],
    replyTo: replyTo && index === 0,
  }))
  return { ok: true, parts, degraded: wantsReply && !replyTo ? ['replyTo'] : [] }
}

function refuse(
  draft: OutboundDraft,
  { text, attachments, replyWindowHours, letters }: Capabilities,
  conversation: OutboundConversation,
  nowMs: number,
): OutboundRefusal | undefined {
  const hasText = draft.text.trim() !== ''
  if (draft.letter && !letters) return { reason: 'letter-unsupported' }
  if (!hasText && draft.attachments.length === 0 && !draft.letter?.forwards) return { reason: 'empty' }
  if (hasText && text.support === 'absent') return { reason: 'text-unsupported' }
  if (draft.letter && letters) {
    const { recipients } = draft.letter
    if (recipients === 0) return { reason: 'no-recipients' }
    if (recipients > letters.maxRecipients) {
      return { reason: 'too-many-recipients', limit: letters.maxRecipients, actual: recipients }
    }
  }
  if ((text.overLimit === 'refuse' || draft.letter) && draft.text.length > text.maxLength) {
    return { reason: 'text-too-long', limit: text.maxLength, actual: draft.text.length }
  }
  if (replyWindowHours !== undefined) {
    const closedAtMs = (conversation.lastInboundAtMs ?? 0) + replyWindowHours * HOUR_MS
    if (nowMs >= closedAtMs) return { reason: 'reply-window-closed', closedAtMs }
  }
  if (draft.attachments.length === 0) return undefined
  if (attachments.support === 'absent') return { reason: 'attachments-unsupported' }
  if (draft.attachments.length > attachments.maxPerMessage) {
    return {
      reason: 'too-many-attachments',
      limit: attachments.maxPerMessage,
      actual: draft.attachments.length,
    }
  }
  for (const { name, contentType, sizeBytes } of draft.attachments) {
    if (sizeBytes > attachments.maxBytes) {
      return { reason: 'attachment-too-large', name, limit: attachments.maxBytes, actual: sizeBytes }
    }
    if (!allowsContentType(attachments.contentTypes, contentType)) {
      return { reason: 'attachment-type', name, contentType }
    }
  }
  const together = draft.attachments.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0)
  const { maxTotalBytes = Number.POSITIVE_INFINITY } = attachments
  if (together > maxTotalBytes) {
    return { reason: 'attachments-too-large-together', limit: maxTotalBytes, actual: together }
  }
  return undefined
}

/** Whether a content type is on a list of `type/subtype` and `type/*` patterns; an empty list allows all. */
export function allowsContentType(patterns: readonly string[], contentType: string): boolean {
  if (patterns.length === 0) return true
  const family = `${contentType.split('/', 1)[0]}/*`
  return patterns.some((pattern) => pattern === contentType || pattern === family)
}

/**
 * Cuts a text into pieces of at most `limit` UTF-16 units at the best seam in the last half of each piece:
 * paragraph, line, sentence, word; never inside a surrogate pair.
 */
export function splitText(text: string, limit: number): readonly string[] {
  const pieces: string[] = []
  let rest = text
  while (rest.length > limit) {
    const cut = seam(rest, limit)
    pieces.push(rest.slice(0, cut).trimEnd())
    rest = rest.slice(cut).trimStart()
  }
  pieces.push(rest)
  const telling = pieces.filter((piece) => piece.trim() !== '')
  return telling.length > 0 ? telling : [pieces[0] ?? '']
}

function seam(text: string, limit: number): number {
  const window = text.slice(0, limit)
  const least = Math.floor(limit / 2)
  for (const mark of ['\n\n', '\n', '. ', ' ']) {
    const at = window.lastIndexOf(mark)
    if (at >= least) return at + mark.length
  }
  const last = text.charCodeAt(limit - 1)
  return last >= 0xd800 && last <= 0xdbff && limit > 1 ? limit - 1 : limit
}
