import type { Capabilities } from '../../../src/domain/capabilities.ts'
import type { ConversationView } from '../../../src/domain/views.ts'
import { sizeOf } from '../parts/bytes.ts'
import { text } from '../text/text.ts'

/** What a channel carries of files. */
export interface FileRules {
  readonly allowed: boolean
  readonly most: number
  readonly maxBytes: number
  readonly maxTotalBytes: number
  /** For the file dialog; empty = everything. */
  readonly accept: string
  readonly contentTypes: readonly string[]
}

const NOTICE_FROM = 0.9
const HOUR_MS = 3_600_000

/** The file rules of a channel; nothing is allowed until they are known. */
export function fileRules(attachments: Capabilities['attachments'] | undefined): FileRules {
  return {
    allowed: attachments !== undefined && attachments.support !== 'absent' && attachments.maxPerMessage > 0,
    most: attachments?.maxPerMessage ?? 0,
    maxBytes: attachments?.maxBytes ?? 0,
    maxTotalBytes: attachments?.maxTotalBytes ?? Number.POSITIVE_INFINITY,
    accept: attachments?.contentTypes.join(',') ?? '',
    contentTypes: attachments?.contentTypes ?? [],
  }
}

/** Whether a channel carries files of a type; the server judges by the bytes and has the last word. */
export const carriesType = (rules: FileRules, contentType: string): boolean =>
  rules.contentTypes.length === 0 ||
  rules.contentTypes.some((allowed) =>
    allowed.endsWith('/*') ? contentType.startsWith(allowed.slice(0, -1)) : allowed === contentType,
  )

/** Why a file cannot go with those that stand already, in words; undefined when it can. */
export function fileRefusal(
  file: { readonly size: number; readonly type: string },
  standing: { readonly count: number; readonly bytes: number },
  rules: FileRules,
): string | undefined {
  if (standing.count >= rules.most) return text.composer.tooMany(rules.most)
  if (file.size > rules.maxBytes) return text.composer.tooLarge(sizeOf(rules.maxBytes))
  if (standing.bytes + file.size > rules.maxTotalBytes)
    return text.composer.tooLargeTogether(sizeOf(rules.maxTotalBytes))
  if (!carriesType(rules, file.type)) return text.composer.typeRefused
  return undefined
}

/** What the composer says of a text's length. */
export interface LengthNotice {
  readonly words: string
  readonly refused: boolean
}

/** Silent far from the limit; near it, counts; beyond it, says what happens. */
export function lengthNotice(typed: string, limits: Capabilities['text'] | undefined): LengthNotice {
  if (!limits) return { words: '', refused: false }
  const { length } = typed.trim()
  const { maxLength, overLimit } = limits
  if (length > maxLength) {
    return overLimit === 'split'
      ? { words: text.composer.split(Math.ceil(length / maxLength)), refused: false }
      : { words: text.composer.over(length - maxLength), refused: true }
  }
  return {
    words: length >= maxLength * NOTICE_FROM ? text.composer.left(maxLength - length) : '',
    refused: false,
  }
}

/** The hours of a reply window that is over; undefined while one may write. */
export function windowIsClosed(
  { replyWindowHours }: Capabilities,
  { lastInboundAt }: ConversationView,
  nowMs: number,
): number | undefined {
  if (replyWindowHours === undefined) return undefined
  const open = lastInboundAt !== undefined && nowMs - Date.parse(lastInboundAt) < replyWindowHours * HOUR_MS
  return open ? undefined : replyWindowHours
}
