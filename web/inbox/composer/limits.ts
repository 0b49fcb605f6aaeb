import type { Capabilities } from '../../../src/domain/capabilities.ts'
import type { ConversationView } from '../../../src/domain/views.ts'
import { sizeOf } from '../parts/bytes.ts'
import { text } from '../text/text.ts'
import { isOneOf } from './content-types.ts'
import { type CountedFile, countMessages } from './message-count.ts'
import { replyWindowOf } from './reply-window.ts'

/** What a channel carries of files. */
export interface FileRules {
  readonly allowed: boolean
  readonly most: number
  readonly maxBytes: number
  readonly maxTotalBytes: number
  /** What is beyond one message goes in further ones. */
  readonly splits: boolean
  /** Narrower limits of some types; the first that fits counts. */
  readonly sizeLimits: NonNullable<Capabilities['attachments']['sizeLimits']>
  /** For the file dialog; empty = everything. */
  readonly accept: string
  readonly contentTypes: readonly string[]
}

const NOTICE_FROM = 0.9

/** The file rules of a channel; nothing is allowed until they are known. */
export function fileRules(attachments: Capabilities['attachments'] | undefined): FileRules {
  return {
    allowed: attachments !== undefined && attachments.support !== 'absent' && attachments.maxPerMessage > 0,
    most: attachments?.maxPerMessage ?? 0,
    maxBytes: attachments?.maxBytes ?? 0,
    maxTotalBytes: attachments?.maxTotalBytes ?? Number.POSITIVE_INFINITY,
    splits: attachments?.overCount === 'split',
    sizeLimits: attachments?.sizeLimits ?? [],
    accept: attachments?.contentTypes.join(',') ?? '',
    contentTypes: attachments?.contentTypes ?? [],
  }
}

/** Whether a channel carries files of a type; the server judges by the bytes and has the last word. */
export const carriesType = (rules: FileRules, contentType: string): boolean =>
  rules.contentTypes.length === 0 || isOneOf(rules.contentTypes, contentType)

/** The largest file of a type that a channel carries. */
export const maxBytesOf = ({ maxBytes, sizeLimits }: FileRules, contentType: string): number =>
  sizeLimits.find(({ contentTypes }) => isOneOf(contentTypes, contentType))?.maxBytes ?? maxBytes

/** Why a file cannot go with those that stand already, in words; undefined when it can. */
export function fileRefusal(
  file: { readonly size: number; readonly type: string },
  standing: { readonly count: number; readonly bytes: number },
  rules: FileRules,
): string | undefined {
  if (!rules.allowed) return text.composer.noFiles
  if (standing.count >= rules.most && !rules.splits) return text.composer.tooMany(rules.most)
  const limit = maxBytesOf(rules, file.type)
  if (file.size > limit) return text.composer.tooLarge(sizeOf(limit))
  const together = rules.splits ? file.size : standing.bytes + file.size
  if (together > rules.maxTotalBytes) return text.composer.tooLargeTogether(sizeOf(rules.maxTotalBytes))
  if (!carriesType(rules, file.type)) return text.composer.typeRefused
  return undefined
}

/** What the composer says of a text's length. */
export interface LengthNotice {
  readonly words: string
  readonly refused: boolean
  /** In how many messages it goes, where these are several. */
  readonly messages?: number
}

/** Silent far from the limit; near it, counts; beyond it, says what happens. */
export function lengthNotice(
  typed: string,
  capabilities: Pick<Capabilities, 'text' | 'attachments'> | undefined,
  files: readonly CountedFile[] = [],
): LengthNotice {
  if (!capabilities) return { words: '', refused: false }
  const { length } = typed.trim()
  const { maxLength, overLimit } = capabilities.text
  if (length > maxLength && overLimit === 'refuse') {
    return { words: text.composer.over(length - maxLength), refused: true }
  }
  const messages = countMessages(typed.trim(), files, capabilities)
  if (messages > 1) return { words: text.composer.split(messages), refused: false, messages }
  return {
    words:
      length >= maxLength * NOTICE_FROM && !capabilities.text.segments
        ? text.composer.left(maxLength - length)
        : '',
    refused: false,
  }
}

/** The hours of a reply window that is over; undefined while one may write. */
export function windowIsClosed(
  capabilities: Capabilities,
  conversation: ConversationView,
  nowMs: number,
): number | undefined {
  const window = replyWindowOf(capabilities, conversation, nowMs)
  return window.kind === 'closed' ? window.hours : undefined
}
