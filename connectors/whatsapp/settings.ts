import type { ConfigField } from '../../src/contract/config-field.ts'
import { type TwilioConfig, twilioFields } from '../shared/twilio/config.ts'

/** Settings of a WhatsApp channel, as `configFields` validated them. */
export type WhatsAppConfig = TwilioConfig & {
  /** Where templates are kept. */
  readonly contentBaseUrl: string
}

/** The one description of the settings: form, validation, encryption, redaction and documentation come from it. */
export const configFields: readonly ConfigField[] = twilioFields({
  number: {
    key: 'number',
    label: 'WhatsApp number',
    help: 'The sender as WhatsApp shows it, such as +14155238886; set up under Messaging, Senders.',
    kind: 'text',
    required: true,
    default: '',
    pattern: '^\\+[1-9][0-9]{6,14}$',
    patternHelp: 'Write the number with + and the country, without spaces: +14155238886.',
    maxLength: 16,
    showWhen: { key: 'sender', equals: 'number' },
  },
  messagesPerSecond: {
    default: 80,
    help: 'What WhatsApp takes of this sender: 80 for most, up to 1,000 for large ones. More wait here for their turn.',
  },
  more: [
    {
      key: 'contentBaseUrl',
      label: 'Address of templates',
      help: 'Only for tests and special networks.',
      kind: 'url',
      required: false,
      default: 'https://content.twilio.com',
      maxLength: 300,
    },
  ],
})
