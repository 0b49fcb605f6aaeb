/** What a channel over Twilio may touch, with the fake in Twilio's place. */

import type { SmsConfig } from '../../../connectors/sms/settings.ts'
import { sms } from '../../../connectors/sms/sms-connector.ts'
import type { WhatsAppConfig } from '../../../connectors/whatsapp/settings.ts'
import { whatsapp } from '../../../connectors/whatsapp/whatsapp-connector.ts'
import type { ConfigField } from '../../../src/contract/config-field.ts'
import type {
  ConnectorContext,
  HealthReport,
  OutboundAttachment,
  OutboundMessage,
  RawItem,
  RecordedAmong,
} from '../../../src/contract/connector.ts'
import { ConnectorError, type ConnectorErrorFacts } from '../../../src/contract/connector-error.ts'
import { verified } from '../../../src/contract/raw-request.ts'
import type { ChannelId } from '../../../src/domain/ids.ts'
import { validateSettings } from '../../../src/services/channel-settings.ts'
import type { FakeTwilio } from '../../fakes/twilio/fake-twilio.ts'

export const CUSTOMER = '+4915112345678'
export const SMS_NUMBER = '+12025550123'
export const WHATSAPP_NUMBER = '+12025550199'
export const WEBHOOK = 'https://inbox.example/ingress/1'

let channels = 0

interface Choices {
  readonly change?: Readonly<Record<string, string | number | boolean>>
  readonly fetch?: typeof globalThis.fetch
  readonly signal?: AbortSignal
  readonly webhookUrl?: string
  readonly clock?: () => number
}

export interface TwilioRig<C> {
  readonly ctx: ConnectorContext<C>
  readonly config: C
  readonly health: readonly HealthReport[]
  /** Everything that was logged. */
  readonly lines: readonly string[]
}

const settingsFor = (fields: readonly ConfigField[], fake: FakeTwilio, more: object): unknown =>
  validateSettings(fields, {
    accountSid: fake.accountSid,
    authToken: fake.authToken,
    apiBaseUrl: fake.url,
    ...more,
  })

export const smsRig = (fake: FakeTwilio, choices: Choices = {}): TwilioRig<SmsConfig> =>
  rigOf(settingsFor(sms.configFields, fake, { number: SMS_NUMBER, ...choices.change }) as SmsConfig, choices)

export const whatsappRig = (fake: FakeTwilio, choices: Choices = {}): TwilioRig<WhatsAppConfig> =>
  rigOf(
    settingsFor(whatsapp.configFields, fake, {
      number: WHATSAPP_NUMBER,
      contentBaseUrl: fake.url,
      ...choices.change,
    }) as WhatsAppConfig,
    choices,
  )

/** A channel of its own each time. */
function rigOf<C>(config: C, choices: Choices): TwilioRig<C> {
  channels += 1
  const health: HealthReport[] = []
  const lines: string[] = []
  const note = (facts: object, message: string): void =>
    void lines.push(`${message} ${JSON.stringify(facts)}`)
  const ctx: ConnectorContext<C> = {
    config,
    channelId: channels.toString(16).padStart(24, '7') as ChannelId,
    webhookUrl: choices.webhookUrl ?? WEBHOOK,
    logger: { debug: note, info: note, warn: note, error: note },
    fetch: choices.fetch ?? ((input, init) => fetch(input, { redirect: 'manual', ...init })),
    resolveHost: async (host) => host,
    resolveDns: () => Promise.reject(new TypeError('there is no network')),
    clock: choices.clock ?? Date.now,
    checkpoint: { read: async () => undefined, write: async () => undefined },
    reportHealth: (report) => void health.push(report),
    keepSecret: async () => undefined,
    signal: choices.signal ?? new AbortController().signal,
  }
  return { ctx, config, health, lines }
}

let messages = 0

export function outgoing(change: Partial<OutboundMessage> = {}): OutboundMessage {
  messages += 1
  return {
    id: messages.toString(16).padStart(24, 'd'),
    attempt: 1,
    to: { identityExternalId: CUSTOMER, threadKey: CUSTOMER },
    author: { name: 'Agnes' },
    text: `Hello number ${messages}`,
    attachments: [],
    token: 'a'.repeat(32),
    writtenAtMs: Date.now(),
    automatic: false,
    ...change,
  }
}

export const file = (name: string): OutboundAttachment => ({
  id: 'f'.repeat(32),
  name,
  contentType: 'image/png',
  sizeBytes: 10,
  open: () => Promise.reject(new Error('Twilio fetches it by its address')),
  publicUrl: () => `https://inbox.example/files/${name}`,
})

/** What the core knows of other messages: these are recorded, and no others. */
export const recorded =
  (...externalIds: readonly string[]): RecordedAmong =>
  async (asked) =>
    new Set(asked.filter((one) => externalIds.includes(one)))

/** What a call to a connector says of its failure. @throws Error when it does not fail, or otherwise */
export async function factsOf(act: Promise<unknown>): Promise<ConnectorErrorFacts> {
  const error = await act.then(
    (value) => new Error(`it went well: ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  )
  if (error instanceof ConnectorError) return error.facts
  throw error
}

/** An item as the journal would hand it to `parse`. */
export const journaled = ({ body, contentType, facts }: RawItem) =>
  verified({ body, contentType, facts, receivedAtMs: 1 })
