/** A channel whose deliveries say outright which events they are, and whose sends do what the test says. */
import type { Connector, OutboundMessage, SendReceipt } from '../../src/contract/connector.ts'
import type { InboundEvent } from '../../src/contract/inbound-event.ts'
import { inboundOf } from '../../src/contract/inbound-of.ts'
import { verified } from '../../src/contract/raw-request.ts'
import type { Capabilities } from '../../src/domain/capabilities.ts'
import type { ChannelId, ChannelType } from '../../src/domain/ids.ts'
import { type AssignmentPolicy, PICK_POLICY } from '../../src/domain/routing/policy.ts'
import { entryId, partitionOf } from '../../src/services/accept-delivery.ts'
import type { LiveChannel } from '../../src/services/channel-directory.ts'
import type { ChannelRecord } from '../../src/store/channel-store.ts'
import type { JournalEntry } from '../../src/store/journal-store.ts'

/** A platform that takes short texts, each only once, and can do nothing else. */
export const TEXT_ONLY: Capabilities = {
  workType: 'messaging',
  text: { support: 'native', maxLength: 40, overLimit: 'split' },
  attachments: { support: 'absent', maxBytes: 0, maxPerMessage: 0, contentTypes: [] },
  replyTo: 'absent',
  reactions: 'absent',
  typing: 'absent',
  markRead: 'absent',
  editMessage: 'absent',
  deleteMessage: 'absent',
  receipts: { delivered: 'absent', read: 'absent' },
  startConversation: 'absent',
  idempotentSend: true,
}

export const scriptedCapabilities: Capabilities = {
  ...TEXT_ONLY,
  attachments: { support: 'native', maxBytes: 1_000_000, maxPerMessage: 3, contentTypes: [] },
  reactions: 'native',
  receipts: { delivered: 'native', read: 'native' },
  idempotentSend: false,
  retry: { maxAttempts: 3, firstDelayMs: 1_000, longestDelayMs: 10_000 },
}

type Send = (message: OutboundMessage) => Promise<SendReceipt> | SendReceipt

/** `poison` makes `parse` throw, against its contract. */
export function scriptedConnector(
  options: { readonly capabilities?: Partial<Capabilities>; readonly send?: Send } = {},
): Connector {
  const { send = ({ id }) => ({ externalId: `sent-${id}` }) } = options
  return {
    type: 'scripted' as ChannelType,
    displayName: 'Scripted',
    summary: 'Does as it is told.',
    configFields: [],
    capabilities: () => ({ ...scriptedCapabilities, ...options.capabilities }),
    check: async () => ({ ok: true }),
    inbound: {
      kind: 'webhook',
      maxBodyBytes: 1_000_000,
      verify: ({ body, headers, receivedAtMs }) => ({
        ok: true,
        request: verified({ body, contentType: headers['content-type'] ?? '', facts: {}, receivedAtMs }),
      }),
      parse: ({ body }) => {
        const text = Buffer.from(body).toString()
        if (text.includes('poison')) throw new Error('cannot be read')
        return JSON.parse(text) as InboundEvent[]
      },
      acknowledge: () => ({ status: 200 }),
    },
    send: async (message) => send(message),
  }
}

/** A channel as the directory would hand it out. */
export function scriptedChannel(
  id: ChannelId,
  connector: Connector = scriptedConnector(),
  change: { readonly policy?: AssignmentPolicy; readonly paused?: boolean } = {},
): LiveChannel {
  const { policy = PICK_POLICY, paused = false } = change
  const access = { kind: 'everyone' } as const
  const { type } = connector
  const shared = { id, type, name: 'Scripted', paused, policy, skills: [], access, version: 1 }
  const record: ChannelRecord = {
    ...shared,
    settings: [],
    renewals: 0,
    health: { state: 'unknown' },
    said: {},
    createdAtMs: 0,
  }
  const inbound = inboundOf(connector, {}, { reachable: false })
  return { ...shared, config: {}, capabilities: connector.capabilities({}), connector, inbound, record }
}

/** What a customer wrote. */
export function said(
  who: string,
  externalId: string,
  change: Partial<Extract<InboundEvent, { type: 'message' }>> = {},
): InboundEvent {
  return {
    type: 'message',
    externalId,
    identity: { externalId: who, verified: false },
    text: `text of ${externalId}`,
    attachments: [],
    ...change,
  }
}

let counter = 0

/** A journal entry with these events; each later one has a later place unless `at` says where. */
export function entryOf(
  channelId: ChannelId,
  events: readonly InboundEvent[] | string,
  at?: number,
  sender = '',
): JournalEntry {
  counter += 1
  const order = at ?? counter
  const body = Buffer.from(typeof events === 'string' ? events : JSON.stringify(events))
  return {
    id: entryId(channelId, `${counter}`),
    channelId,
    order,
    partition: partitionOf(sender),
    body,
    contentType: 'application/json',
    facts: {},
    receivedAtMs: 1_700_000_000_000 + order * 1_000,
    tries: 0,
  }
}
