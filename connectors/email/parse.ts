import { createHash } from 'node:crypto'
import type { InboundEvent, InboundIdentity, InboundLetter } from '../../src/contract/inbound-event.ts'
import type { JournaledRequest, Verified } from '../../src/contract/raw-request.ts'
import type { AutomaticKind, LetterAddress } from '../../src/domain/letter.ts'
import { authenticationOf } from './machines/authentication.ts'
import { automaticKindOf, formWriterOf } from './machines/automatic.ts'
import type { DeliveryReport } from './machines/delivery-report.ts'
import { recogniseReport } from './machines/delivery-report.ts'
import { isSpam } from './machines/spam.ts'
import type { ReadMail } from './read-mail.ts'
import type { LetterFiles } from './reading/files.ts'
import { filesOf } from './reading/files.ts'
import { forwardedFromOf } from './reading/forwarded.ts'
import { textOfHtml } from './reading/html-document.ts'
import type { KnownFacts } from './reading/letter-facts.ts'
import { knownFacts } from './reading/letter-facts.ts'
import type { LetterHeaders } from './reading/letter-headers.ts'
import { letterHeadersOf } from './reading/letter-headers.ts'
import { LIMITS } from './reading/limits.ts'
import { tokenInAddress, tokenInId } from './reading/references.ts'
import { sentAtOf } from './reading/sent-at.ts'
import { baseSubjectOf } from './reading/subject.ts'
import type { TakenLetter } from './reading/taken-letter.ts'
import { takeLetter } from './reading/taken-letter.ts'
import type { VisibleText } from './reading/visible-text.ts'
import { visibleTextOf } from './reading/visible-text.ts'

type MessageEvent = Extract<InboundEvent, { readonly type: 'message' }>

/** Of a letter that could not be taken apart: its source has them. */
const NO_FILES: LetterFiles = { files: [], invitations: [] }

/**
 * Makes events of a letter: one message, or one status when it reports that a letter of ours was not delivered, or
 * none when it is the copy of what we sent ourselves. Total and deterministic; a letter that cannot be read is a
 * message that says so, with its source kept.
 */
export async function parse(request: Verified<JournaledRequest>): Promise<readonly InboundEvent[]> {
  const facts = knownFacts(request.facts)
  const taken = await takeLetter(request)
  const headers = letterHeadersOf(taken.opened, facts.ownAddresses, taken.hash)
  try {
    if (isOwnEcho(headers, facts.ownAddresses)) return []
    const report = attempt(() => recogniseReport(taken.opened.mail))
    const failed = report === undefined ? undefined : failedIdOf(report, headers, facts.ownAddresses)
    if (report !== undefined && failed !== undefined) {
      const atMs = sentAtOf(taken.opened.mail.headers, facts.internalDateMs) ?? request.receivedAtMs
      return [failureOf(report, failed, atMs)]
    }
    return [messageOf(taken, headers, facts, report !== undefined)]
  } catch {
    return [brokenMessage(taken, headers, facts)]
  }
}

/** What a letter says besides is never worth its text: where looking for it fails, it says nothing. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch {
    return undefined
  }
}

/** The copy of a letter of ours, as some servers put it into the folder it was sent from. */
function isOwnEcho({ letterId, from }: LetterHeaders, own: readonly string[]): boolean {
  return letterId !== undefined && isOwnId(letterId, own) && own.includes(from.address)
}

function isOwnId(id: string, own: readonly string[]): boolean {
  const domain = id.slice(id.lastIndexOf('@') + 1).toLowerCase()
  return tokenInId(id) !== undefined && own.some((address) => address.endsWith(`@${domain}`))
}

/** Which letter of ours a report says was not delivered; undefined when it says less than that. */
function failedIdOf(
  report: DeliveryReport,
  headers: LetterHeaders,
  own: readonly string[],
): string | undefined {
  if (report.action !== 'failed') return undefined
  const named = report.messageIds.find((id) => isOwnId(id, own))
  if (named !== undefined) {
    // Our ids are written in lower case, whatever a server makes of them.
    return named.toLowerCase()
  }
  const domain = own[0]?.slice(own[0].lastIndexOf('@') + 1)
  const addresses = [...report.reportedTo, ...headers.to.map(({ address }) => address)]
  const token = addresses.map((address) => tokenInAddress(address, own)).find((found) => found !== undefined)
  const known = token ?? headers.tokens[0]
  return known === undefined || domain === undefined ? undefined : `${known}@${domain}`
}

function failureOf(report: DeliveryReport, externalId: string, atMs: number): InboundEvent {
  return {
    type: 'status',
    externalId,
    status: 'failed',
    atMs,
    errorCode: report.code,
    errorDetail: report.detail,
    keepSource: true,
  }
}

function messageOf(
  taken: TakenLetter,
  headers: LetterHeaders,
  facts: KnownFacts,
  isReport: boolean,
): MessageEvent {
  const { opened } = taken
  const { mail } = opened
  const files = opened.broken ? NO_FILES : filesOf(opened)
  const body = bodyOf(mail, opened.onlyHtml, files)
  const writer = formWriterOf(headers, facts.ownAddresses)
  const automatic = isReport ? 'report' : attempt(() => automaticKindOf(mail, facts.ownAddresses, writer))
  const { address } = headers.from
  const authentication = attempt(() => authenticationOf(mail, facts.authservIds, facts.checked, address))
  const passedOver = [...facts.ownAddresses, headers.from.address]
  const forwardedFrom = attempt(() => forwardedFromOf(mail, body.text, headers.subject, passedOver))
  return {
    ...eventOf(taken, headers, facts, authentication?.dmarc === 'pass'),
    ...(writer !== undefined && automatic === undefined && { identity: identityOf(writer) }),
    text: body.text,
    attachments: [...files.files, ...taken.remoteFiles],
    letter: {
      ...letterOf(headers, automatic),
      ...(body.html !== undefined && { html: body.html }),
      ...(body.fullText !== undefined && { fullText: body.fullText }),
      ...(attempt(() => isSpam(mail)) === true && { spam: true }),
      ...(authentication !== undefined && { authentication }),
      ...(forwardedFrom !== undefined && { forwardedFrom }),
      ...(taken.partial && { partial: true }),
      ...(opened.broken && { broken: true }),
    },
  }
}

/** Of somebody who is known only by what a letter says of him. */
function identityOf({ address, name }: LetterAddress): InboundIdentity {
  return {
    externalId: address,
    ...(name !== undefined && { displayName: name }),
    email: address,
    verified: false,
  }
}

/** The body as it is shown: what was packed into a file where there is no other, invitations in words below it. */
function bodyOf(mail: ReadMail, onlyHtml: boolean, { packed, invitations }: LetterFiles): VisibleText {
  const unpacked = mail.text.trim() === '' && mail.html === undefined ? packed : undefined
  const shown =
    unpacked === undefined ? visibleTextOf(mail, onlyHtml) : visibleTextOf(...packedBody(unpacked))
  if (invitations.length === 0) return shown
  const below = (text: string): string => [text, ...invitations].filter((piece) => piece !== '').join('\n\n')
  return {
    ...shown,
    text: below(shown.text),
    ...(shown.fullText !== undefined && { fullText: below(shown.fullText) }),
  }
}

function packedBody({ text, html }: NonNullable<LetterFiles['packed']>): Parameters<typeof visibleTextOf> {
  const read = (text ?? textOfHtml(html ?? '')).slice(0, LIMITS.textLength)
  const formatted = html?.slice(0, 2 * LIMITS.htmlLength)
  return [{ text: read, ...(formatted !== undefined && { html: formatted }) }, text === undefined]
}

/** A letter that this process could open no further. */
function brokenMessage(taken: TakenLetter, headers: LetterHeaders, facts: KnownFacts): MessageEvent {
  return {
    ...eventOf(taken, headers, facts, false),
    text: '',
    attachments: [],
    letter: { ...letterOf(headers, undefined), ...(taken.partial && { partial: true }), broken: true },
  }
}

function eventOf(
  taken: TakenLetter,
  headers: LetterHeaders,
  facts: KnownFacts,
  verified: boolean,
): Omit<MessageEvent, 'text' | 'attachments' | 'letter'> {
  const { from, letterId, rootId, subject } = headers
  const externalId = `${letterId ?? 'none'}#${taken.hash.slice(0, 16)}`
  const sentAtMs = sentAtOf(taken.opened.mail.headers, facts.internalDateMs)
  const identity: InboundIdentity = {
    externalId: from.address,
    ...(from.name !== undefined && { displayName: from.name }),
    ...(headers.named && { email: from.address }),
    verified,
  }
  return {
    type: 'message',
    externalId,
    identity,
    threadKey: `letter:${digest(rootId ?? letterId ?? externalId)}`,
    ...(subject !== '' && { subject }),
    ...(sentAtMs !== undefined && { sentAtMs }),
    keepSource: true,
  }
}

function letterOf(headers: LetterHeaders, automatic: AutomaticKind | undefined): InboundLetter {
  const { from, replyTo, to, cc, bcc, letterId, references, tokens, subject } = headers
  return {
    from,
    replyTo,
    to,
    cc,
    bcc,
    ...(letterId !== undefined && { letterId }),
    references,
    tokens,
    baseSubject: baseSubjectOf(subject),
    headers: headers.headers,
    ...(automatic !== undefined && { automatic }),
  }
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)
