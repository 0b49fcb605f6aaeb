import type { ReadMail } from '../read-mail.ts'
import { headerOf, headersOf } from './header-lines.ts'

/** From this level on Exchange takes a letter for spam. */
const EXCHANGE_SPAM = 5

/**
 * Whether a filter on the way called it spam. Filters' own scores are not weighed: where the line is drawn is theirs
 * to say. A sender can put such a header in himself, which harms nobody else.
 */
export function isSpam(mail: ReadMail): boolean {
  return (
    SAYS_YES.some((name) => headersOf(mail, name).some(isYes)) ||
    byExchange(mail) ||
    byRspamd(mail) ||
    byOthers(mail)
  )
}

const SAYS_YES = [
  'x-spam-flag',
  'x-spam-status',
  'x-spam',
  'x-spam-flagged',
  'x-bogosity',
  'x-dspam-result',
  'x-barracuda-spam-flag',
  'x-barracuda-spam-status',
  'x-spam-warning-flag',
]

function isYes(value: string): boolean {
  return /^(?:yes|true|spam)\b/i.test(value.slice(0, 100).trim())
}

/** `SCL` is a level between -1 and 9; `SFV` is the filter's verdict. */
function byExchange(mail: ReadMail): boolean {
  const level = /^-?\d{1,3}/.exec(headerOf(mail, 'x-ms-exchange-organization-scl') ?? '')?.[0]
  if (level !== undefined && Number(level) >= EXCHANGE_SPAM) return true
  return headersOf(mail, 'x-forefront-antispam-report').some((value) => {
    const fields = value
      .slice(0, 4000)
      .split(';')
      .map((field) => field.trim().toUpperCase())
    const scl = fields.find((field) => field.startsWith('SCL:'))?.slice(4)
    return (
      fields.includes('SFV:SPM') ||
      fields.includes('SFV:SKB') ||
      (scl !== undefined && Number(scl) >= EXCHANGE_SPAM)
    )
  })
}

function byRspamd(mail: ReadMail): boolean {
  const action = headerOf(mail, 'x-rspamd-action')?.toLowerCase()
  return action === 'reject' || action === 'add header' || action === 'rewrite subject'
}

function byOthers(mail: ReadMail): boolean {
  const ovh = headerOf(mail, 'x-ovh-spam-status')?.toLowerCase()
  const verdict = headerOf(mail, 'x-ovh-spam-reason')
  return (
    ovh === 'spam' ||
    /^vr: ?spam/i.test(verdict ?? '') ||
    headerOf(mail, 'x-ses-spam-verdict')?.toLowerCase() === 'fail' ||
    headerOf(mail, 'x-gmx-antispam')?.startsWith('5') === true ||
    headerOf(mail, 'x-spam-action')?.toLowerCase() === 'spam'
  )
}
