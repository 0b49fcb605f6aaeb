import type { Connector } from '../../src/contract/connector.ts'
import type { Capabilities } from '../../src/domain/capabilities.ts'
import type { ChannelType } from '../../src/domain/ids.ts'
import { PLAIN } from '../shared/twilio/address.ts'
import type { ChannelForm } from '../shared/twilio/channel-form.ts'
import { checkAccount } from '../shared/twilio/check-account.ts'
import { paceOf } from '../shared/twilio/config.ts'
import { twilioParts } from '../shared/twilio/twilio-connector.ts'
import { checkSender, ownNumber } from './number-webhook.ts'
import { configFields, type SmsConfig } from './settings.ts'

const MEGABYTE = 1024 * 1024

/** Pictures that Twilio makes fit for every phone; anything else goes as it is, and must be small. */
const PICTURES = ['image/jpeg', 'image/jpg', 'image/gif', 'image/png']

const EVERYTHING_ELSE = ['image/*', 'audio/*', 'video/*', 'text/*', 'application/*', 'font/*', 'model/*']

const FORM: ChannelForm = { ...PLAIN, stopWords: true, write: ({ text }) => text }

const capabilities = (config: SmsConfig): Capabilities => ({
  workType: 'messaging',
  text: {
    support: 'native',
    maxLength: 1_600,
    overLimit: 'split',
    // 140 bytes each, of which six say which part it is where there are several.
    segments: { gsm7: { single: 160, each: 153 }, ucs2: { single: 70, each: 67 } },
  },
  formatting: 'absent',
  attachments: {
    support: 'native',
    maxBytes: 5 * MEGABYTE,
    maxPerMessage: 10,
    maxTotalBytes: 5 * MEGABYTE,
    sizeLimits: [
      { contentTypes: PICTURES, maxBytes: 5 * MEGABYTE },
      { contentTypes: EVERYTHING_ELSE, maxBytes: 500 * 1024 },
    ],
    contentTypes: [],
  },
  replyTo: 'absent',
  reactions: 'absent',
  typing: 'absent',
  markRead: 'absent',
  editMessage: 'absent',
  deleteMessage: 'absent',
  // Phones confirm that they have a message, and no more.
  receipts: { delivered: 'native', read: 'absent' },
  startConversation: 'native',
  addresses: 'phone',
  // Twilio takes no name of ours for a message: sent twice it arrives twice.
  idempotentSend: false,
  pacing: { channel: paceOf(config) },
})

/** Text and picture messages, through Twilio's API. */
export const sms: Connector<SmsConfig> = {
  ...twilioParts(FORM),
  ...ownNumber,
  type: 'sms' as ChannelType,
  displayName: 'SMS (Twilio)',
  summary: 'Text and picture messages from a number of your own.',
  mark: {
    color: '#9a5b00',
    path: 'M4 5h16v11h-9l-4 4v-4H4zM8 10.5h.01M12 10.5h.01M16 10.5h.01',
  },
  configFields,
  setup: [
    {
      text: 'Get a number that can send text messages; in the US register it for A2P 10DLC, or carriers refuse what it sends.',
      link: { label: 'Numbers', url: 'https://console.twilio.com/us1/develop/phone-numbers/manage/incoming' },
    },
    {
      text: 'Enter this address at the number, or at its messaging service, for “a message comes in”, method POST; or let “Point the number here” do it. With #rc=5&rp=all at its end Twilio tries again when this server is away for a moment; enter the same as the fallback.',
      copies: 'webhook-url',
    },
  ],
  capabilities,
  check: (ctx) => checkAccount(ctx, checkSender),
}
