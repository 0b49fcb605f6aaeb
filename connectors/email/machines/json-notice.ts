import type { ReadMail } from '../read-mail.ts'
import { hasHeader, LOOKED_AT } from './header-lines.ts'
import { messageIdsIn } from './returned-letter.ts'
import type { RecipientStatus } from './status-fields.ts'

/** What a bulk mail service tells of a letter as JSON, by mail. */
export interface JsonNotice {
  readonly kind: 'bounce' | 'complaint' | 'delivery'
  readonly status: RecipientStatus
  readonly messageIds: readonly string[]
}

/** Amazon's notices of bounces, complaints and deliveries, as its notification service mails them. */
export function jsonNoticeIn(mail: ReadMail): JsonNotice | undefined {
  if (!hasHeader(mail, 'x-amz-sns-message-id', 'x-amz-sns-subscription-arn')) return undefined
  const start = mail.text.indexOf('{')
  if (start < 0 || mail.text.length > LOOKED_AT) return undefined
  const notice = firstObject(mail.text.slice(start))
  const kind = textOf(notice?.['notificationType'] ?? notice?.['eventType'])?.toLowerCase()
  if (kind !== 'bounce' && kind !== 'complaint' && kind !== 'delivery') return undefined
  const told = objectOf(notice?.[kind])
  const listed = listOf(told?.['bouncedRecipients'] ?? told?.['complainedRecipients'] ?? told?.['recipients'])
  const first = objectOf(listed[0])
  const recipient = textOf(first?.['emailAddress'] ?? listed[0])?.toLowerCase()
  const status = textOf(first?.['status'])
  const diagnostic = textOf(first?.['diagnosticCode']) ?? textOf(told?.['smtpResponse'])
  return {
    kind,
    status: {
      ...(recipient !== undefined && { recipient }),
      ...(status !== undefined && /^[245]\.\d{1,3}\.\d{1,3}$/.test(status) && { status }),
      ...(diagnostic !== undefined && { diagnostic: diagnostic.replace(/^smtp;\s{0,5}/i, '') }),
      action: kind === 'delivery' ? 'delivered' : 'failed',
    },
    messageIds: idsIn(objectOf(notice?.['mail'])),
  }
}

function idsIn(letter: Record<string, unknown> | undefined): readonly string[] {
  const common = textOf(objectOf(letter?.['commonHeaders'])?.['messageId'])
  const header = listOf(letter?.['headers'])
    .map(objectOf)
    .find((each) => textOf(each?.['name'])?.toLowerCase() === 'message-id')
  return [common, textOf(header?.['value'])].flatMap((each) =>
    each === undefined ? [] : messageIdsIn(each, 1),
  )
}

/** The text may go on behind the object (a footer); a line break may have been put in where lines are too long. */
function firstObject(text: string): Record<string, unknown> | undefined {
  const end = text.lastIndexOf('}')
  const object = end < 0 ? text : text.slice(0, end + 1)
  for (const candidate of [
    object,
    object.replace(/!\r?\n /g, ''),
    object.replace(/\r?\n/g, ''),
    object.split(/\r?\n/, 1)[0] ?? '',
  ]) {
    try {
      return objectOf(JSON.parse(candidate))
    } catch {
      // The next form is tried.
    }
  }
  return undefined
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, 100) : []
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= 2000 ? value : undefined
}
