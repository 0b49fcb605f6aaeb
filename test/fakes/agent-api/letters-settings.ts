import type { CheckResult } from '../../../src/contract/check-result.ts'
import type { ConfigField } from '../../../src/contract/config-field.ts'

const OWN = { key: 'provider', equals: 'other' } as const
const field = (key: string, label: string, part: Partial<ConfigField> = {}): ConfigField => ({
  key,
  label,
  kind: 'text',
  required: true,
  ...part,
})
const choice = (...values: readonly string[]) => ({
  kind: 'select' as const,
  default: values[0] ?? '',
  options: values.map((value) => ({ value, label: value.charAt(0).toUpperCase() + value.slice(1) })),
})

const SERVER = (key: string, name: string, port: number): readonly ConfigField[] => [
  field(`${key}Host`, `${name} server`, { showWhen: OWN }),
  field(`${key}Port`, `${name} port`, { showWhen: OWN, kind: 'number', required: false, default: port }),
  field(`${key}Security`, `${name} encryption`, {
    ...choice('tls', 'starttls'),
    showWhen: OWN,
    required: false,
  }),
]

/** A kind of channel with as many settings as any has. */
export const LETTERS_KIND = {
  type: 'letters',
  displayName: 'Letters',
  summary: 'A mailbox of yours, in and out.',
  hasWidget: false,
  configFields: [
    field('provider', 'Provider', choice('other', 'large', 'larger')),
    field('fromAddress', 'Address', { help: 'Answers come from it.' }),
    field('fromName', 'Name beside it', { required: false, default: '' }),
    field('aliases', 'Further addresses', { kind: 'list', required: false }),
    field('user', 'User name', { help: 'For most servers the whole address.' }),
    field('authentication', 'Sign in with', choice('password', 'oauth')),
    field('password', 'Password', {
      kind: 'secret',
      showWhen: { key: 'authentication', equals: 'password' },
    }),
    field('clientId', 'Client ID', { showWhen: { key: 'authentication', equals: 'oauth' } }),
    field('refreshToken', 'Refresh token', {
      kind: 'secret',
      showWhen: { key: 'authentication', equals: 'oauth' },
    }),
    ...SERVER('in', 'Incoming', 993),
    ...SERVER('out', 'Outgoing', 465),
    field('folder', 'Folder', { default: 'INBOX' }),
    field('importFrom', 'Begin with', { ...choice('now', 'days'), required: false }),
    field('importDays', 'Days to look back', {
      kind: 'number',
      default: 7,
      required: false,
      showWhen: { key: 'importFrom', equals: 'days' },
    }),
    field('signature', 'Signature', { kind: 'textarea', required: false, help: 'Put below every answer.' }),
    field('saveSent', 'Keep a copy of what is sent', { kind: 'boolean', required: false, default: true }),
    field('authservIds', 'Servers whose verdicts are believed', { kind: 'list', required: false }),
  ],
} as const

/** What a test of the connection says where the password is wrong. */
export const LETTERS_CHECK: CheckResult = {
  ok: false,
  code: 'bad-credentials',
  detail: 'Receiving: the server does not take this user name and password.',
  field: 'password',
}
