import { isIP } from 'node:net'
import { ImapFlow, type ImapFlowOptions } from 'imapflow'
import type { ConnectorContext } from '../../../src/contract/connector.ts'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import type { EmailConfig } from '../config.ts'
import { accessToken, forgetAccessToken } from '../oauth.ts'
import { withProvider } from '../providers.ts'
import { MAX_WHOLE_BYTES } from './limits.ts'

export type MailContext = ConnectorContext<EmailConfig>

/** How long a server may take. */
export interface Patience {
  readonly connectMs: number
  readonly greetingMs: number
  /** Of a server that should say something; a connection that is only open is asked whether it lives. */
  readonly silenceMs: number
}

export const PATIENCE: Patience = { connectMs: 30_000, greetingMs: 20_000, silenceMs: 120_000 }

const MEBIBYTE = 2 ** 20

/** The connection ended without a word. */
export class ClosedError extends Error {
  readonly code = 'EConnectionClosed'
}

/**
 * A signed-in connection of its own. It closes when `ctx.signal` aborts. Whoever gets it closes it, and hears of its end
 * by `close`; its errors are kept from ending the process. Throws what imapflow throws, or ConnectorError.
 */
export async function connectMailbox(ctx: MailContext, patience: Patience = PATIENCE): Promise<ImapFlow> {
  try {
    return await connectOnce(ctx, patience)
  } catch (error) {
    // A token can be revoked before its time: one attempt with a new one tells that from a lost permission.
    if (ctx.config.authentication !== 'oauth' || !isRefusedLogin(error)) throw error
    forgetAccessToken(ctx)
    return connectOnce(ctx, patience)
  }
}

async function connectOnce(ctx: MailContext, patience: Patience): Promise<ImapFlow> {
  const config = withProvider(ctx.config)
  const client = new ImapFlow(await optionsFor(ctx, config, patience))
  // Attached before connecting: an error without a listener would end the process.
  client.on('error', () => undefined)
  const end = (): void => client.close()
  if (ctx.signal.aborted) throw aborted()
  ctx.signal.addEventListener('abort', end, { once: true })
  client.on('close', () => ctx.signal.removeEventListener('abort', end))
  try {
    await client.connect()
    return client
  } catch (error) {
    client.close()
    ctx.signal.removeEventListener('abort', end)
    throw error
  }
}

async function optionsFor(
  ctx: MailContext,
  config: EmailConfig,
  patience: Patience,
): Promise<ImapFlowOptions> {
  const { imapHost, imapPort, imapSecurity, user, password } = config
  const token = await accessToken(ctx)
  if (token === undefined && !password) {
    throw new ConnectorError({
      code: 'bad-credentials',
      detail: 'No password is stored.',
      retry: 'never',
      delivery: 'not-sent',
    })
  }
  return {
    // The address that was judged, not the name: resolved a second time it might lead elsewhere.
    host: await ctx.resolveHost(imapHost),
    port: imapPort,
    ...(isIP(imapHost) ? {} : { servername: imapHost }),
    secure: imapSecurity === 'tls',
    ...(imapSecurity === 'tls' ? {} : { doSTARTTLS: imapSecurity === 'starttls' }),
    auth: { user, ...(token === undefined ? { pass: password } : { accessToken: token }) },
    clientInfo: { name: 'Tributary' },
    logger: false,
    disableAutoIdle: true,
    connectionTimeout: patience.connectMs,
    greetingTimeout: patience.greetingMs,
    socketTimeout: patience.silenceMs,
    maxLineLength: 16 * MEBIBYTE,
    maxLiteralSize: MAX_WHOLE_BYTES + MEBIBYTE,
    maxResponseSize: MAX_WHOLE_BYTES + 20 * MEBIBYTE,
  }
}

const isRefusedLogin = (error: unknown): boolean =>
  error instanceof Error && 'authenticationFailed' in error && error.authenticationFailed === true

const aborted = (): ConnectorError =>
  new ConnectorError({
    code: 'connection-lost',
    detail: 'The channel is being stopped.',
    retry: 'later',
    delivery: 'not-sent',
  })
