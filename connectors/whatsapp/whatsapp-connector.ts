import type { Connector } from '../../src/contract/connector.ts'
import type { Capabilities } from '../../src/domain/capabilities.ts'
import type { ChannelType } from '../../src/domain/ids.ts'
import { WHATSAPP } from '../shared/twilio/address.ts'
import type { ChannelForm } from '../shared/twilio/channel-form.ts'
import { checkAccount } from '../shared/twilio/check-account.ts'
import { openClient } from '../shared/twilio/client.ts'
import { paceOf } from '../shared/twilio/config.ts'
import { withFacts } from '../shared/twilio/trouble.ts'
import { twilioParts } from '../shared/twilio/twilio-connector.ts'
import { checkSender } from './check-sender.ts'
import { readMarks } from './read-marks.ts'
import { configFields, type WhatsAppConfig } from './settings.ts'
import { refuseTemplate, templateOf } from './templates.ts'
import { TEXT_LIMIT, writeMarks } from './write-marks.ts'

const MEGABYTE = 1024 * 1024

const FORM: ChannelForm = { ...WHATSAPP, stopWords: false, readMarks, write: writeMarks, refuseTemplate }

const capabilities = (config: WhatsAppConfig): Capabilities => ({
  workType: 'messaging',
  text: { support: 'native', maxLength: TEXT_LIMIT, overLimit: 'split' },
  formatting: 'native',
  attachments: {
    support: 'native',
    maxBytes: 16 * MEGABYTE,
    maxPerMessage: 1,
    overCount: 'split',
    maxTextLength: TEXT_LIMIT,
    // The words beside anything else do not arrive (twilio.com/docs/messaging/guides/accepted-mime-types).
    textWith: ['image/jpeg', 'image/jpg', 'image/png', 'video/mp4'],
    sizeLimits: [{ contentTypes: ['image/*'], maxBytes: 5 * MEGABYTE }],
    contentTypes: [],
  },
  // Twilio tells what a customer answers to, but lets nobody else answer to anything.
  replyTo: 'absent',
  // Twilio hands no reactions on, neither way.
  reactions: 'absent',
  typing: 'absent',
  markRead: 'absent',
  editMessage: 'absent',
  deleteMessage: 'absent',
  receipts: { delivered: 'native', read: 'native' },
  replyWindowHours: 24,
  templates: 'native',
  startConversation: 'native',
  addresses: 'phone',
  // Twilio takes no name of ours for a message: sent twice it arrives twice.
  idempotentSend: false,
  pacing: {
    channel: paceOf(config),
    // To one person one message every six seconds, of which up to 45 may go at once: they count against those to come.
    thread: [{ messages: 45, perMs: 270_000, burst: 45 }],
  },
})

/** WhatsApp, through Twilio's API. */
export const whatsapp: Connector<WhatsAppConfig> = {
  ...twilioParts(FORM),
  type: 'whatsapp' as ChannelType,
  displayName: 'WhatsApp (Twilio)',
  summary: 'A WhatsApp number of your business, with templates for whoever has not written lately.',
  mark: {
    color: '#128a4a',
    path: 'M3.5 20.5l1.3-4.5a8.5 8.5 0 1 1 3.3 3.2zM9 8.5c0 3.7 2.8 6.5 6.5 6.5',
  },
  configFields,
  setup: [
    {
      text: 'Set up a WhatsApp sender, or join the sandbox to try things out.',
      link: {
        label: 'WhatsApp senders',
        url: 'https://console.twilio.com/us1/develop/sms/senders/whatsapp-senders',
      },
    },
    {
      text: 'Enter this address at the sender, or at its messaging service, as the webhook for incoming messages, method POST. With #rc=5&rp=all at its end Twilio tries again when this server is away for a moment; enter the same as the fallback.',
      copies: 'webhook-url',
    },
    {
      text: 'Write templates and hand them in to WhatsApp: without one nobody can be written to who has not written within 24 hours.',
      link: {
        label: 'Content templates',
        url: 'https://console.twilio.com/us1/develop/sms/content-template-builder',
      },
    },
  ],
  capabilities,
  check: (ctx) => checkAccount(ctx, checkSender),
  listTemplates: (ctx) =>
    withFacts(async () => {
      const client = await openClient(ctx)
      const contents = await client.content.v1.contentAndApprovals.list({ pageSize: 500 })
      return contents.flatMap((content) => templateOf(content) ?? [])
    }),
}
