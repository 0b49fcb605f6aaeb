import type { ConfigField } from '../../src/contract/config-field.ts'

/** Longest text of one message, in UTF-16 units; the same for visitors and agents. */
export const MAX_TEXT_LENGTH = 10_000
export const MAX_ATTACHMENTS = 10
export const MAX_ATTACHMENT_BYTES = 25 * 1024 * 1024

/** Brand colour of a channel whose owner chose none. */
const DEFAULT_COLOR = '#0e7490'

/** Settings of a web chat channel, as `configFields` validated them. */
export type WebChatConfig = {
  readonly title: string
  readonly greeting: string
  readonly offlineText: string
  readonly color: string
  readonly position: 'left' | 'right'
  readonly colorScheme: 'light' | 'dark' | 'auto'
  readonly locale: string
  readonly preChat: boolean
  readonly attachments: boolean
  readonly emoji: boolean
  /** A channel's id; empty = none. */
  readonly continueChannel: string
  readonly continueAfterMinutes: number
  readonly allowedDomains: readonly string[]
  readonly requireIdentity: boolean
  readonly identitySecret: string
  readonly visitorSecret: string
}

/** The one description of the settings: form, validation, encryption, redaction and documentation come from it. */
export const configFields: readonly ConfigField[] = [
  {
    key: 'title',
    label: 'Title',
    help: 'Stands at the top of the chat. Left empty: a title in the visitor’s language.',
    kind: 'text',
    required: false,
    default: '',
    maxLength: 60,
  },
  {
    key: 'greeting',
    label: 'Greeting',
    help: 'The first thing a visitor reads. Left empty: a greeting in the visitor’s language.',
    kind: 'textarea',
    required: false,
    default: '',
    maxLength: 500,
  },
  {
    key: 'offlineText',
    label: 'Text while nobody is available',
    help: 'Left empty: a text in the visitor’s language.',
    kind: 'textarea',
    required: false,
    default: '',
    maxLength: 500,
  },
  {
    key: 'color',
    label: 'Colour',
    help: 'Of the launcher, the head and the visitor’s own messages; the text on it turns light or dark by itself.',
    kind: 'color',
    required: false,
    default: DEFAULT_COLOR,
    pattern: '^#[0-9a-fA-F]{6}$',
    patternHelp: 'Write the colour as #rrggbb.',
    maxLength: 7,
  },
  {
    key: 'position',
    label: 'Position',
    kind: 'select',
    required: false,
    default: 'right',
    options: [
      { value: 'right', label: 'Bottom right' },
      { value: 'left', label: 'Bottom left' },
    ],
  },
  {
    key: 'colorScheme',
    label: 'Appearance',
    kind: 'select',
    required: false,
    default: 'auto',
    options: [
      { value: 'auto', label: 'As the visitor’s device' },
      { value: 'light', label: 'Light' },
      { value: 'dark', label: 'Dark' },
    ],
  },
  {
    key: 'locale',
    label: 'Language',
    help: 'The page can choose another one with setLocale.',
    kind: 'select',
    required: false,
    default: 'auto',
    options: [
      { value: 'auto', label: 'As the visitor’s browser' },
      { value: 'en', label: 'English' },
      { value: 'de', label: 'Deutsch' },
      { value: 'fr', label: 'Français' },
      { value: 'es', label: 'Español' },
      { value: 'sv', label: 'Svenska' },
      { value: 'ar', label: 'العربية' },
    ],
  },
  {
    key: 'preChat',
    label: 'Ask for name and email first',
    help: 'What a visitor writes there is a claim; only a signed identity counts as proven.',
    kind: 'boolean',
    required: false,
    default: false,
  },
  {
    key: 'attachments',
    label: 'Visitors may send files',
    kind: 'boolean',
    required: false,
    default: true,
  },
  { key: 'emoji', label: 'Emoji picker', kind: 'boolean', required: false, default: true },
  {
    key: 'continueChannel',
    label: 'Send answers on by',
    help: 'A visitor who left an address and is away gets the answers not yet seen as a letter of this channel; what is written back comes into the same conversation.',
    kind: 'channel',
    required: false,
    default: '',
  },
  {
    key: 'continueAfterMinutes',
    label: 'Send answers on after, in minutes',
    help: 'Counted from the last answer, so that several go in one letter.',
    kind: 'number',
    required: false,
    default: 5,
    minimum: 1,
    maximum: 1_440,
  },
  {
    key: 'allowedDomains',
    label: 'Allowed domains',
    help: 'One a line: example.com, *.example.com for its subdomains, localhost:8080 with a port, localhost:* for any. Empty: any site may show the widget.',
    kind: 'list',
    required: false,
    default: [],
    pattern: '^(\\*\\.)?[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*(:([0-9]{1,5}|\\*))?$',
    patternHelp:
      'Write a host such as example.com, *.example.com or localhost:8080, without https:// and without a path; a name with special letters in its xn-- form.',
    maxLength: 253,
  },
  {
    key: 'requireIdentity',
    label: 'Only visitors whose identity the site has signed',
    help: 'Without it anybody may write, and stays anonymous until the site proves who it is.',
    kind: 'boolean',
    required: false,
    default: false,
  },
  {
    key: 'identitySecret',
    label: 'Identity secret',
    help: 'Your server signs who is signed in: hex HMAC-SHA256 of the user’s id, or an HS256 JWT. Never put it in a page.',
    kind: 'secret',
    required: true,
    generated: true,
    maxLength: 200,
  },
  {
    key: 'visitorSecret',
    label: 'Session secret',
    help: 'Signs visitors’ sessions. A new one ends them all: anonymous visitors lose sight of their history.',
    kind: 'secret',
    required: true,
    generated: true,
    maxLength: 200,
  },
]
