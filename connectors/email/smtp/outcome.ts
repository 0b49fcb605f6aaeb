import type { ConnectorError } from '../../../src/contract/connector-error.ts'
import { type ConnectorErrorFacts } from '../../../src/contract/connector-error.ts'
import type { EmailConfig } from '../config.ts'
import { oneLine } from './header-texts.ts'
import { OUT_OF_TIME, type RefusedRecipient, type SmtpReply, type SmtpTrouble } from './trouble.ts'

/** What a failure means: for the message, and for the person who looks after the settings. */
export interface Outcome {
  readonly facts: ConnectorErrorFacts
  /** The setting to look at first. */
  readonly field: keyof EmailConfig
}

/** Nobody is asked again sooner whether he takes a password that he refused. */
export const CREDENTIALS_PAUSE_MS = 15 * 60_000

const MAX_QUOTE = 300
const MAX_NAMED = 5

/**
 * What is known after a failure. A letter whose first byte had left and that nobody answered is `unknown`; everything
 * else has not been sent. What the server refuses for good (5xx) is refused for good where it judged the letter, and
 * waits where it judged us: a greeting, an encryption or a password is mended by people, and the mail then goes.
 */
export function outcomeOf(trouble: SmtpTrouble, config: EmailConfig): Outcome {
  switch (trouble.stage) {
    case 'connect':
      return notConnected(trouble, config)
    case 'sign-in':
      return notSignedIn(trouble, config)
    case 'envelope':
      return envelopeRefused(trouble, config)
    case 'file':
      return later('file-unreadable', 'A file of the letter could not be read to its end.', 'smtpHost')
    case 'content':
      return contentFailed(trouble, config)
  }
}

/** The same of errors that another part of the connector threw, such as a token endpoint's. */
export function outcomeOfError(error: ConnectorError, config: EmailConfig): Outcome {
  const { code, detail = code } = error.facts
  if (code === 'bad-credentials') return badCredentials(detail, config)
  const field: keyof EmailConfig = code === 'token-endpoint-unavailable' ? 'oauthTokenEndpoint' : 'smtpHost'
  return { facts: { ...error.facts, delivery: 'not-sent' }, field }
}

const NETWORK: Readonly<Record<string, readonly [code: string, words: string]>> = {
  ENOTFOUND: ['host-not-found', 'no such name is known'],
  EAI_AGAIN: ['host-not-found', 'the name cannot be looked up at present'],
  ECONNREFUSED: ['connection-refused', 'nothing answers there'],
  EHOSTUNREACH: ['connection-refused', 'no way leads there'],
  ENETUNREACH: ['connection-refused', 'no way leads there'],
  CONNECT_TIMEOUT: ['timeout', 'it does not answer in time'],
  GREETING_TIMEOUT: [
    'timeout',
    'it takes the connection but does not greet; it may expect TLS from the start',
  ],
  UPGRADE_TIMEOUT: ['timeout', 'it does not answer in time'],
  SOCKET_TIMEOUT: ['timeout', 'it fell silent'],
  ETIMEDOUT: ['timeout', 'it does not answer in time'],
  [OUT_OF_TIME]: ['timeout', 'it does not answer in time'],
}

const CERTIFICATE: Readonly<Record<string, string>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  CERT_HAS_EXPIRED: 'its certificate has expired',
}
const UNTRUSTED = /^(SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|CERT_|HOSTNAME_MISMATCH$)/
const NO_TLS = /^(ERR_SSL_|ERR_TLS_|EPROTO$|ETLS$)/

function notConnected(trouble: SmtpTrouble, config: EmailConfig): Outcome {
  const where = `No connection to ${config.smtpHost}, port ${config.smtpPort}: `
  const { code, reply } = trouble
  if (trouble.command === 'STARTTLS' || code === 'ETLS' || trouble.message.includes('required STARTTLS')) {
    if (reply)
      return later('tls-failed', `${where}it does not offer STARTTLS${said(reply, config)}.`, 'smtpSecurity')
  }
  if (reply) return later('server-unavailable', `${where}it turns us away${said(reply, config)}.`, 'smtpHost')
  const fault =
    CERTIFICATE[code] ?? (UNTRUSTED.test(code) ? 'its certificate is not to be trusted' : undefined)
  if (fault) return later('tls-failed', `${where}${fault}.`, 'smtpHost')
  if (NO_TLS.test(code)) {
    const words = 'what answers there does not speak TLS as chosen; the port may be for another encryption'
    return later('tls-failed', `${where}${words}.`, 'smtpSecurity')
  }
  const [name, words] = NETWORK[code] ?? ['connection-lost', 'it was cut before the server was ready']
  return later(name, `${where}${words}.`, name === 'connection-refused' ? 'smtpPort' : 'smtpHost')
}

function notSignedIn(trouble: SmtpTrouble, config: EmailConfig): Outcome {
  const { reply, code } = trouble
  const what = config.authentication === 'oauth' ? 'access token' : 'password'
  if (reply && reply.code >= 500) {
    const words = `${config.smtpHost} refuses user ${config.user} with this ${what}${said(reply, config)}.`
    return badCredentials(words, config)
  }
  if (code === 'EAUTH' && !reply) return badCredentials(`There is no ${what} to sign in with.`, config)
  return unfinished(trouble, config)
}

/** Answers that ask for a sign-in, or for another one, wherever they come (RFC 4954 §6). */
const ABOUT_SIGN_IN: ReadonlySet<number> = new Set([530, 534, 535, 538])

function envelopeRefused(trouble: SmtpTrouble, config: EmailConfig): Outcome {
  const { reply, refused, command, code } = trouble
  const answers = [reply, ...refused.map((one) => one.reply)].flatMap((one) => one ?? [])
  const signIn = answers.find((one) => ABOUT_SIGN_IN.has(one.code))
  if (signIn) {
    const words = `${config.smtpHost} sends nothing for us before we sign in otherwise${said(signIn, config)}.`
    return badCredentials(words, config)
  }
  if (refused.length > 0) return recipientsRefused(refused, config)
  if (!reply && command === 'MAIL FROM' && code === 'EMESSAGE') {
    return never('letter-too-large', `The letter is larger than ${config.smtpHost} takes.`, 'smtpHost')
  }
  if (!reply) return unfinished(trouble, config)
  const [name, what] =
    command === 'MAIL FROM' ? ['sender-refused', 'the sender'] : ['letter-refused', 'the letter']
  const words = `${config.smtpHost} refuses ${what}${said(reply, config)}.`
  const field = command === 'MAIL FROM' ? 'fromAddress' : 'smtpHost'
  return reply.code >= 500 ? never(name, words, field) : later('server-busy', words, field)
}

/** Nobody got it: with one address that is refused for good, the letter cannot go as it was meant. */
function recipientsRefused(refused: readonly RefusedRecipient[], config: EmailConfig): Outcome {
  const final = refused.filter(({ reply }) => reply && reply.code >= 500)
  const told = final.length > 0 ? final : refused
  const names = told.slice(0, MAX_NAMED).map(({ address }) => oneLine(address))
  const more = told.length > MAX_NAMED ? ` and ${told.length - MAX_NAMED} more` : ''
  const [first] = told
  const words = `${config.smtpHost} does not take mail for ${names.join(', ')}${more}${said(first?.reply, config)}. Nobody got the letter.`
  return final.length > 0
    ? never('recipient-refused', words, 'smtpHost')
    : later('recipient-deferred', words, 'smtpHost')
}

function contentFailed(trouble: SmtpTrouble, config: EmailConfig): Outcome {
  const { reply } = trouble
  const words = `${config.smtpHost} did not take the letter${said(reply, config)}.`
  if (reply && reply.code >= 500) return never('letter-refused', words, 'smtpHost')
  if (reply && reply.code >= 400) return later('server-busy', words, 'smtpHost')
  return {
    facts: {
      code: 'no-answer',
      detail: `${config.smtpHost} got the letter, or most of it, and did not say whether it takes it. It may have been delivered.`,
      retry: 'later',
      delivery: 'unknown',
    },
    field: 'smtpHost',
  }
}

/** The conversation with the server ended before it had judged anything. */
function unfinished({ reply, code }: SmtpTrouble, config: EmailConfig): Outcome {
  if (reply) {
    const words = `${config.smtpHost} cannot do it at present${said(reply, config)}.`
    return later('server-busy', words, 'smtpHost')
  }
  const late = NETWORK[code]?.[0] === 'timeout'
  return late
    ? later('timeout', `${config.smtpHost} fell silent before it was ready for the letter.`, 'smtpHost')
    : later(
        'connection-lost',
        `${config.smtpHost} closed the connection before it was ready for the letter.`,
        'smtpHost',
      )
}

function badCredentials(detail: string, config: EmailConfig): Outcome {
  const field = config.authentication === 'oauth' ? 'oauthRefreshToken' : 'password'
  return {
    facts: {
      code: 'bad-credentials',
      detail,
      retry: 'later',
      delivery: 'not-sent',
      retryAfterMs: CREDENTIALS_PAUSE_MS,
    },
    field,
  }
}

const later = (code: string, detail: string, field: keyof EmailConfig): Outcome => ({
  facts: { code, detail, retry: 'later', delivery: 'not-sent' },
  field,
})

const never = (code: string, detail: string, field: keyof EmailConfig): Outcome => ({
  facts: { code, detail, retry: 'never', delivery: 'not-sent' },
  field,
})

/** What the server said, cut, on one line, and without what nobody may read. */
function said(reply: SmtpReply | undefined, config: EmailConfig): string {
  let quote = (reply?.text ?? '').slice(0, 4_000)
  const secrets = [config.password, config.oauthClientSecret, config.oauthRefreshToken, config.dkimPrivateKey]
  for (const secret of secrets.flatMap((one) => one || [])) {
    quote = quote.replaceAll(secret, '…').replaceAll(Buffer.from(secret).toString('base64'), '…')
  }
  quote = oneLine(quote.replace(/\s+/g, ' '))
    .slice(0, MAX_QUOTE)
    .replace(/[.\s]+$/, '')
  return quote === '' ? '' : ` (“${quote}”)`
}
