/** Templates of each kind and state, in the shape of Twilio's Content API. */
import type { FakeContent } from './state.ts'

const sid = (number: number): string => `HX${number.toString(16).padStart(32, '0')}`

const approval = (kind: string, status: string, more: Readonly<Record<string, unknown>> = {}) => ({
  name: `template_${kind.split('/')[1]?.replace('-', '_')}`,
  category: 'UTILITY',
  content_type: kind,
  status,
  rejection_reason: '',
  allow_category_change: true,
  type: 'whatsapp',
  flows: null,
  ...more,
})

const content = (
  number: number,
  kind: string,
  shape: Readonly<Record<string, unknown>>,
  change: Partial<FakeContent> = {},
): FakeContent => ({
  sid: sid(number),
  friendly_name: `friendly_${number}`,
  language: 'en',
  variables: {},
  types: { [kind]: shape },
  approval_requests: approval(kind, 'approved'),
  ...change,
})

export const SAMPLE_CONTENTS: readonly FakeContent[] = [
  content(
    1,
    'twilio/text',
    { body: 'Hello {{1}}, your order {{2}} is on its way.' },
    { variables: { 1: 'Ada', 2: 'A-17' } },
  ),
  content(2, 'twilio/quick-reply', {
    body: 'Shall we call you?',
    actions: [
      { title: 'Yes', id: 'yes' },
      { title: 'No', id: 'no' },
    ],
  }),
  content(
    3,
    'twilio/call-to-action',
    {
      body: 'Your invoice is ready.',
      actions: [
        { type: 'URL', title: 'Open it', url: 'https://shop.example/{{1}}' },
        { type: 'PHONE_NUMBER', title: 'Call us', phone: '+12025550123' },
      ],
    },
    { variables: { 1: 'invoices/17' } },
  ),
  content(4, 'twilio/card', {
    title: 'New shoes',
    subtitle: 'From Monday on',
    media: ['https://shop.example/shoes.jpg'],
    actions: [{ type: 'QUICK_REPLY', title: 'Tell me more', id: 'more' }],
  }),
  content(5, 'twilio/media', { body: 'The map', media: ['https://shop.example/{{map}}.png'] }),
  content(6, 'twilio/list-picker', {
    body: 'Which day?',
    button: 'Choose',
    items: [{ item: 'Monday', id: 'mon' }],
  }),
  content(
    7,
    'twilio/text',
    { body: 'Buy now!' },
    { approval_requests: approval('twilio/text', 'rejected', { rejection_reason: 'Too pushy' }) },
  ),
  content(
    8,
    'twilio/text',
    { body: 'Still waiting' },
    { approval_requests: approval('twilio/text', 'pending') },
  ),
  content(9, 'twilio/text', { body: 'Never handed in' }, { approval_requests: {} }),
  content(
    10,
    'twilio/text',
    { body: 'Unwanted' },
    { approval_requests: { whatsapp: approval('twilio/text', 'paused') } },
  ),
  content(11, 'twilio/flows', { body: 'A form' }),
]
