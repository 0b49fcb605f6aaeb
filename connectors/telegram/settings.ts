import type { ConfigField } from '../../src/contract/config-field.ts'
import type { SetupStep } from '../../src/contract/setup-step.ts'

/** The settings of a bot, as the fields below describe them: validated, defaults filled in. */
export type TelegramConfig = {
  readonly botToken: string
  /** `auto`: webhook where the platform can reach this server, polling otherwise. */
  readonly receive: 'auto' | 'webhook' | 'polling'
  readonly webhookSecret: string
  /** Take messages of groups and supergroups too. */
  readonly groups: boolean
  readonly linkPreviews: boolean
  /** Without a path's end slash, or with. */
  readonly apiBaseUrl: string
}

export const DEFAULT_API = 'https://api.telegram.org'

export const configFields: readonly ConfigField[] = [
  {
    key: 'botToken',
    label: 'Bot token',
    help: 'What @BotFather gave when the bot was made.',
    kind: 'secret',
    required: true,
    pattern: '[0-9]{1,20}:[A-Za-z0-9_-]{1,200}',
    patternHelp: 'A token has the form 123456789:AAE…, as @BotFather wrote it.',
    maxLength: 221,
  },
  {
    key: 'receive',
    label: 'Receive by',
    help: 'A webhook needs a public https address of this server; without one the bot is asked again and again.',
    kind: 'select',
    required: true,
    default: 'auto',
    options: [
      { value: 'auto', label: 'Whatever works here' },
      { value: 'webhook', label: 'Webhook' },
      { value: 'polling', label: 'Long polling' },
    ],
  },
  {
    key: 'webhookSecret',
    label: 'Webhook secret',
    help: 'Telegram shows it with every delivery; it is set there by itself.',
    kind: 'secret',
    required: true,
    generated: true,
    // Generated ones are 43 characters of base64url, which fit (Bot API, setWebhook).
    pattern: '[A-Za-z0-9_-]{1,256}',
    patternHelp: 'Up to 256 letters, digits, underscores and hyphens.',
    maxLength: 256,
  },
  {
    key: 'groups',
    label: 'Take messages of groups',
    help: 'Each group becomes one conversation that all of its members write in. Switch the bot’s privacy mode off to see all of them.',
    kind: 'boolean',
    required: false,
    default: false,
  },
  {
    key: 'linkPreviews',
    label: 'Show previews of links in answers',
    kind: 'boolean',
    required: false,
    default: false,
  },
  {
    key: 'apiBaseUrl',
    label: 'Bot API server',
    help: 'Only for a Bot API server of your own; its address must be allowed by OUTBOUND_ALLOW if it is inside your network.',
    kind: 'url',
    required: true,
    default: DEFAULT_API,
  },
]

export const setup: readonly SetupStep[] = [
  {
    text: 'Write /newbot to @BotFather in Telegram, choose a name, and paste the token it answers with.',
    link: { label: 'Open @BotFather', url: 'https://t.me/BotFather' },
  },
  {
    text: 'Nothing needs to be set for the webhook: it is set, and removed again, with this channel. A bot has one receiver only: end every other program that uses this token.',
  },
  {
    text: 'For groups: write /setprivacy to @BotFather and choose Disable, then add the bot to the group. With privacy on it sees commands and answers to itself only.',
  },
]

/** The bot's own user id: what stands before the colon of its token. */
export const botIdOf = ({ botToken }: TelegramConfig): string => botToken.split(':', 1)[0] ?? ''
