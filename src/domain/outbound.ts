import type { Capabilities } from './capabilities.ts'
import { sliceSpans, type TextSpan } from './text-spans.ts'

/** What an agent wants to send, before any channel has had a say. */
export interface OutboundDraft {
  readonly text: string
  /** Formatting of `text`. */
  readonly spans?: readonly TextSpan[]
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
  /** Set when it goes out as an approved message; its text is then what the customer reads, and `text` is empty. */
  readonly template?: { readonly text: string }
}

/** What `planOutbound` needs to know of the conversation. */
export interface OutboundConversation {
  /** Milliseconds since the epoch of the customer's last message; absent when he never wrote. */
  readonly lastInboundAtMs?: number
  /** He wants no messages of this channel. */
  readonly optedOut?: boolean
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
  | { readonly reason: 'opted-out' }
  | { readonly reason: 'templates-unsupported' }
  /** Text, files or a letter beside an approved message. */
  | { readonly reason: 'template-not-alone' }
  | { readonly reason: 'letter-unsupported' }
  | { readonly reason: 'no-recipients' }
  | { readonly reason: 'too-many-recipients'; readonly limit: number; readonly actual: number }

/** One piece as a connector will get it. Attachments are named by their index in the draft. */
export interface PlannedPart {
  readonly text: string
  /** Formatting of `text`. */
  readonly spans: readonly TextSpan[]
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
 * is never split: where its text is too long it is refused. Nor is an approved message, which the platform knows; it
 * may go out when the reply window is closed.
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
  const wantsReply = draft.replyToExternalId !== undefined
  const replyTo = wantsReply && capabilities.replyTo !== 'absent'
  const pieces = draft.template
    ? [{ text: draft.template.text, spans: [], attachmentIndexes: [] }]
    : withFiles(textPieces(draft, capabilities.text.maxLength), draft, capabilities)
  const parts = pieces.map((piece, index) => ({ ...piece, replyTo: replyTo && index === 0 }))
  return { ok: true, parts, degraded: wantsReply && !replyTo ? ['replyTo'] : [] }
}

type Piece = Pick<PlannedPart, 'text' | 'spans'>

function textPieces({ text, spans = [] }: OutboundDraft, limit: number): readonly Piece[] {
  return splitRanges(text, limit).map(({ from, to }) => ({
    text: text.slice(from, to),
    spans: sliceSpans(spans, from, to),
  }))
}

/** The first files go with the last of the text, unless it is too long for that or one of them takes none along. */
function withFiles(
  pieces: readonly Piece[],
  { attachments, letter }: OutboundDraft,
  { attachments: limits }: Capabilities,
): readonly Omit<PlannedPart, 'replyTo'>[] {
  const ahead = pieces.map((piece) => ({ ...piece, attachmentIndexes: [] }))
  if (attachments.length === 0) return ahead
  const [first = [], ...others] = letter
    ? [attachments.map((_, index) => index)]
    : groupFiles(attachments, limits)
  const last = pieces.at(-1)
  const { maxTextLength = Number.POSITIVE_INFINITY, textWith = [] } = letter ? {} : limits
  const goesWith = first.every((index) => allowsContentType(textWith, attachments[index]?.contentType ?? ''))
  const isBlank = last?.text.trim() === ''
  const apart = last === undefined || (!isBlank && (last.text.length > maxTextLength || !goesWith))
  return [
    ...(apart ? ahead : ahead.slice(0, -1)),
    { text: '', spans: [], ...(apart ? {} : last), attachmentIndexes: first },
    ...others.map((attachmentIndexes) => ({ text: '', spans: [], attachmentIndexes })),
  ]
}

/** Files that go together: as many as one message takes, in their order. */
function groupFiles(
  files: OutboundDraft['attachments'],
  { maxPerMessage, maxTotalBytes = Number.POSITIVE_INFINITY }: Capabilities['attachments'],
): readonly (readonly number[])[] {
  const groups: number[][] = []
  let bytes = 0
  for (const [index, { sizeBytes }] of files.entries()) {
    const group = groups.at(-1)
    if (!group || group.length >= maxPerMessage || bytes + sizeBytes > maxTotalBytes) {
      groups.push([index])
      bytes = sizeBytes
    } else {
      group.push(index)
      bytes += sizeBytes
    }
  }
  return groups
}

/**
 * When the time was over in which the customer could be answered freely, milliseconds since the epoch; undefined while
 * it is not. Asked when a message is written, and again when it goes out.
 */
export function windowClosedAtMs(
  replyWindowHours: number | undefined,
  { lastInboundAtMs = 0 }: OutboundConversation,
  nowMs: number,
): number | undefined {
  if (replyWindowHours === undefined) return undefined
  const closesAtMs = lastInboundAtMs + replyWindowHours * HOUR_MS
  return nowMs >= closesAtMs ? closesAtMs : undefined
}

function refuse(
  draft: OutboundDraft,
  capabilities: Capabilities,
  conversation: OutboundConversation,
  nowMs: number,
): OutboundRefusal | undefined {
  if (conversation.optedOut) return { reason: 'opted-out' }
  if (draft.template) return refuseTemplate(draft, capabilities)
  const { text, replyWindowHours, letters } = capabilities
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
  const closedAtMs = windowClosedAtMs(replyWindowHours, conversation, nowMs)
  if (closedAtMs !== undefined) return { reason: 'reply-window-closed', closedAtMs }
  return refuseFiles(draft, capabilities.attachments)
}

function refuseTemplate(
  { text, attachments, letter, template }: OutboundDraft,
  { templates }: Capabilities,
): OutboundRefusal | undefined {
  if (templates !== 'native') return { reason: 'templates-unsupported' }
  if (text.trim() !== '' || attachments.length > 0 || letter) return { reason: 'template-not-alone' }
  return template?.text.trim() === '' ? { reason: 'empty' } : undefined
}

function refuseFiles(
  { attachments: files, letter }: OutboundDraft,
  limits: Capabilities['attachments'],
): OutboundRefusal | undefined {
  if (files.length === 0) return undefined
  if (limits.support === 'absent') return { reason: 'attachments-unsupported' }
  const splits = limits.overCount === 'split' && !letter
  if (files.length > limits.maxPerMessage && !splits) {
    return { reason: 'too-many-attachments', limit: limits.maxPerMessage, actual: files.length }
  }
  for (const { name, contentType, sizeBytes } of files) {
    const limit = maxBytesOf(limits, contentType)
    if (sizeBytes > limit) return { reason: 'attachment-too-large', name, limit, actual: sizeBytes }
    if (!allowsContentType(limits.contentTypes, contentType)) {
      return { reason: 'attachment-type', name, contentType }
    }
  }
  const { maxTotalBytes = Number.POSITIVE_INFINITY } = limits
  const sizes = files.map(({ sizeBytes }) => sizeBytes)
  const together = splits ? Math.max(...sizes) : sizes.reduce((bytes, size) => bytes + size, 0)
  if (together > maxTotalBytes) {
    return { reason: 'attachments-too-large-together', limit: maxTotalBytes, actual: together }
  }
  return undefined
}

/** The largest file of a content type: the first narrower limit that fits it, else that of all files. */
export function maxBytesOf(
  { maxBytes, sizeLimits = [] }: Pick<Capabilities['attachments'], 'maxBytes' | 'sizeLimits'>,
  contentType: string,
): number {
  return (
    sizeLimits.find(({ contentTypes }) => allowsContentType(contentTypes, contentType))?.maxBytes ?? maxBytes
  )
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
  return splitRanges(text, limit).map(({ from, to }) => text.slice(from, to))
}

interface Range {
  readonly from: number
  readonly to: number
}

/** Where {@link splitText} finds its pieces. */
function splitRanges(text: string, limit: number): readonly Range[] {
  const ranges: Range[] = []
  let from = 0
  while (text.length - from > limit) {
    const cut = seam(text.slice(from, from + limit + 1), limit)
    ranges.push({ from, to: from + text.slice(from, from + cut).trimEnd().length })
    from += cut
    from = text.length - text.slice(from).trimStart().length
  }
  ranges.push({ from, to: text.length })
  const telling = ranges.filter((range) => text.slice(range.from, range.to).trim() !== '')
  return telling.length > 0 ? telling : ranges.slice(0, 1)
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
