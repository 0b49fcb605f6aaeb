import type { Readable } from 'node:stream'
import Dkim from 'nodemailer/lib/dkim'
import MailComposer from 'nodemailer/lib/mail-composer'
import type { OutboundAttachment, OutboundLetter, OutboundMessage } from '../../../src/contract/connector.ts'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import type { LetterAddress } from '../../../src/domain/letter.ts'
import type { EmailConfig } from '../config.ts'
import { automaticHeaders } from '../machines/answer-headers.ts'
import { domainOf, plusAddress, strictAddress } from './address.ts'
import { dkimKeyOf } from './dkim-key.ts'
import { fileName, fileType, isLetterId, oneLine, trimReferences, wellFormed } from './header-texts.ts'

/** A letter ready to go. Whoever composes the same message again gets the same bytes. */
export interface ComposedLetter {
  /** Without angle brackets. */
  readonly messageId: string
  /** For the envelope, the best first; empty = the null sender, to which nothing can be returned. */
  readonly senders: readonly [string, ...string[]]
  /** Everybody, each once. */
  readonly recipients: readonly string[]
  /** Those of whom the letter itself says nothing. */
  readonly bcc: readonly string[]
  /** It is at least so large. */
  readonly leastBytes: number
  /** Lines end in CRLF. To be read once; destroying it closes the files. */
  readonly content: Readable
}

const MAX_WORD = 900
const TOKEN = /^[a-z2-7]{32}$/

/** The Message-ID of a message, without angle brackets. */
export const messageIdOf = ({ token }: OutboundMessage, { fromAddress }: EmailConfig): string => {
  if (!TOKEN.test(token)) throw refusal('invalid-token', 'The message has no token of ours.')
  return `${token}@${domainOf(sender(fromAddress))}`
}

/**
 * Makes a letter of a message. Everything in it comes from the message and the settings, nothing from clock or chance.
 * Throws ConnectorError, before anything is sent, when an address is none, a file cannot be opened, or the settings
 * for signing are wrong.
 */
export async function composeLetter(message: OutboundMessage, config: EmailConfig): Promise<ComposedLetter> {
  const letter = message.letter ?? plainLetter(message)
  const from = sender(config.fromAddress)
  const messageId = messageIdOf(message, config)
  const [to, cc, bcc] = [letter.to.map(person), letter.cc.map(person), letter.bcc.map(person)]
  const recipients = [...new Set([...to, ...cc, ...bcc].map(({ address }) => address))]
  if (recipients.length === 0) throw refusal('no-recipient', 'The letter goes to nobody.')
  const subject = oneLine(letter.subject)
  if (subject.split(/\s/).some((word) => word.length > MAX_WORD)) {
    throw refusal('subject-too-long', 'The subject has a word that is too long for a letter.')
  }
  const dkim = dkimKeyOf(config)
  if ('fault' in dkim) throw later('bad-dkim-key', dkim.fault.detail)
  const tagged = config.plusAddressing ? plusAddress(from, message.token) : undefined
  const name = oneLine(config.fromName)
  const references = trimReferences([
    ...letter.references,
    ...(letter.inReplyTo === undefined ? [] : [letter.inReplyTo]),
  ])
  const files = await openAll(message.attachments)
  const root = new MailComposer({
    from: { name, address: from },
    ...(tagged === undefined ? {} : { replyTo: { name, address: tagged } }),
    to: to.length > 0 ? to : cc.length > 0 ? undefined : 'undisclosed-recipients:;',
    cc: cc.length > 0 ? cc : undefined,
    subject,
    messageId: `<${messageId}>`,
    ...(letter.inReplyTo !== undefined && isLetterId(letter.inReplyTo)
      ? { inReplyTo: `<${letter.inReplyTo}>` }
      : {}),
    ...(references.length > 0 ? { references: references.map((id) => `<${id}>`) } : {}),
    date: new Date(message.writtenAtMs),
    ...(message.automatic
      ? { headers: automaticHeaders().map(({ name: key, value }) => ({ key, value })) }
      : {}),
    text: lines(message.text) || '\r\n',
    ...(letter.html === undefined ? {} : { html: lines(page(letter.html)) }),
    attachments: files.map(({ file, content }) => ({
      filename: fileName(file.name),
      contentType: fileType(file.contentType),
      contentDisposition: 'attachment',
      contentTransferEncoding: 'base64',
      content,
    })),
    baseBoundary: message.token,
    boundaryPrefix: '=_tributary',
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile()
  if (dkim.key) {
    const signer = new Dkim(dkim.key)
    root.processFunc((input) => signer.sign(input))
  }
  const content = root.createReadStream()
  // Whoever reads it hears of its errors as well; one that comes before must not end the process.
  content.on('error', () => undefined)
  return {
    messageId,
    senders: sendersOf(message, config, from, tagged),
    recipients,
    bcc: bcc.map(({ address }) => address),
    leastBytes: message.attachments.reduce(
      (bytes, { sizeBytes }) => bytes + Math.floor((sizeBytes * 4) / 3),
      0,
    ),
    content,
  }
}

/**
 * What comes back for it should name the message, so the tagged address is the best. Microsoft's servers take none but
 * the mailbox's own addresses, and refuse others only after the whole letter. For what no person wrote nothing may come
 * back at all (RFC 3834 §5); servers that take no null sender from a mailbox get the address that every machine's answer
 * is known by.
 */
function sendersOf(
  { automatic }: OutboundMessage,
  { provider }: EmailConfig,
  from: string,
  tagged: string | undefined,
): readonly [string, ...string[]] {
  const own: readonly [string, ...string[]] =
    tagged === undefined || provider === 'microsoft' ? [from] : [tagged, from]
  return automatic ? ['', ...own] : own
}

/** For what is written without a subject of its own, such as a greeting. */
function plainLetter({ subject = '', to }: OutboundMessage): OutboundLetter {
  const plain = subject.trim()
  return {
    subject: plain === '' ? 'Your message' : /^re:/i.test(plain) ? plain : `Re: ${plain}`,
    to: [{ address: to.identityExternalId }],
    cc: [],
    bcc: [],
    references: [],
  }
}

function person({ address, name }: LetterAddress): { readonly name: string; readonly address: string } {
  const strict = strictAddress(address)
  if (strict === undefined) {
    const shown = JSON.stringify(oneLine(address).slice(0, 100))
    throw refusal('invalid-address', `${shown} is no address that a letter can go to.`)
  }
  return { name: oneLine(name ?? ''), address: strict }
}

function sender(address: string): string {
  const strict = strictAddress(address)
  if (strict === undefined) throw later('invalid-address', 'The address of this channel is no address.')
  return strict
}

interface OpenFile {
  readonly file: OutboundAttachment
  readonly content: Readable
}

/** All of them before anything is sent: a file that is gone is found while nothing has left. */
async function openAll(attachments: readonly OutboundAttachment[]): Promise<readonly OpenFile[]> {
  const opened = await Promise.allSettled(
    attachments.map(async (file): Promise<OpenFile> => ({ file, content: await file.open() })),
  )
  const files = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  for (const { content } of files) content.on('error', () => undefined)
  const failed = opened.findIndex(({ status }) => status === 'rejected')
  if (failed < 0) return files
  for (const { content } of files) content.destroy()
  throw later('file-unreadable', `The file “${fileName(attachments[failed]?.name ?? '')}” cannot be read.`)
}

/** Line ends as mail has them, and no NUL, which no server takes. */
const lines = (text: string): string =>
  wellFormed(text)
    .replaceAll('\u0000', '')
    .replace(/\r\n|\r|\n/g, '\r\n')

const page = (html: string): string =>
  /^\s*<(!doctype|html)\b/i.test(html)
    ? html
    : `<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head><body>${html}</body></html>\n`

const refusal = (code: string, detail: string): ConnectorError =>
  new ConnectorError({ code, detail, retry: 'never', delivery: 'not-sent' })

const later = (code: string, detail: string): ConnectorError =>
  new ConnectorError({ code, detail, retry: 'later', delivery: 'not-sent' })
