import type { ConfigField, ShowCondition } from '../../src/contract/config-field.ts'

/** `name@shop.example`: dot-atom and host names only, so that nothing needs quoting anywhere. */
const ADDRESS = "^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[a-z0-9-]+(\\.[a-z0-9-]+)+$"
const ADDRESS_HELP =
  'Write one address such as help@shop.example, in lower case; a domain with special letters in its xn-- form.'
/** A host name or an IP address. */
const HOST = '^[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$'
const HOST_HELP = 'Write a host such as mail.shop.example, without a port.'
const DOMAIN = '^[a-z0-9-]+(\\.[a-z0-9-]+)+$'
const PORT = { minimum: 1, maximum: 65_535 }

const OTHER: ShowCondition = { key: 'provider', equals: 'other' }
const PASSWORD: ShowCondition = { key: 'authentication', equals: 'password' }
const OAUTH: ShowCondition = { key: 'authentication', equals: 'oauth' }

const SECURITY = [
  { value: 'tls', label: 'TLS from the start' },
  { value: 'starttls', label: 'STARTTLS, and nothing without it' },
  { value: 'none', label: 'None: password and mail can be read on the way' },
]

const sender: readonly ConfigField[] = [
  {
    key: 'fromAddress',
    label: 'Address',
    help: 'Customers write to it, and answers come from it.',
    kind: 'text',
    required: true,
    pattern: ADDRESS,
    patternHelp: ADDRESS_HELP,
    maxLength: 254,
  },
  {
    key: 'fromName',
    label: 'Name',
    help: 'Stands beside the address in what customers get.',
    kind: 'text',
    required: false,
    default: '',
    maxLength: 100,
  },
]

const signIn: readonly ConfigField[] = [
  {
    key: 'provider',
    label: 'Provider',
    help: 'Gmail and Microsoft 365 bring their own hosts, ports and token endpoint.',
    kind: 'select',
    required: true,
    default: 'other',
    options: [
      { value: 'other', label: 'Any mail server' },
      { value: 'gmail', label: 'Gmail or Google Workspace' },
      { value: 'microsoft', label: 'Microsoft 365 or Outlook.com' },
    ],
  },
  {
    key: 'user',
    label: 'User name',
    help: 'For most servers the whole address.',
    kind: 'text',
    required: true,
    maxLength: 320,
  },
  {
    key: 'authentication',
    label: 'Sign in with',
    help: 'Gmail takes an app password or OAuth, Microsoft 365 only OAuth.',
    kind: 'select',
    required: true,
    default: 'password',
    options: [
      { value: 'password', label: 'A password' },
      { value: 'oauth', label: 'OAuth 2.0' },
    ],
  },
  {
    key: 'password',
    label: 'Password',
    help: 'With Gmail an app password, not that of the account.',
    kind: 'secret',
    required: true,
    showWhen: PASSWORD,
    maxLength: 1_000,
  },
  {
    key: 'oauthTokenEndpoint',
    label: 'Token endpoint',
    help: 'Where a refresh token is changed for an access token. Left empty for that of Gmail or Microsoft 365; an app of a single Microsoft tenant has its own.',
    kind: 'url',
    required: false,
    default: '',
    showWhen: OAUTH,
  },
  {
    key: 'oauthClientId',
    label: 'Client ID',
    help: 'Of the app registered with the provider.',
    kind: 'text',
    required: true,
    default: '',
    showWhen: OAUTH,
    maxLength: 300,
  },
  {
    key: 'oauthClientSecret',
    label: 'Client secret',
    help: 'Left empty for an app that has none.',
    kind: 'secret',
    required: false,
    showWhen: OAUTH,
    maxLength: 1_000,
  },
  {
    key: 'oauthRefreshToken',
    label: 'Refresh token',
    help: 'What the provider gave when the mailbox signed in once with this client.',
    kind: 'secret',
    required: true,
    showWhen: OAUTH,
    maxLength: 10_000,
  },
  {
    key: 'oauthScope',
    label: 'Scope',
    help: 'Sent along when a token is fetched. Left empty for that of Gmail or Microsoft 365, or where the server asks for none.',
    kind: 'text',
    required: false,
    default: '',
    showWhen: OAUTH,
  },
]

const receiving: readonly ConfigField[] = [
  {
    key: 'imapHost',
    label: 'IMAP server',
    kind: 'text',
    required: true,
    default: '',
    pattern: HOST,
    patternHelp: HOST_HELP,
    showWhen: OTHER,
    maxLength: 253,
  },
  {
    key: 'imapPort',
    label: 'IMAP port',
    help: '993 with TLS from the start, 143 with STARTTLS.',
    kind: 'number',
    required: false,
    default: 993,
    showWhen: OTHER,
    ...PORT,
  },
  {
    key: 'imapSecurity',
    label: 'IMAP encryption',
    kind: 'select',
    required: false,
    default: 'tls',
    options: SECURITY,
    showWhen: OTHER,
  },
  {
    key: 'folder',
    label: 'Folder',
    help: 'What arrives here becomes conversations. Nothing in it is changed, moved or marked as read.',
    kind: 'text',
    required: true,
    default: 'INBOX',
    maxLength: 500,
  },
  {
    key: 'importFrom',
    label: 'Begin with',
    help: 'Counts for the first connection.',
    kind: 'select',
    required: false,
    default: 'now',
    options: [
      { value: 'now', label: 'What comes from now on' },
      { value: 'days', label: 'The last days as well' },
    ],
  },
  {
    key: 'importDays',
    label: 'Days to look back',
    kind: 'number',
    required: false,
    default: 7,
    minimum: 1,
    maximum: 3_650,
    showWhen: { key: 'importFrom', equals: 'days' },
  },
]

const sending: readonly ConfigField[] = [
  {
    key: 'smtpHost',
    label: 'SMTP server',
    kind: 'text',
    required: true,
    default: '',
    pattern: HOST,
    patternHelp: HOST_HELP,
    showWhen: OTHER,
    maxLength: 253,
  },
  {
    key: 'smtpPort',
    label: 'SMTP port',
    help: '465 with TLS from the start, 587 with STARTTLS.',
    kind: 'number',
    required: false,
    default: 465,
    showWhen: OTHER,
    ...PORT,
  },
  {
    key: 'smtpSecurity',
    label: 'SMTP encryption',
    kind: 'select',
    required: false,
    default: 'tls',
    options: SECURITY,
    showWhen: OTHER,
  },
  {
    key: 'signature',
    label: 'Signature',
    help: 'Put below every answer; an agent may take it out of one.',
    kind: 'textarea',
    required: false,
    default: '',
    maxLength: 2_000,
  },
  {
    key: 'saveSent',
    label: 'Put a copy into the folder of sent mail',
    help: 'Switch it off where the server does so by itself; with Gmail and Microsoft 365, which do, it counts for nothing.',
    kind: 'boolean',
    required: false,
    default: true,
  },
]

const advanced: readonly ConfigField[] = [
  {
    key: 'aliases',
    label: 'Further addresses',
    help: 'One a line: addresses whose mail comes into this mailbox too. Never answered to, nor taken for a customer’s.',
    kind: 'list',
    required: false,
    default: [],
    pattern: ADDRESS,
    patternHelp: ADDRESS_HELP,
    maxLength: 254,
  },
  {
    key: 'plusAddressing',
    label: 'Answers come to help+…@shop.example',
    help: 'The surest way to know what an answer belongs to. Only where the server delivers such addresses to this mailbox: Gmail and Microsoft 365 do.',
    kind: 'boolean',
    required: false,
    default: false,
  },
  {
    key: 'sameSubjectDays',
    label: 'Days in which the same subject is the same conversation',
    help: 'Of one sender, where nothing else tells what a letter answers. 0: never.',
    kind: 'number',
    required: false,
    default: 7,
    minimum: 0,
    maximum: 365,
  },
  {
    key: 'wholeMegabytes',
    label: 'Megabytes up to which a letter is taken whole',
    help: 'The files of larger ones stay in the mailbox until somebody opens them.',
    kind: 'number',
    required: false,
    default: 10,
    minimum: 1,
    maximum: 13,
  },
  {
    key: 'authservIds',
    label: 'Servers whose verdict on a sender is believed',
    help: 'One a line: the name at the beginning of the Authentication-Results that your own server writes, such as mx.shop.example.',
    kind: 'list',
    required: false,
    default: [],
    pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$',
    patternHelp: 'Write a name such as mx.shop.example.',
    maxLength: 253,
  },
  {
    key: 'checkAuthentication',
    label: 'Check senders ourselves where no such server says',
    help: 'Looks up the DKIM and DMARC records of who wrote.',
    kind: 'boolean',
    required: false,
    default: true,
  },
  {
    key: 'dkimDomain',
    label: 'DKIM domain',
    help: 'Only where the server that sends does not sign itself. Left empty: not signed here.',
    kind: 'text',
    required: false,
    default: '',
    pattern: DOMAIN,
    patternHelp: 'Write a domain such as shop.example, in lower case.',
    maxLength: 253,
  },
  {
    key: 'dkimSelector',
    label: 'DKIM selector',
    help: 'The public key stands in the DNS under selector._domainkey.domain.',
    kind: 'text',
    required: false,
    default: '',
    pattern: '^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$',
    patternHelp: 'Write a name of letters, digits, dots and hyphens.',
    maxLength: 63,
  },
  {
    key: 'dkimPrivateKey',
    label: 'DKIM private key',
    help: 'RSA of at least 1024 bits, in PEM form; line breaks do not matter.',
    kind: 'secret',
    required: false,
    maxLength: 10_000,
  },
]

/** The settings of a mailbox, in the order in which a person fills them in; see EmailConfig. */
export const configFields: readonly ConfigField[] = [
  ...sender,
  ...signIn,
  ...receiving,
  ...sending,
  ...advanced,
]
