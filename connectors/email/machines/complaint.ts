import type { ReadMail } from '../read-mail.ts'
import { addressesIn, headerBlock, headerOf } from './header-lines.ts'

/** What a feedback report (RFC 5965) says: somebody marked a letter as unwanted, or a receiver doubts it. */
export interface Complaint {
  readonly recipient?: string
  /** `abuse`, `fraud`, `auth-failure`… */
  readonly kind: string
  readonly fields: string
}

/** Reads a feedback report; also the kind that one large provider sends without the fields. */
export function complaintIn(mail: ReadMail): Complaint | undefined {
  const part = mail.parts.find((each) => each.contentType === 'message/feedback-report')
  const type = mail.parameters['report-type']?.toLowerCase()
  if (part !== undefined || (mail.contentType === 'multipart/report' && type === 'feedback-report')) {
    const fields = part?.text ?? ''
    const lines = headerBlock(fields.replace(/^[\r\n]{1,10}/, ''), 200)
    const value = (name: string) => lines.find((each) => each.name === name)?.value
    const recipient = addressesIn(value('original-rcpt-to') ?? value('removal-recipient') ?? '', 1)[0]
    const kind = /^[a-z-]{1,40}/.exec(value('feedback-type')?.toLowerCase() ?? '')?.[0] ?? 'abuse'
    return { ...(recipient !== undefined && { recipient }), kind, fields }
  }
  return plainComplaint(mail)
}

/** Outlook's junk mail reports: the letter itself, and a subject that says what it is. */
function plainComplaint(mail: ReadMail): Complaint | undefined {
  const attached = mail.parts.find((part) => part.contentType === 'message/rfc822')
  const sender = addressesIn(headerOf(mail, 'from') ?? '', 1)[0]
  if (attached === undefined || sender !== 'staff@hotmail.com') return undefined
  if (!/^complaint about message from\b/i.test(headerOf(mail, 'subject') ?? '')) return undefined
  const lines = headerBlock((attached.text ?? '').slice(0, 64_000).replace(/^[\r\n]{1,10}/, ''))
  const original = lines.find((each) => each.name === 'x-hmxmroriginalrecipient')?.value
  const recipient = addressesIn(original ?? '', 1)[0]
  return { ...(recipient !== undefined && { recipient }), kind: 'abuse', fields: '' }
}
