import { createHash } from 'node:crypto'
import type { ConnectorContext } from '../../src/contract/connector.ts'
import { ConnectorError } from '../../src/contract/connector-error.ts'
import type { EmailConfig } from './config.ts'
import { withProvider } from './providers.ts'

/** A token is not used in its last minute: it must still hold when the server looks at it. */
const SPARE_MS = 60_000
const DEFAULT_LIFETIME_S = 300
const LONGEST_LIFETIME_S = 86_400
const REFRESH_TIMEOUT_MS = 20_000
const MAX_TOKEN_LENGTH = 16_384

/** What is known of a channel's tokens; forgotten when the process ends. */
interface Grant {
  /** Of the settings it was got with: others have no part in it. */
  readonly fingerprint: string
  /** The newest: providers may hand out a new one each time. */
  refreshToken: string
  /** Those that were in force before, the newest last: settings read earlier still hold one of them. */
  readonly earlier: string[]
  /** The newest is not stored yet. */
  unkept?: true
  token?: string
  expiresAtMs: number
  /** One refresh at a time: whoever comes meanwhile waits for the same. */
  pending?: Promise<string>
}

type OAuthContext = Pick<
  ConnectorContext<EmailConfig>,
  'channelId' | 'config' | 'fetch' | 'clock' | 'keepSecret' | 'logger'
>

const MOST_EARLIER = 20

const grants = new Map<string, Grant>()

/**
 * The access token to sign in with, or undefined where the mailbox has a password. Kept until a minute before it
 * expires. Throws ConnectorError: `bad-credentials` when only a person can mend it, else to be tried later.
 */
export async function accessToken(ctx: OAuthContext): Promise<string | undefined> {
  const config = withProvider(ctx.config)
  if (config.authentication !== 'oauth') return undefined
  const grant = grantOf(ctx.channelId, config)
  if (grant.token !== undefined && ctx.clock() < grant.expiresAtMs - SPARE_MS) {
    if (grant.unkept) await keep(ctx, grant)
    return grant.token
  }
  grant.pending ??= refresh(ctx, config, grant).finally(() => {
    delete grant.pending
  })
  return grant.pending
}

/** To be called when a server refuses a token that should still hold: the next one is fetched anew. */
export function forgetAccessToken(ctx: Pick<OAuthContext, 'channelId'>): void {
  const grant = grants.get(ctx.channelId)
  if (grant) delete grant.token
}

function grantOf(channelId: string, config: EmailConfig): Grant {
  const { oauthRefreshToken, oauthClientId, oauthClientSecret = '', oauthTokenEndpoint, oauthScope } = config
  if (!oauthRefreshToken) throw badCredentials('No refresh token is stored: sign in at the provider first.')
  const settings = [oauthClientId, oauthClientSecret, oauthTokenEndpoint, oauthScope]
  const fingerprint = createHash('sha256').update(JSON.stringify(settings)).digest('hex')
  const known = grants.get(channelId)
  const isOfKnown =
    known?.refreshToken === oauthRefreshToken || known?.earlier.includes(oauthRefreshToken) === true
  if (known?.fingerprint === fingerprint && isOfKnown) return known
  const grant: Grant = { fingerprint, refreshToken: oauthRefreshToken, earlier: [], expiresAtMs: 0 }
  grants.set(channelId, grant)
  return grant
}

async function refresh(ctx: OAuthContext, config: EmailConfig, grant: Grant): Promise<string> {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: grant.refreshToken,
    client_id: config.oauthClientId,
    ...(config.oauthClientSecret ? { client_secret: config.oauthClientSecret } : {}),
    ...(config.oauthScope ? { scope: config.oauthScope } : {}),
  })
  const { status, body } = await post(ctx, config.oauthTokenEndpoint, form)
  if (status !== 200) throw refusal(status, body)
  const token = body['access_token']
  if (typeof token !== 'string' || !isToken(token)) {
    throw later('The token endpoint answered without an access token. Is it the right address?')
  }
  const lifetime = Number(body['expires_in'])
  const seconds = lifetime > 0 ? Math.min(lifetime, LONGEST_LIFETIME_S) : DEFAULT_LIFETIME_S
  grant.token = token
  grant.expiresAtMs = ctx.clock() + seconds * 1_000
  const renewed = body['refresh_token']
  if (typeof renewed === 'string' && isToken(renewed) && renewed !== grant.refreshToken) {
    grant.earlier.push(grant.refreshToken)
    grant.earlier.splice(0, grant.earlier.length - MOST_EARLIER)
    grant.refreshToken = renewed
    grant.unkept = true
  }
  if (grant.unkept) await keep(ctx, grant)
  return token
}

/** A provider may take the earlier ones back. What cannot be stored now is stored when a token is next asked for. */
async function keep(ctx: OAuthContext, grant: Grant): Promise<void> {
  const { refreshToken } = grant
  try {
    await ctx.keepSecret('oauthRefreshToken', refreshToken)
    if (grant.refreshToken === refreshToken) delete grant.unkept
  } catch {
    // Without the error: whatever it is made of might quote the token.
    ctx.logger.warn({}, 'the new refresh token could not be stored; it is tried again')
  }
}

async function post(
  ctx: OAuthContext,
  endpoint: string,
  form: URLSearchParams,
): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }> {
  if (!URL.canParse(endpoint)) throw later('The address of the token endpoint is not a web address.')
  try {
    const response = await ctx.fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: form.toString(),
      signal: AbortSignal.timeout(REFRESH_TIMEOUT_MS),
    })
    return { status: response.status, body: objectIn(await response.text()) }
  } catch (error) {
    const { host } = new URL(endpoint)
    // The guard's refusal tells where it pointed; anything else may quote the request, so its text is not passed on.
    if (codeOf(error) === 'destination-not-allowed') {
      throw new ConnectorError(
        {
          code: 'destination-not-allowed',
          detail: `The token endpoint ${host} lies inside our own network, which is not allowed.`,
          retry: 'never',
          delivery: 'not-sent',
        },
        { cause: error },
      )
    }
    throw later(`The token endpoint ${host} could not be reached.`, error)
  }
}

function refusal(status: number, body: Readonly<Record<string, unknown>>): ConnectorError {
  const error = body['error']
  const code = typeof error === 'string' && /^[a-z_]{1,40}$/.test(error) ? error : undefined
  if (code === 'invalid_grant') {
    return badCredentials(
      'The provider no longer accepts the refresh token (invalid_grant): sign in there again and store the new one.',
    )
  }
  const temporary = status === 429 || status >= 500 || code === 'temporarily_unavailable'
  if (code === undefined || temporary) {
    return later(`The token endpoint answered with status ${status}${code ? ` (${code})` : ''}.`)
  }
  return badCredentials(
    `The provider refuses this client (${code}): check client id, client secret, scope and token endpoint.`,
  )
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

const isToken = (text: string): boolean => text.length <= MAX_TOKEN_LENGTH && /^[\x21-\x7e]+$/.test(text)

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

const badCredentials = (detail: string): ConnectorError =>
  new ConnectorError({ code: 'bad-credentials', detail, retry: 'never', delivery: 'not-sent' })

const later = (detail: string, cause?: unknown): ConnectorError =>
  new ConnectorError(
    { code: 'token-endpoint-unavailable', detail, retry: 'later', delivery: 'not-sent' },
    { cause },
  )
