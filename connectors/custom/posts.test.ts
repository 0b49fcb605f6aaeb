import { describe, expect, it } from 'vitest'
import { MAX_INLINE_BYTES, MAX_TEXT_LENGTH, readPost } from './posts.ts'

const from = { id: 'customer-7' }
const message = { type: 'message', id: 'in-1', from, text: 'Hello' }

const faultIn = (body: unknown): string | undefined => {
  const read = readPost(typeof body === 'string' ? body : JSON.stringify(body))
  return read.ok ? undefined : read.fault.field
}

describe('a post', () => {
  it.each([
    ['the least of a message', message],
    ['a text at its limit', { ...message, text: 'a'.repeat(MAX_TEXT_LENGTH) }],
    ['a file at its limit', { ...message, attachments: [{ content: fileOf(MAX_INLINE_BYTES), name: 'a' }] }],
    ['a card without words', { ...message, text: '', cards: [{ kind: 'choice', label: 'Yes' }] }],
    ['an instant of another zone', { ...message, sentAt: '2026-11-23T13:00:00+01:00' }],
    ['a receipt', { type: 'status', messageId: 'x', status: 'sent' }],
    ['a deletion', { type: 'message-deleted', messageId: 'x' }],
    ['a reaction taken back', { type: 'reaction', messageId: 'x', from, emoji: '👍', removed: true }],
    ['a word of consent', { type: 'consent', from, optedOut: false }],
    ['a ping', { type: 'ping' }],
  ])('may be %s', (_, body) => {
    expect(faultIn(body)).toBeUndefined()
  })

  it.each([
    ['no JSON', 'Hello', ''],
    ['a list', [], ''],
    ['of no kind', {}, 'type'],
    ['of an unknown kind', { type: 'constructor' }, 'type'],
    ['of a kind that is no text', { type: ['message'] }, 'type'],
    ['without an id', { ...message, id: undefined }, 'id'],
    ['with a number for an id', { ...message, id: 7 }, 'id'],
    ['with an id too long', { ...message, id: 'x'.repeat(201) }, 'id'],
    ['from nobody', { ...message, from: undefined }, 'from'],
    ['from a text', { ...message, from: 'Ada' }, 'from'],
    ['from nobody with an id', { ...message, from: { name: 'Ada' } }, 'from.id'],
    ['with a phone of its own form', { ...message, from: { ...from, phone: '030 123' } }, 'from.phone'],
    ['with an operator for an id', { ...message, from: { id: { $ne: null } } }, 'from.id'],
    ['with a field that nobody knows', { ...message, isAdmin: true }, 'isAdmin'],
    ['with a field that nobody may set', '{"type":"ping","__proto__":{"a":1}}', '__proto__'],
    [
      'with attributes that are no texts',
      { ...message, from: { ...from, attributes: { a: 1 } } },
      'from.attributes.a',
    ],
    ['without anything to say', { ...message, text: ' \n' }, 'text'],
    ['with a text too long', { ...message, text: 'a'.repeat(MAX_TEXT_LENGTH + 1) }, 'text'],
    ['with a NUL', { ...message, text: 'a\u0000b' }, 'text'],
    ['with a time of day', { ...message, sentAt: '12:00' }, 'sentAt'],
    ['with a day that is none', { ...message, sentAt: '2026-13-40T12:00:00Z' }, 'sentAt'],
    ['with a file from nowhere', { ...message, attachments: [{ name: 'a' }] }, 'attachments.0.url'],
    [
      'with a file of this machine',
      { ...message, attachments: [{ url: 'file:///etc/passwd' }] },
      'attachments.0.url',
    ],
    [
      'with a file both ways',
      { ...message, attachments: [{ url: 'https://a.example', content: '', name: 'a' }] },
      'attachments.0.content',
    ],
    [
      'with a file too large',
      { ...message, attachments: [{ content: fileOf(MAX_INLINE_BYTES + 3), name: 'a' }] },
      'attachments.0.content',
    ],
    [
      'with a file that is no base64',
      { ...message, attachments: [{ content: 'a b', name: 'a' }] },
      'attachments.0.content',
    ],
    [
      'with a link that runs',
      { ...message, spans: [{ kind: 'link', offset: 0, length: 1, url: 'javascript:alert(1)' }] },
      'spans.0.url',
    ],
    [
      'with a link to nowhere',
      { ...message, spans: [{ kind: 'link', offset: 0, length: 1 }] },
      'spans.0.url',
    ],
    ['with an empty span', { ...message, spans: [{ kind: 'bold', offset: 0, length: 0 }] }, 'spans.0.length'],
    [
      'with a place off the earth',
      { ...message, cards: [{ kind: 'location', latitude: 91, longitude: 0 }] },
      'cards.0.latitude',
    ],
    ['with a card of no kind', { ...message, cards: [{}] }, 'cards.0.kind'],
    ['with a status of its own', { type: 'status', messageId: 'x', status: 'seen' }, 'status'],
    ['with a consent that is a word', { type: 'consent', from, optedOut: 'yes' }, 'optedOut'],
    ['with a body for a ping', { type: 'ping', text: 'Hi' }, 'text'],
  ])('may not be %s', (_, body, field) => {
    expect(faultIn(body)).toBe(field)
  })
})

function fileOf(bytes: number): string {
  return Buffer.alloc(bytes, 1).toString('base64')
}
