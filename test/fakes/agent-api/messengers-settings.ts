import type { ConfigField } from '../../../src/contract/config-field.ts'
import type { SetupStep } from '../../../src/contract/setup-step.ts'

const field = (key: string, label: string, part: Partial<ConfigField> = {}): ConfigField => ({
  key,
  label,
  kind: 'text',
  required: true,
  ...part,
})

const SETUP: readonly SetupStep[] = [
  {
    text: 'Open your account with the platform, and make an access key that may send and receive.',
    link: { label: 'Keys of your account', url: 'https://platform.example/keys' },
  },
  {
    text: 'Enter this address as the place where it delivers messages and receipts, with the method POST.',
    copies: 'webhook-url',
  },
  { text: 'Write to your number from a telephone: the message appears in the inbox.' },
]

/** A kind with a reply window; the platform calls us. */
export const MESSAGES_KIND = {
  type: 'windowed',
  displayName: 'Messages',
  summary: 'Your number on a messenger, with a time for free answers and approved messages beyond it.',
  configFields: [
    field('number', 'Number', { help: 'With the country, such as +46 31 700 00 00.' }),
    field('accessKey', 'Access key', { kind: 'secret' }),
  ],
  setup: SETUP,
  hasWidget: false,
} as const

/** A kind whose texts are paid for by the segment. */
export const TEXTS_KIND = {
  type: 'texts',
  displayName: 'Text messages',
  summary: 'A telephone number that sends and receives texts.',
  configFields: MESSAGES_KIND.configFields,
  setup: SETUP.slice(0, 2),
  hasWidget: false,
} as const

/** A kind that shows all there is. */
export const BOT_KIND = {
  type: 'bot',
  displayName: 'Bot',
  summary: 'A bot that customers write to in their messenger.',
  configFields: [field('token', 'Token', { kind: 'secret' })],
  setup: [
    { text: 'Make a bot with the messenger and copy its token.' },
    { text: 'Enter it below. Everything else is set by itself.' },
  ],
  hasWidget: false,
} as const
