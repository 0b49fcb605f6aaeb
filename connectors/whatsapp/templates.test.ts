import { describe, expect, it } from 'vitest'
import { SAMPLE_CONTENTS } from '../../test/fakes/twilio/sample-contents.ts'
import { refuseTemplate, templateOf } from './templates.ts'

const templates = SAMPLE_CONTENTS.map((content) =>
  templateOf({
    sid: content.sid,
    friendlyName: content.friendly_name,
    language: content.language,
    variables: content.variables,
    types: content.types,
    approvalRequests: content.approval_requests,
  }),
)
const [
  text,
  quickReply,
  callToAction,
  card,
  media,
  listPicker,
  rejected,
  pending,
  unsubmitted,
  paused,
  flow,
] = templates

describe('a template', () => {
  it('shows its text, its gaps in order and their examples', () => {
    expect(text).toEqual({
      id: SAMPLE_CONTENTS[0]?.sid,
      name: 'template_text',
      language: 'en',
      category: 'UTILITY',
      body: 'Hello {{1}}, your order {{2}} is on its way.',
      variables: [
        { key: '1', example: 'Ada' },
        { key: '2', example: 'A-17' },
      ],
      buttons: [],
      media: [],
    })
  })

  it('shows its buttons and files', () => {
    expect(quickReply).toMatchObject({ body: 'Shall we call you?', buttons: ['Yes', 'No'], variables: [] })
    expect(card).toMatchObject({
      body: 'New shoes\nFrom Monday on',
      media: ['https://shop.example/shoes.jpg'],
      buttons: ['Tell me more'],
    })
  })

  it('shows an address that has a gap, since it is to be filled', () => {
    expect(callToAction).toMatchObject({
      body: 'Your invoice is ready.\nOpen it: https://shop.example/{{1}}',
      buttons: ['Open it', 'Call us'],
      variables: [{ key: '1', example: 'invoices/17' }],
    })
    expect(media).toMatchObject({
      body: 'The map\nhttps://shop.example/{{map}}.png',
      variables: [{ key: 'map' }],
    })
  })

  it.each([
    [listPicker, /list/],
    [rejected, /rejected it\. Reason: Too pushy/],
    [pending, /not approved it yet/],
    [unsubmitted, /never handed in/],
    [paused, /paused/],
    [flow, /cannot begin a conversation/],
  ])('says why it cannot be sent (%#)', (template, words) => {
    expect(template?.unusable).toMatch(words)
  })

  it('can be sent otherwise', () => {
    for (const usable of [text, quickReply, callToAction, card, media])
      expect(usable?.unusable).toBeUndefined()
  })

  it.each([undefined, null, 7, 'x', [], [null], { whatsapp: 5 }])(
    'survives junk in place of facts: %j',
    (junk) => {
      const shape = { sid: 'HX1', friendlyName: 'x', language: 'en' }
      expect(templateOf({ ...shape, variables: junk, types: junk, approvalRequests: junk })).toBeUndefined()
      const types = { 'twilio/text': { body: 'Hi {{1}}', actions: junk, media: junk } }
      expect(templateOf({ ...shape, variables: junk, types, approvalRequests: junk })).toMatchObject({
        body: 'Hi {{1}}',
        variables: [{ key: '1' }],
      })
    },
  )
})

describe('a filled template', () => {
  it('is refused beyond 1,024 characters, and not at them', () => {
    expect(refuseTemplate({ text: 'a'.repeat(1_024), variables: {} })).toBeUndefined()
    expect(refuseTemplate({ text: 'a'.repeat(1_025), variables: {} })).toMatchObject({
      code: 'text-too-long',
    })
  })

  it.each(['', '  ', 'a\nb', 'a\tb', `a${' '.repeat(5)}b`])('is refused with %j in a gap', (value) => {
    expect(refuseTemplate({ text: 'x', variables: { 1: 'fine', 2: value } })).toMatchObject({
      code: 'template-variables',
      detail: expect.stringContaining('{{2}}') as string,
    })
  })
})
