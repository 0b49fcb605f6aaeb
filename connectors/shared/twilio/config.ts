import type { ConfigField } from '../../../src/contract/config-field.ts'
import type { PaceLimit } from '../../../src/domain/capabilities.ts'

/** Settings that every channel over Twilio has, as `configFields` validated them. */
export type TwilioConfig = {
  readonly accountSid: string
  readonly authToken: string
  /** What messages go out from: one number, or a messaging service that chooses one. */
  readonly sender: 'number' | 'service'
  /** As people write it, without the prefix of a channel; empty with a service. */
  readonly number: string
  /** Empty with a number. */
  readonly messagingServiceSid: string
  readonly messagesPerSecond: number
  /** Without a slash at the end. */
  readonly apiBaseUrl: string
}

/** The pace of the settings, in whole messages and whole milliseconds. */
export const paceOf = ({ messagesPerSecond }: TwilioConfig): PaceLimit =>
  Number.isInteger(messagesPerSecond)
    ? { messages: messagesPerSecond, perMs: 1_000 }
    : { messages: 1, perMs: Math.ceil(1_000 / messagesPerSecond) }

const ACCOUNT: readonly ConfigField[] = [
  {
    key: 'accountSid',
    label: 'Account SID',
    help: 'From the first page of the Twilio console; starts with AC.',
    kind: 'text',
    required: true,
    pattern: '^AC[0-9a-fA-F]{32}$',
    patternHelp: 'An account SID is AC and 32 digits or letters from a to f.',
    maxLength: 34,
  },
  {
    key: 'authToken',
    label: 'Auth token',
    help: 'Stands beside the account SID. It signs what Twilio sends here, so an API key cannot take its place.',
    kind: 'secret',
    required: true,
    maxLength: 200,
  },
  {
    key: 'sender',
    label: 'Send from',
    help: 'A messaging service chooses one of its numbers for each customer, and is one channel here.',
    kind: 'select',
    required: true,
    default: 'number',
    options: [
      { value: 'number', label: 'One number' },
      { value: 'service', label: 'A messaging service' },
    ],
  },
]

const SERVICE: ConfigField = {
  key: 'messagingServiceSid',
  label: 'Messaging service SID',
  help: 'From the page of the service in the Twilio console; starts with MG.',
  kind: 'text',
  required: true,
  default: '',
  pattern: '^MG[0-9a-fA-F]{32}$',
  patternHelp: 'The SID of a messaging service is MG and 32 digits or letters from a to f.',
  maxLength: 34,
  showWhen: { key: 'sender', equals: 'service' },
}

/**
 * The fields all channels over Twilio share, around those of the channel itself.
 * @param own what differs: the number, and how many messages a second Twilio takes from it
 */
export function twilioFields(own: {
  readonly number: ConfigField
  readonly messagesPerSecond: { readonly default: number; readonly help: string }
  readonly more?: readonly ConfigField[]
}): readonly ConfigField[] {
  const { number, messagesPerSecond, more = [] } = own
  return [
    ...ACCOUNT,
    number,
    SERVICE,
    {
      key: 'messagesPerSecond',
      label: 'Messages per second',
      help: messagesPerSecond.help,
      kind: 'number',
      required: false,
      default: messagesPerSecond.default,
      minimum: 0.1,
      maximum: 1_000,
    },
    ...more,
    {
      key: 'apiBaseUrl',
      label: 'API address',
      help: 'Only for an account in another region, such as https://api.dublin.ie1.twilio.com.',
      kind: 'url',
      required: false,
      default: 'https://api.twilio.com',
      maxLength: 300,
    },
  ]
}
