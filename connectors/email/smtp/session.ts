import { isIP } from 'node:net'
import { Readable } from 'node:stream'
import type { ConnectionOptions } from 'node:tls'
import SmtpConnection, {
  type SMTPConnectionCustomAuthHandler,
  type SMTPConnectionEnvelope,
} from 'nodemailer/lib/smtp-connection'
import type { ConnectorContext } from '../../../src/contract/connector.ts'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import type { EmailConfig } from '../config.ts'
import { accessToken } from '../oauth.ts'
import { withProvider } from '../providers.ts'
import { SmtpTrouble } from './trouble.ts'

export type SendingContext = ConnectorContext<EmailConfig>

export interface SmtpOptions {
  /** Further authorities to be trusted. */
  readonly tls?: Pick<ConnectionOptions, 'ca'>
  readonly patience?: SmtpPatience
}

/** How long a server may take. */
export interface SmtpPatience {
  /** To be connected to and to greet. */
  readonly connectMs: number
  /** Until it is ready for the letter, whatever is tried: less than a sending may take in all. */
  readonly beforeContentMs: number
  /** Silence after the letter's end; a server may take ten minutes (RFC 5321 §4.5.3.2.6). */
  readonly silenceMs: number
}

const PATIENCE: SmtpPatience = { connectMs: 30_000, beforeContentMs: 45_000, silenceMs: 600_000 }

/** What one letter needs of the wire. */
export interface Transaction {
  readonly sender: string
  readonly recipients: readonly string[]
  /** The server may refuse it by its size before it is sent. */
  readonly leastBytes: number
  readonly content: Readable
}

/** A signed-in connection. */
export interface SmtpSession {
  /** To everybody or to nobody. Throws SmtpTrouble, or ConnectorError where the server cannot be asked at all. */
  send(transaction: Transaction): Promise<void>
  /** Leaves politely, and waits for nobody's answer. */
  leave(): void
}

/** Aborts when the server should be ready for the letter, or nobody waits for it any more. */
export const readyInTime = ({ signal }: SendingContext, { patience = PATIENCE }: SmtpOptions): AbortSignal =>
  AbortSignal.any([signal, AbortSignal.timeout(patience.beforeContentMs)])

/**
 * Connects and signs in. The connection closes when `ctx.signal` aborts, and until a letter's first byte is sent when
 * `inTime` does. Throws SmtpTrouble or ConnectorError.
 */
export async function openSmtp(
  ctx: SendingContext,
  options: SmtpOptions,
  inTime: AbortSignal,
): Promise<SmtpSession> {
  const config = withProvider(ctx.config)
  const { connectMs, silenceMs } = options.patience ?? PATIENCE
  const token = await accessToken(ctx)
  const connection = new SmtpConnection({
    // The address that was judged, not the name: resolved a second time it might lead elsewhere.
    host: await ctx.resolveHost(config.smtpHost),
    port: config.smtpPort,
    secure: config.smtpSecurity === 'tls',
    requireTLS: config.smtpSecurity === 'starttls',
    ignoreTLS: config.smtpSecurity === 'none',
    ...(isIP(config.smtpHost) ? {} : { servername: config.smtpHost }),
    // The name of this machine is nobody's business; servers that take mail from mailboxes do not look at it.
    name: '[127.0.0.1]',
    tls: { minVersion: 'TLSv1.2', ...options.tls },
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    socketTimeout: silenceMs,
    maxResponseSize: 65_536,
    ...(token === undefined ? {} : { customAuth: { XOAUTH2: byToken(config.user, token) } }),
  })
  let takesAnyLetters = false
  // Attached before connecting: an error without a listener would end the process.
  connection.on('error', () => undefined)
  try {
    await step(connection, inTime, 'connect', (done) => connection.connect(done))
    takesAnyLetters = OFFERS_UTF8.test(String(connection.lastServerResponse))
    if (connection.allowsAuth) {
      const how =
        token === undefined
          ? { user: config.user, pass: config.password ?? '' }
          : { user: config.user, method: 'XOAUTH2' }
      await step(connection, inTime, 'sign-in', (done) => connection.login(how, done))
    }
  } catch (error) {
    connection.close()
    throw error
  }
  return {
    send: async (transaction) => {
      const odd = transaction.recipients.find((address) => /[^\x20-\x7e]/.test(address))
      if (odd !== undefined && !takesAnyLetters) throw notCarried(odd, config)
      await transact(connection, transaction, ctx.signal, inTime)
    },
    leave: () => {
      connection.quit()
      setTimeout(() => connection.close(), 2_000).unref()
    },
  }
}

/** The server says so in its answer to EHLO (RFC 6531). */
const OFFERS_UTF8 = /^250[ -]SMTPUTF8\b/im

const notCarried = (address: string, { smtpHost }: EmailConfig): ConnectorError =>
  new ConnectorError({
    code: 'invalid-address',
    detail: `${smtpHost} takes no addresses with such letters: ${address}`,
    retry: 'never',
    delivery: 'not-sent',
  })

/** RFC 7628's older sibling: one line with the token; a refusal comes as a challenge first. */
function byToken(user: string, token: string): SMTPConnectionCustomAuthHandler {
  return async ({ sendCommand }) => {
    const credentials = Buffer.from(`user=${user}\u0001auth=Bearer ${token}\u0001\u0001`).toString('base64')
    const first = await sendCommand(`AUTH XOAUTH2 ${credentials}`)
    const { status } = first.status === 334 ? await sendCommand('') : first
    if (status < 200 || status > 299) throw new Error('the token was refused')
  }
}

type Done = (error?: Error | null) => void

/** One exchange: whatever ends the connection or the patience ends it. */
function step(
  connection: SmtpConnection,
  signal: AbortSignal,
  stage: SmtpTrouble['stage'],
  begin: (done: Done) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: unknown): void => {
      connection.off('error', settle)
      connection.off('end', onEnd)
      signal.removeEventListener('abort', onAbort)
      if (error) reject(error instanceof SmtpTrouble ? error : new SmtpTrouble(stage, error))
      else resolve()
    }
    // The reply that announced the end, if any, is told right after it.
    const onEnd = (): void => void setImmediate(() => settle(new Error('the connection was closed')))
    const onAbort = (): void => {
      settle(signal.reason)
      connection.close()
    }
    if (signal.aborted) return settle(signal.reason)
    connection.once('error', settle)
    connection.once('end', onEnd)
    signal.addEventListener('abort', onAbort, { once: true })
    begin(settle)
  })
}

/**
 * nodemailer sends to those who were accepted when others were not. Here the letter's first byte is asked for only when
 * the answers about all recipients are in, and where one is missing the connection is closed instead: without the final
 * dot no server may deliver anything (RFC 5321 §4.1.1.4).
 */
async function transact(
  connection: SmtpConnection,
  { sender, recipients, leastBytes, content }: Transaction,
  signal: AbortSignal,
  inTime: AbortSignal,
): Promise<void> {
  // nodemailer keeps its account of the recipients in the very object it is given.
  const envelope: Partial<SMTPConnectionEnvelope> = { from: sender, to: [...recipients] }
  if (leastBytes > 0) envelope.size = leastBytes
  let begun = false
  let broken: SmtpTrouble | undefined
  const waiting = new AbortController()
  const late = (): void => waiting.abort(inTime.reason)
  inTime.addEventListener('abort', late, { once: true })
  const letter = Readable.from(
    (async function* () {
      if (envelope.accepted?.length !== recipients.length) {
        broken = new SmtpTrouble('envelope', new Error('not everybody was accepted'), envelope.rejectedErrors)
        throw broken
      }
      inTime.removeEventListener('abort', late)
      begun = true
      try {
        yield* content
      } catch (error) {
        broken = new SmtpTrouble('file', error)
        throw broken
      }
    })(),
    { objectMode: false },
  )
  try {
    await step(connection, AbortSignal.any([signal, waiting.signal]), 'envelope', (done) =>
      connection.send(envelope, letter, done),
    )
  } catch (error) {
    // At once: what the server has of the letter must stay without its end.
    connection.close()
    if (broken) throw broken
    throw begun && error instanceof SmtpTrouble ? new SmtpTrouble('content', error.cause) : error
  } finally {
    inTime.removeEventListener('abort', late)
    content.destroy()
  }
}
