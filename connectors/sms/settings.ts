import type { ConfigField } from '../../src/contract/config-field.ts'
import { type TwilioConfig, twilioFields } from '../shared/twilio/config.ts'

/** Settings of an SMS channel, as `configFields` validated them. */
export type SmsConfig = TwilioConfig & {
  /** Whether we set the number's address for incoming messages at Twilio. */
  readonly manageWebhook: boolean
}

/** The one description of the settings: form, validation, encryption, redaction and documentation come from it. */
export const configFields: readonly ConfigField[] = twilioFields({
  number: {
    key: 'number',
    label: 'Number',
    help: 'A number or short code of the account that can send text messages, such as +12025550123.',
    kind: 'text',
    required: true,
    default: '',
    pattern: '^(\\+[1-9][0-9]{6,14}|[0-9]{3,8})$',
    patternHelp: 'Write the number with + and the country, without spaces: +12025550123; or a short code.',
    maxLength: 16,
    showWhen: { key: 'sender', equals: 'number' },
  },
  messagesPerSecond: {
    default: 1,
    help: 'What carriers take: 1 from a number in the US, 3 from a toll-free number, 10 in most of Europe, 100 from a short code; of a service the sum of its numbers. More wait here for their turn.',
  },
  more: [
    {
      key: 'manageWebhook',
      label: 'Point the number here',
      help: 'Sets the number’s address for incoming messages at Twilio to this server, and takes it out again when the channel is paused or deleted.',
      kind: 'boolean',
      required: false,
      default: false,
      showWhen: { key: 'sender', equals: 'number' },
    },
  ],
})
