/** What a connector gets, scripted: settings for a Dovecot of the test's own, and a checkpoint that can be fenced. */

import type { EmailConfig } from '../../../connectors/email/config.ts'
import type { ConnectorContext, HealthReport } from '../../../src/contract/connector.ts'
import type { ChannelId } from '../../../src/domain/ids.ts'
import { PASSWORD } from '../../harness/dovecot.ts'

export function mailConfig(port: number, change: Partial<EmailConfig> = {}): EmailConfig {
  return {
    provider: 'other',
    fromAddress: 'support@example.test',
    fromName: 'Support',
    aliases: ['help@example.test'],
    signature: '',
    user: 'support',
    authentication: 'password',
    password: PASSWORD,
    oauthTokenEndpoint: '',
    oauthClientId: '',
    oauthScope: '',
    imapHost: '127.0.0.1',
    imapPort: port,
    imapSecurity: 'none',
    folder: 'INBOX',
    importFrom: 'days',
    importDays: 3_650,
    wholeMegabytes: 13,
    smtpHost: '127.0.0.1',
    smtpPort: 25,
    smtpSecurity: 'none',
    plusAddressing: true,
    saveSent: true,
    sameSubjectDays: 7,
    authservIds: [],
    checkAuthentication: false,
    dkimDomain: '',
    dkimSelector: '',
    ...change,
  }
}

/** The channel's durable place mark, outliving the sessions that use it. */
export interface ScriptedCheckpoint {
  value: Readonly<Record<string, unknown>> | undefined
  writes: number
  /** Another node has the lease. */
  fenced: boolean
}

export const emptyCheckpoint = (): ScriptedCheckpoint => ({ value: undefined, writes: 0, fenced: false })

export interface MailContextRig {
  readonly ctx: ConnectorContext<EmailConfig>
  readonly health: HealthReport[]
  readonly stop: () => void
}

let channels = 0

export function mailContext(
  config: EmailConfig,
  options: {
    readonly checkpoint?: ScriptedCheckpoint
    readonly change?: Partial<ConnectorContext<EmailConfig>>
  } = {},
): MailContextRig {
  const { checkpoint = emptyCheckpoint(), change = {} } = options
  const stopping = new AbortController()
  const health: HealthReport[] = []
  channels += 1
  const quiet = () => undefined
  return {
    health,
    stop: () => stopping.abort(),
    ctx: {
      config,
      channelId: `mailbox-${channels}` as ChannelId,
      webhookUrl: 'http://localhost/ingress/mailbox',
      logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
      fetch: globalThis.fetch,
      resolveHost: async (host) => host,
      resolveDns: async () => [],
      clock: () => Date.now(),
      checkpoint: {
        read: async () => structuredClone(checkpoint.value),
        write: async (value) => {
          if (checkpoint.fenced) throw new Error('the lease is gone')
          checkpoint.value = structuredClone(value)
          checkpoint.writes += 1
        },
      },
      reportHealth: (report) => health.push(report),
      keepSecret: async () => undefined,
      signal: stopping.signal,
      ...change,
    },
  }
}
