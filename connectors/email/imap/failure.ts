import type { ImapFlowError } from 'imapflow'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import type { EmailConfig } from '../config.ts'
import { withProvider } from '../providers.ts'

/** What went wrong with a mailbox, in words a person can act on. */
export interface Failure {
  readonly code:
    | 'host-not-found'
    | 'connection-refused'
    | 'connection-lost'
    | 'tls-failed'
    | 'bad-credentials'
    | 'folder-not-found'
    | 'timeout'
    | 'destination-not-allowed'
    | 'token-endpoint-unavailable'
    | 'server-error'
  readonly detail: string
  /** The setting to look at first. */
  readonly field: keyof EmailConfig
}

const MAX_QUOTE = 200

const NETWORK: Readonly<
  Record<string, 'host-not-found' | 'connection-refused' | 'connection-lost' | 'timeout'>
> = {
  ENOTFOUND: 'host-not-found',
  EAI_AGAIN: 'host-not-found',
  ECONNREFUSED: 'connection-refused',
  EHOSTUNREACH: 'connection-refused',
  ENETUNREACH: 'connection-refused',
  ECONNRESET: 'connection-lost',
  EPIPE: 'connection-lost',
  NoConnection: 'connection-lost',
  EConnectionClosed: 'connection-lost',
  StateLogout: 'connection-lost',
  ClosedAfterConnectText: 'connection-lost',
  ClosedAfterConnectTLS: 'connection-lost',
  CONNECT_TIMEOUT: 'timeout',
  GREETING_TIMEOUT: 'timeout',
  UPGRADE_TIMEOUT: 'timeout',
  ETIMEOUT: 'timeout',
  ETIMEDOUT: 'timeout',
}

/** Answers to a login that say nothing about the password. */
const NOT_ABOUT_CREDENTIALS: ReadonlySet<string> = new Set(['UNAVAILABLE', 'INUSE', 'LIMIT', 'SERVERBUG'])

/** Some say so in words only. */
const BUSY = /too many|simultaneous|temporar|try again later/i

const FROM_CONNECTOR: ReadonlySet<string> = new Set([
  'host-not-found',
  'destination-not-allowed',
  'bad-credentials',
  'token-endpoint-unavailable',
])

/** Puts any error of a connection to the mailbox into words; no secret of the settings is among them. */
export function describeFailure(error: unknown, settings: EmailConfig): Failure {
  const config = withProvider(settings)
  if (error instanceof ConnectorError) return fromConnector(error, config)
  const facts = factsOf(error)
  const { imapHost: host, imapPort: port } = config
  if (facts.authenticationFailed) return refusedLogin(facts, config)
  if (facts.mailboxMissing || facts.serverResponseCode === 'NONEXISTENT') {
    return {
      code: 'folder-not-found',
      detail: `The mailbox has no folder “${config.folder}”.`,
      field: 'folder',
    }
  }
  if (isTlsFailure(facts)) {
    return {
      code: 'tls-failed',
      detail: `No secure connection to ${host}, port ${port}: ${tlsReason(facts)}`,
      field: 'imapSecurity',
    }
  }
  const code = NETWORK[facts.code ?? '']
  switch (code) {
    case 'host-not-found':
      return { code, detail: `There is no server called ${host}.`, field: 'imapHost' }
    case 'connection-refused':
      return { code, detail: `Nothing answers at ${host}, port ${port}.`, field: 'imapPort' }
    case 'timeout':
      return { code, detail: timeoutReason(facts, config), field: 'imapHost' }
    case 'connection-lost':
      return {
        code,
        detail: `${host} closed the connection${said(facts.reason, config)}.`,
        field: 'imapHost',
      }
    default:
      return serverError(facts, config)
  }
}

/** The same as an error that a connector may throw. */
export function connectorErrorOf(error: unknown, config: EmailConfig): ConnectorError {
  if (error instanceof ConnectorError) return error
  const { code, detail } = describeFailure(error, config)
  const retry = code === 'bad-credentials' || code === 'destination-not-allowed' ? 'never' : 'later'
  return new ConnectorError({ code, detail, retry, delivery: 'not-sent' })
}

function fromConnector({ facts }: ConnectorError, config: EmailConfig): Failure {
  const { code, detail = code } = facts
  const known = FROM_CONNECTOR.has(code) ? (code as Failure['code']) : 'server-error'
  if (known === 'token-endpoint-unavailable') return { code: known, detail, field: 'oauthTokenEndpoint' }
  if (known === 'bad-credentials') return { code: known, detail, field: credentialField(config) }
  const atEndpoint = known === 'destination-not-allowed' && detail.includes('token endpoint')
  return { code: known, detail, field: atEndpoint ? 'oauthTokenEndpoint' : 'imapHost' }
}

function refusedLogin(facts: Facts, config: EmailConfig): Failure {
  const text = facts.responseText ?? facts.response ?? ''
  const answer = said(text, config)
  if (NOT_ABOUT_CREDENTIALS.has(facts.serverResponseCode ?? '') || BUSY.test(text)) {
    return {
      code: 'server-error',
      detail: `${config.imapHost} cannot sign anybody in at present${answer}.`,
      field: 'imapHost',
    }
  }
  const what = config.authentication === 'oauth' ? 'access token' : 'password'
  return {
    code: 'bad-credentials',
    detail: `${config.imapHost} refuses user ${config.user} with this ${what}${answer}.`,
    field: credentialField(config),
  }
}

const credentialField = ({ authentication }: EmailConfig): keyof EmailConfig =>
  authentication === 'oauth' ? 'oauthRefreshToken' : 'password'

function timeoutReason({ code }: Facts, { imapHost, imapPort, imapSecurity }: EmailConfig): string {
  const where = `${imapHost}, port ${imapPort},`
  if (code !== 'GREETING_TIMEOUT') return `${where} does not answer in time.`
  return imapSecurity === 'tls'
    ? `${where} takes the connection but does not greet.`
    : `${where} takes the connection but does not greet: it may expect TLS from the start.`
}

const TLS_CODE =
  /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH$|EPROTO$|STARTTLS_)/

const isTlsFailure = ({ code = '', tlsFailed }: Facts): boolean => tlsFailed === true || TLS_CODE.test(code)

function tlsReason({ code = '', message }: Facts): string {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'its certificate is for another name.'
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate has expired.'
  if (/^(SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|CERT_)/.test(code))
    return 'its certificate is not to be trusted.'
  if (message.includes('does not support STARTTLS')) return 'it does not offer STARTTLS.'
  return 'what answers there does not speak TLS; the port may be for STARTTLS or for no encryption.'
}

function serverError(facts: Facts, config: EmailConfig): Failure {
  if (facts.message === 'Unsupported authentication mechanism') {
    const way = config.authentication === 'oauth' ? 'OAuth' : 'a password'
    return {
      code: 'server-error',
      detail: `${config.imapHost} does not take ${way} to sign in.`,
      field: 'authentication',
    }
  }
  const answer = said(facts.responseText ?? facts.response ?? facts.message, config)
  return {
    code: 'server-error',
    detail: `${config.imapHost} did not do as asked${answer}.`,
    field: 'imapHost',
  }
}

type Facts = Pick<
  ImapFlowError,
  | 'message'
  | 'code'
  | 'authenticationFailed'
  | 'mailboxMissing'
  | 'tlsFailed'
  | 'serverResponseCode'
  | 'responseText'
  | 'reason'
> & { readonly response?: string }

function factsOf(error: unknown): Facts {
  if (!(error instanceof Error)) return { message: String(error) }
  const { response, message, ...rest } = error as ImapFlowError
  return { ...rest, message, ...(typeof response === 'string' ? { response } : {}) }
}

/** What the server said, cut, on one line, and without what nobody may read. */
function said(text: string | undefined, config: EmailConfig): string {
  let quote = (text ?? '').slice(0, 2_000)
  for (const secret of [config.password, config.oauthClientSecret, config.oauthRefreshToken]) {
    if (secret) quote = quote.replaceAll(secret, '…')
  }
  quote = quote
    .replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ')
    .trim()
    .slice(0, MAX_QUOTE)
    .replace(/[.\s]+$/, '')
  return quote === '' ? '' : ` (“${quote}”)`
}
