/** What the connector may touch of a channel whose workspace is a fake one. */

import { Readable } from 'node:stream'
import type { SlackConfig } from '../../../connectors/slack/config.ts'
import { configFields } from '../../../connectors/slack/settings.ts'
import type {
  ConnectorContext,
  HealthReport,
  OutboundAttachment,
  OutboundMessage,
} from '../../../src/contract/connector.ts'
import type { ChannelId } from '../../../src/domain/ids.ts'
import { createGuardedFetch, createGuardedLookup } from '../../../src/runtime/guarded-fetch.ts'
import { validateSettings } from '../../../src/services/channel-settings.ts'
import type { FakeSlack } from './server.ts'

const HERE = { allow: ['127.0.0.1'] }

export interface TestContext {
  readonly ctx: ConnectorContext<SlackConfig>
  readonly health: HealthReport[]
  /** Whatever was logged. */
  readonly lines: string[]
  readonly stop: () => void
}

/** Settings of a channel, with what a new one has by itself. */
export const slackConfig = (slack: FakeSlack, change: Partial<SlackConfig> = {}): SlackConfig =>
  validateSettings(configFields, { ...slack.settings, ...change } as Parameters<
    typeof validateSettings
  >[1]) as SlackConfig

let channels = 0

/** Over the product's own guard, which lets this machine's address pass. */
export function slackContext(slack: FakeSlack, change: Partial<SlackConfig> = {}): TestContext {
  channels += 1
  const health: HealthReport[] = []
  const lines: string[] = []
  const stopping = new AbortController()
  const note = (facts: object, message: string): void =>
    void lines.push(`${JSON.stringify(facts)} ${message}`)
  return {
    health,
    lines,
    stop: () => stopping.abort(),
    ctx: {
      config: slackConfig(slack, change),
      channelId: channels.toString(16).padStart(24, '0') as ChannelId,
      webhookUrl: 'https://inbox.example/ingress/1',
      logger: { debug: note, info: note, warn: note, error: note },
      fetch: createGuardedFetch(HERE),
      resolveHost: createGuardedLookup(HERE),
      resolveDns: () => Promise.reject(new TypeError('there is no network')),
      clock: Date.now,
      checkpoint: { read: async () => undefined, write: async () => undefined },
      reportHealth: (report) => void health.push(report),
      keepSecret: async () => undefined,
      signal: stopping.signal,
    },
  }
}

let messages = 0

/** A message of its own. */
export function outgoing(
  threadKey: string,
  text: string,
  change: Partial<OutboundMessage> = {},
): OutboundMessage {
  messages += 1
  return {
    id: messages.toString(16).padStart(24, 'a'),
    attempt: 1,
    to: { identityExternalId: threadKey, threadKey },
    author: { name: 'Agnes' },
    text,
    attachments: [],
    token: 'a'.repeat(32),
    writtenAtMs: Date.now(),
    automatic: false,
    ...change,
  }
}

/** A file to send. */
export const fileOf = (name: string, bytes: Buffer, contentType = 'image/png'): OutboundAttachment => ({
  id: 'f'.repeat(32),
  name,
  contentType,
  sizeBytes: bytes.length,
  open: async () => Readable.from([bytes]),
  publicUrl: () => 'https://inbox.example/files/1',
})
