import { describe, expect, it } from 'vitest'
import type { ConfigValues } from '../../src/contract/config-field.ts'
import { type JournaledRequest, verified } from '../../src/contract/raw-request.ts'
import { corpusFiles } from '../../test/harness/mail-corpus.ts'
import { parse } from './parse.ts'
import { telegram } from './telegram-connector.ts'
import { webhook } from './webhook.ts'

const SECRET = 'the-secret-of-this-channel'
const CONFIG = { botToken: '700:x', webhookSecret: SECRET, groups: false, receive: 'auto' }

const given = (body: Uint8Array) => ({
  method: 'POST',
  url: '/ingress/1',
  publicUrl: 'https://inbox.example/ingress/1',
  headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': SECRET },
  body,
  receivedAtMs: 1,
})

/** The file as it is and, where it holds a message, as the update that would bring it. */
function deliveries(name: string, bytes: Uint8Array): readonly Uint8Array[] {
  const content: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
  const wrapped = name.startsWith('message__')
    ? ['message', 'edited_message', 'channel_post'].map((kind) => ({ update_id: 7, [kind]: content }))
    : []
  // In a private chat, too: most of them stand in groups.
  const chat = { id: 1, type: 'private', first_name: 'Ada' }
  const isObject = typeof content === 'object' && content !== null
  const privately =
    name.startsWith('message__') && isObject
      ? [
          {
            update_id: 8,
            message: { message_id: 1, date: 1, from: { id: 1, is_bot: false }, ...content, chat },
          },
        ]
      : []
  return [bytes, ...[...wrapped, ...privately].map((one) => Buffer.from(JSON.stringify(one)))]
}

describe('real updates', () => {
  it('are all taken, and each becomes something that can be shown or is said to be unsupported', (context) => {
    const files = corpusFiles('telegram', context)
    expect(files.length).toBeGreaterThan(50)
    for (const { name, bytes } of files) {
      for (const body of deliveries(name, bytes)) {
        const answer = webhook.verify(given(body), CONFIG as never)
        if (!answer.ok) throw new Error(`${name} is refused: ${answer.code}`)
        expect(webhook.acknowledge(answer.request), name).toEqual({ status: 200 })
        for (const groups of ['yes', 'no']) {
          const request = verified({ ...answer.request, facts: { bot: '700', groups } } as JournaledRequest)
          const events = parse(request)
          expect(events.length, name).toBeGreaterThan(0)
          expect(JSON.stringify(parse(request)), name).toBe(JSON.stringify(events))
          for (const event of events) {
            if (event.type === 'unsupported') expect(event.what.split(' ').length, name).toBeGreaterThan(1)
            if (event.type === 'message') {
              const shown =
                event.text !== '' || event.attachments.length > 0 || (event.cards ?? []).length > 0
              expect(shown, name).toBe(true)
            }
          }
        }
      }
    }
  })

  it('of a kind that can be shown are shown in groups that the channel takes', (context) => {
    const kinds = [
      'contact',
      'document',
      'venue',
      'video-2',
      'video_note',
      'voice',
      'voice-2',
      'audio-2',
      'guest_bot',
    ]
    const wanted = new Set(kinds.map((kind) => `message__${kind}.json`))
    const files = corpusFiles('telegram', context).filter(({ name }) => wanted.has(name))
    expect(files).toHaveLength(kinds.length)
    for (const { name, bytes } of files) {
      const body = Buffer.from(`{"update_id":7,"message":${Buffer.from(bytes).toString('utf8')}}`)
      const facts = { bot: '700', groups: 'yes' }
      const [event] = parse(verified({ body, contentType: 'application/json', facts, receivedAtMs: 1 }))
      expect(event, name).toMatchObject({ type: 'message', threadKey: '1' })
    }
  })
})

/** Every copy of a value in which one member, however deep, is another thing. */
function* changed(value: unknown): Generator<unknown> {
  for (const other of [null, 0, -1.5, 1e300, '', 'x', true, [], [null], {}]) yield other
  if (typeof value !== 'object' || value === null) return
  for (const [key, member] of Object.entries(value)) {
    for (const other of changed(member)) {
      yield Array.isArray(value)
        ? value.map((one: unknown, index) => (String(index) === key ? other : one))
        : { ...value, [key]: other }
    }
  }
}

describe('real updates with a member that is something else', () => {
  it('are parsed all the same, by the same rules', (context) => {
    let tried = 0
    for (const { name, bytes } of corpusFiles('telegram', context)) {
      const content: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
      const update = name.startsWith('message__') ? { update_id: 7, message: content } : content
      for (const other of changed(update)) {
        tried += 1
        const body = Buffer.from(JSON.stringify(other))
        expect(() => webhook.verify(given(body), CONFIG as never)).not.toThrow()
        const facts = { bot: '700', groups: 'yes' }
        const events = parse(verified({ body, contentType: 'application/json', facts, receivedAtMs: 1 }))
        for (const event of events) {
          if (event.type !== 'message') continue
          expect(event.identity.externalId).not.toBe('')
          expect(event.externalId).toMatch(/^700:-?\d+:-?\d+$/)
        }
      }
    }
    expect(tried).toBeGreaterThan(5_000)
  })
})

it('is chosen by the settings, and by whether it can be reached', () => {
  const { inbound } = telegram
  if (inbound.kind !== 'either') throw new Error('it can be received in two ways')
  const ways = (['auto', 'webhook', 'polling'] as const).map((receive) =>
    [true, false].map((reachable) =>
      inbound.choose({ ...CONFIG, receive } as ConfigValues as never, { reachable }),
    ),
  )
  expect(ways).toEqual([
    ['webhook', 'session'],
    ['webhook', 'webhook'],
    ['session', 'session'],
  ])
  const by = (receive: 'auto' | 'webhook', port: number) =>
    inbound.choose({ ...CONFIG, receive } as ConfigValues as never, { reachable: true, port })
  expect([80, 88, 443, 8443].map((port) => by('auto', port))).toEqual(Array(4).fill('webhook'))
  // Telegram would refuse to call it, so it is asked instead.
  expect([by('auto', 3000), by('webhook', 3000)]).toEqual(['session', 'webhook'])
})
