import type { ConfigField } from '../../src/contract/config-field.ts'
import type { SetupStep } from '../../src/contract/setup-step.ts'
import type { Capabilities } from '../../src/domain/capabilities.ts'
import type { RetrySchedule } from '../../src/domain/delivery.ts'

const MEGABYTE = 1_048_576

/** A system of somebody's own may be away for a night: eleven waits of up to an hour after those of seconds and minutes. */
const RETRY: RetrySchedule = { maxAttempts: 24, firstDelayMs: 1_000, longestDelayMs: 3_600_000 }

/** Settings of a custom channel, as `configFields` validated them. */
export type CustomConfig = {
  readonly outboundUrl: string
  readonly outboundSecret: string
  readonly inboundSecret: string
  readonly maxTextLength: number
  readonly overLimit: 'split' | 'refuse'
  readonly files: boolean
  readonly maxFileMegabytes: number
  readonly maxFiles: number
  readonly replyWindowHours: number
  readonly startConversation: boolean
  readonly formatting: boolean
  readonly replies: boolean
  readonly deliveredReceipts: boolean
  readonly readReceipts: boolean
  readonly typing: boolean
  readonly markRead: boolean
  readonly edits: boolean
  readonly deletions: boolean
  readonly messagesPerSecond: number
}

/** Of at least 24 bytes, as the specification asks. */
const SECRET = { pattern: 'whsec_[A-Za-z0-9+/]{32,}={0,2}', maxLength: 200 } as const
const SECRET_HELP = 'Write whsec_ and the base64 of at least 24 bytes.'

/** Something the other system can do, if somebody says so. */
const can = (key: keyof CustomConfig, label: string, help?: string): ConfigField => ({
  key,
  label,
  ...(help === undefined ? {} : { help }),
  kind: 'boolean',
  required: false,
  default: false,
})

/** The one description of the settings: form, validation, encryption, redaction and documentation come from it. */
export const configFields: readonly ConfigField[] = [
  {
    key: 'outboundUrl',
    label: 'Endpoint of your system',
    help: 'What agents write is posted here, signed. It must answer with 2xx; redirects are not followed.',
    kind: 'url',
    required: true,
  },
  {
    key: 'inboundSecret',
    label: 'Secret for what comes in',
    help: 'Your system signs with it what it posts to us.',
    kind: 'secret',
    required: true,
    generated: true,
    generatedAs: 'whsec',
    ...SECRET,
    patternHelp: SECRET_HELP,
  },
  {
    key: 'outboundSecret',
    label: 'Secret for what goes out',
    help: 'We sign with it what we post to your system, which is to check it.',
    kind: 'secret',
    required: true,
    generated: true,
    generatedAs: 'whsec',
    ...SECRET,
    patternHelp: SECRET_HELP,
  },
  {
    key: 'maxTextLength',
    label: 'Longest text',
    help: 'In characters, as JavaScript counts them.',
    kind: 'number',
    required: false,
    default: 10_000,
    minimum: 20,
    maximum: 100_000,
  },
  {
    key: 'overLimit',
    label: 'A longer text is',
    kind: 'select',
    required: false,
    default: 'split',
    options: [
      { value: 'split', label: 'Split into several messages' },
      { value: 'refuse', label: 'Refused' },
    ],
  },
  {
    ...can('files', 'Takes files', 'As addresses from which it fetches them within two days.'),
    default: true,
  },
  {
    key: 'maxFileMegabytes',
    label: 'Largest file, in megabytes',
    kind: 'number',
    required: false,
    default: 25,
    minimum: 1,
    maximum: 100,
    showWhen: { key: 'files', equals: true },
  },
  {
    key: 'maxFiles',
    label: 'Most files of one message',
    kind: 'number',
    required: false,
    default: 10,
    minimum: 1,
    maximum: 20,
    showWhen: { key: 'files', equals: true },
  },
  {
    key: 'replyWindowHours',
    label: 'Hours in which an answer may be written',
    help: 'Counted from the customer’s last message. 0: always.',
    kind: 'number',
    required: false,
    default: 0,
    minimum: 0,
    maximum: 8_760,
  },
  can('startConversation', 'Agents may begin conversations'),
  can('formatting', 'Shows formatting', 'Bold, italic and the like come as spans beside the plain text.'),
  can('replies', 'Shows which message an answer answers'),
  can('deliveredReceipts', 'Tells when a message was delivered'),
  can('readReceipts', 'Tells when a message was read'),
  can('typing', 'Shows that an agent types'),
  can('markRead', 'Wants to know when an agent has read'),
  can('edits', 'Takes changes of what was sent'),
  can('deletions', 'Takes deletions of what was sent'),
  {
    key: 'messagesPerSecond',
    label: 'Most messages a second',
    help: '0: as fast as may be.',
    kind: 'number',
    required: false,
    default: 0,
    minimum: 0,
    maximum: 1_000,
  },
]

/** What the other system can do, as its settings say. */
export function capabilitiesOf(config: CustomConfig): Capabilities {
  const native = (value: boolean) => (value ? 'native' : 'absent')
  const perSecond = Math.ceil(config.messagesPerSecond)
  return {
    workType: 'messaging',
    text: { support: 'native', maxLength: Math.floor(config.maxTextLength), overLimit: config.overLimit },
    formatting: native(config.formatting),
    attachments: config.files
      ? {
          support: 'native',
          maxBytes: Math.floor(config.maxFileMegabytes * MEGABYTE),
          maxPerMessage: Math.floor(config.maxFiles),
          contentTypes: [],
        }
      : { support: 'absent', maxBytes: 0, maxPerMessage: 0, contentTypes: [] },
    replyTo: native(config.replies),
    // Whoever has none posts none.
    reactions: 'native',
    typing: native(config.typing),
    markRead: native(config.markRead),
    editMessage: native(config.edits),
    deleteMessage: native(config.deletions),
    receipts: { delivered: native(config.deliveredReceipts), read: native(config.readReceipts) },
    ...(config.replyWindowHours > 0 && { replyWindowHours: config.replyWindowHours }),
    startConversation: native(config.startConversation),
    // A message has one webhook-id at every attempt, by which the receiver drops copies.
    idempotentSend: true,
    retry: RETRY,
    ...(perSecond > 0 && { pacing: { channel: { messages: perSecond, perMs: 1_000, burst: perSecond } } }),
  }
}

/** What is to be done on the other side. */
export const setup: readonly SetupStep[] = [
  {
    text: 'Let your system post what customers write to this address, as JSON signed as Standard Webhooks has it.',
    copies: 'webhook-url',
    link: { label: 'Standard Webhooks', url: 'https://www.standardwebhooks.com' },
  },
  {
    text: 'Make both secrets anew once the channel is saved: each is shown once. Keep the one for what comes in where your system signs, and the one for what goes out where it checks signatures.',
  },
  {
    text: 'Let your endpoint check the signature, drop what has a webhook-id that it knows, and answer with 2xx. Then test the connection: it gets a body of type ping.',
  },
]
