import type { HeaderLine, ReadMail } from '../read-mail.ts'
import type { Complaint } from './complaint.ts'
import { complaintIn } from './complaint.ts'
import { addressesIn, headerOf, headersOf, LOOKED_AT } from './header-lines.ts'
import type { JsonNotice } from './json-notice.ts'
import { jsonNoticeIn } from './json-notice.ts'
import {
  hasNullPath,
  machineSender,
  mayBeMachine,
  quotesRefusal,
  refusedByList,
  speaksOfDelay,
  speaksOfFailure,
} from './report-evidence.ts'
import type { ReasonCode } from './report-reasons.ts'
import { inWords, reasonOf } from './report-reasons.ts'
import { causeIn, isVague, recipientIn, replyIn, statusIn } from './report-words.ts'
import type { DividedReport } from './returned-letter.ts'
import {
  attachedLetters,
  divideReport,
  idsAnswered,
  idsInWords,
  idsOf,
  messageIdsIn,
} from './returned-letter.ts'
import type { RecipientStatus } from './status-fields.ts'
import { idsAmongFields, recipientStatuses, statusParts } from './status-fields.ts'
import { isVacationSubject } from './vacation-words.ts'

/** What became of a letter that was sent, as a mail system reports it. */
export interface DeliveryReport {
  /** Message-IDs of the letter it is about, without angle brackets, the most trustworthy first. */
  readonly messageIds: readonly string[]
  /**
   * Addresses that the report was sent to, lower case, and the plus-addresses that the returned letter names as its
   * own: a signed one among them names the letter, also where a server on the way gave it another Message-ID.
   */
  readonly reportedTo: readonly string[]
  /** Whom the letter did not reach. */
  readonly recipient?: string
  readonly action: 'failed' | 'delayed' | 'delivered' | 'other'
  /** `5.1.1` (RFC 3463). */
  readonly status?: string
  /** The reason, one of a short list of names. */
  readonly code: ReasonCode
  /** The reason in plain words, then what the server said: one line of at most 500 characters. */
  readonly detail: string
}

/**
 * Recognises reports of mail systems about a letter that was sent: delivery status notifications, feedback reports,
 * and the many forms that are neither. That a letter speaks of a failure is never enough: a machine must have
 * written it, so that somebody who forwards or quotes a report is still heard.
 */
export function recogniseReport(mail: ReadMail): DeliveryReport | undefined {
  if (isReceipt(mail)) return undefined
  const reportedTo = reportedToOf(mail)
  const complaint = complaintIn(mail)
  if (complaint !== undefined) return ofComplaint(mail, complaint, reportedTo)
  const notice = jsonNoticeIn(mail)
  if (notice !== undefined) return ofNotice(notice, reportedTo)
  const fields = statusParts(mail)
  const divided = divideReport(wordsOf(mail))
  if (!isReport(mail, fields.length > 0, divided)) return undefined
  return ofReport(mail, fields, divided, reportedTo)
}

/** A receipt says that somebody opened or deleted a letter: nothing about its delivery. */
function isReceipt(mail: ReadMail): boolean {
  return (
    mail.parameters['report-type']?.toLowerCase() === 'disposition-notification' ||
    mail.parts.some((part) => part.contentType === 'message/disposition-notification')
  )
}

function isReport(mail: ReadMail, hasFields: boolean, { said, returned }: DividedReport): boolean {
  const sender = machineSender(mail)
  const subject = headerOf(mail, 'subject') ?? ''
  const named = speaksOfFailure(subject)
  const type = mail.parameters['report-type']?.toLowerCase() ?? 'delivery-status'
  const isForm = mail.contentType === 'multipart/report' && type === 'delivery-status'
  if (isForm && (hasFields || sender !== undefined || named)) return true
  if (hasFields && (sender !== undefined || (named && !isPassedOn(subject)))) return true
  if (isVacationSubject(subject)) return false
  const bringsBack = returned.length > 0 || attachedLetters(mail).length > 0
  const failure = speaksOfFailure(said) || quotesRefusal(said)
  if (sender === 'daemon') return named || bringsBack || failure
  if (sender === undefined) return refusedByList(mail) || (bringsBack && failure && mayBeMachine(mail))
  // Administrators are people, too: what they write has no null path, and quotes rather than returns.
  const own = said.replace(/^>(?!>).*$/gm, '')
  const words = named || speaksOfFailure(own)
  // Some servers send what people answer with a null path, too.
  if (isPassedOn(subject) && !bringsBack && !quotesRefusal(own)) return false
  return words && (hasNullPath(mail) || quotesRefusal(own) || bringsBack)
}

/** Somebody answers or forwards: programs write no such subject when they report. */
function isPassedOn(subject: string): boolean {
  return /^\s{0,5}(?:re|aw|antw|sv|vs|rif|fwd?|wg|tr|rv|enc|i|vb|转发|轉寄)\s{0,3}[:：]/i.test(subject)
}

function ofReport(
  mail: ReadMail,
  fields: readonly string[],
  divided: DividedReport,
  reportedTo: readonly string[],
): DeliveryReport {
  const subject = headerOf(mail, 'subject') ?? ''
  const { said } = divided
  const attached = attachedLetters(mail)
  const inText =
    fields.length > 0 ? [] : recipientStatuses(said).filter((each) => each.recipient !== undefined)
  const nested = fields.length > 0 || inText.length > 0 ? [] : recipientStatuses(wordsOf(mail))
  const told = worstOf([...fields.flatMap(recipientStatuses), ...inText, ...nested])
  const originals = attached.length > 0 ? attached : [divided.returned]
  const sentTo = originals.flatMap((lines) => addressesOf(lines, 'to'))
  const recipient = recipientOf(mail, told, said, sentTo, reportedTo)
  const cause = told?.diagnostic ?? causeIn(said, recipient)
  const status = statusOf(told?.status, cause, said)
  const action = actionOf(told?.action, subject, said)
  const code =
    reasonOf(`${cause}\n`, status) ??
    reasonOf(said.slice(0, 3000), status) ??
    reasonOf(subject, undefined) ??
    (replyIn(cause)?.startsWith('5') === true ? 'policy' : 'other')
  return {
    messageIds: unique([
      ...attached.flatMap(idsOf),
      ...fields.flatMap(idsAmongFields).flatMap((each) => messageIdsIn(each, 1)),
      ...idsOf(divided.returned),
      ...idsInWords(said),
      ...idsAnswered(mail),
    ]),
    reportedTo: unique([...reportedTo, ...originals.flatMap(plusAddressesOf)]),
    ...(recipient !== undefined && { recipient }),
    action,
    ...(status !== undefined && { status }),
    code,
    detail: inWords(code, action === 'delivered' ? 'other' : action, cause === '' ? firstWords(said) : cause),
  }
}

function ofComplaint(mail: ReadMail, complaint: Complaint, reportedTo: readonly string[]): DeliveryReport {
  const attached = attachedLetters(mail)
  const recipient = complaint.recipient ?? attached.flatMap((lines) => addressesOf(lines, 'to'))[0]
  return {
    messageIds: unique([
      ...attached.flatMap(idsOf),
      ...idsAmongFields(complaint.fields).flatMap((each) => messageIdsIn(each, 1)),
      ...idsAnswered(mail),
    ]),
    reportedTo: unique([...reportedTo, ...attached.flatMap(plusAddressesOf)]),
    ...(recipient !== undefined && { recipient }),
    // It was delivered: what somebody thought of it is told by the code.
    action: 'other',
    code: 'complaint',
    detail: inWords('complaint', 'other', `${complaint.kind}. ${firstWords(mail.text)}`),
  }
}

function ofNotice(notice: JsonNotice, reportedTo: readonly string[]): DeliveryReport {
  const { recipient, diagnostic = '', status } = notice.status
  const code = notice.kind === 'complaint' ? 'complaint' : (reasonOf(diagnostic, status) ?? 'other')
  const action = { bounce: 'failed', complaint: 'other', delivery: 'delivered' } as const
  return {
    messageIds: unique(notice.messageIds),
    reportedTo,
    ...(recipient !== undefined && { recipient }),
    action: action[notice.kind],
    ...(status !== undefined && { status }),
    code,
    detail: inWords(code, 'other', diagnostic),
  }
}

/** A report about several recipients: what failed is told before what is late, and that before what arrived. */
function worstOf(statuses: readonly RecipientStatus[]): RecipientStatus | undefined {
  const byAction = (action: string) => statuses.find((each) => each.action === action)
  return byAction('failed') ?? byAction('delayed') ?? statuses[0]
}

function recipientOf(
  mail: ReadMail,
  told: RecipientStatus | undefined,
  said: string,
  sentTo: readonly string[],
  reportedTo: readonly string[],
): string | undefined {
  if (told?.recipient?.includes('@') === true) return told.recipient
  const failed = addressesIn(headersOf(mail, 'x-failed-recipients').join(' '), 1)[0]
  const own = [...reportedTo, ...addressesIn(headerOf(mail, 'from') ?? '', 3)]
  return (
    failed ??
    recipientIn(said, sentTo, own) ??
    (sentTo.length === 1 ? sentTo[0] : undefined) ??
    told?.recipient
  )
}

function statusOf(told: string | undefined, cause: string, said: string): string | undefined {
  if (told !== undefined && !isVague(told)) return told
  const better = statusIn(cause)
  if (better !== undefined && (told === undefined || !isVague(better))) return better
  return told ?? statusIn(said)
}

function actionOf(told: string | undefined, subject: string, said: string): DeliveryReport['action'] {
  if (told === 'failed' || told === 'delayed' || told === 'delivered') return told
  if (told === 'relayed' || told === 'expanded') return 'other'
  return speaksOfDelay(subject, said) ? 'delayed' : 'failed'
}

/** Everything that the mail system says, also where it is cut into several parts. */
function wordsOf(mail: ReadMail): string {
  const rest = mail.parts
    .filter((part) => part.contentType === 'text/plain' && part.text !== undefined)
    .map((part) => part.text ?? '')
    .filter((text) => text.length < LOOKED_AT && !mail.text.includes(text.trim().slice(0, 200)))
  return [mail.text, ...rest.slice(0, 5)].join('\n\n').slice(0, LOOKED_AT)
}

function firstWords(said: string): string {
  return said.trim().slice(0, 400)
}

function addressesOf(lines: readonly HeaderLine[], name: string): readonly string[] {
  return lines.filter((each) => each.name === name).flatMap((each) => addressesIn(each.value, 20))
}

/** Where the returned letter wanted its answers and its reports. */
function plusAddressesOf(lines: readonly HeaderLine[]): readonly string[] {
  return ['reply-to', 'return-path', 'sender']
    .flatMap((name) => addressesOf(lines, name))
    .filter((address) => address.includes('+'))
}

/** Fields that servers write into a letter, and its own. */
const SENT_TO = [
  'to',
  'delivered-to',
  'x-original-to',
  'envelope-to',
  'x-envelope-to',
  'x-delivered-to',
  'cc',
]

function reportedToOf(mail: ReadMail): readonly string[] {
  const found = SENT_TO.flatMap((name) => headersOf(mail, name).slice(0, 20))
  return unique(found.flatMap((each) => addressesIn(each, 20))).slice(0, 50)
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)].slice(0, 50)
}
