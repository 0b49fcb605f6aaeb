/** Chats with topics: what is answered in one stays in it. */
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ConnectorError } from '../../src/contract/connector-error.ts'
import { verified } from '../../src/contract/raw-request.ts'
import { DOT } from '../../test/fakes/telegram/customers.ts'
import { type FakeTelegram, startFakeTelegram } from '../../test/fakes/telegram/fake-telegram.ts'
import { botConfig, createBotBench, outgoing } from '../../test/harness/bot-context.ts'
import { parse } from './parse.ts'
import { telegram } from './telegram-connector.ts'

let fake: FakeTelegram
let group: number
beforeEach(async () => {
  fake = await startFakeTelegram()
  group = fake.group('Fans')
})
afterEach(() => fake.close())

const ctx = () => createBotBench(botConfig(fake, { groups: true })).ctx
const into = (threadKey: string) => ({ to: { identityExternalId: '1001', threadKey } })
const codeOf = (sending: Promise<unknown>): Promise<string | undefined> =>
  sending.then(
    () => undefined,
    (error: unknown) => (error instanceof ConnectorError ? error.facts.code : String(error)),
  )

describe('an answer in a topic', () => {
  it('goes into that topic, be it a text, a file or typing', async () => {
    const [bills, parcels] = [fake.topic(group, 'Bills'), fake.topic(group, 'Parcels')]
    const ada = fake.customer()
    const asked = ada.says('Where is it?', { chatId: group, topicId: parcels })
    const to = into(`${group}:${parcels}`)
    const replyToExternalId = `${fake.botId}:${group}:${asked.messageId}`
    await telegram.send(outgoing(group, 'On its way', { ...to, replyToExternalId }), ctx())
    const attachments = [
      {
        id: 'a'.repeat(24),
        name: 'dot.png',
        contentType: 'image/png',
        sizeBytes: DOT.byteLength,
        open: async () => Readable.from([DOT]),
        publicUrl: () => 'https://inbox.example/files/1',
      },
    ]
    await telegram.send(outgoing(group, 'Its label', { ...to, attachments }), ctx())
    await telegram.sendTyping?.(to.to, ctx())
    await telegram.send(outgoing(group, 'To everybody', into(String(group))), ctx())
    await telegram.send(outgoing(group, 'Your bill', into(`${group}:${bills}`)), ctx())
    const sent = fake.sent().filter(({ method }) => method !== 'customer')
    expect(sent.map(({ text, topicId, replyTo }) => [text, topicId, replyTo])).toEqual([
      ['On its way', parcels, asked.messageId],
      ['Its label', parcels, undefined],
      ['To everybody', undefined, undefined],
      ['Your bill', bills, undefined],
    ])
    expect(fake.log.filter(({ kind }) => kind === 'typing')).toMatchObject([{ topicId: parcels }])
  })

  it('fails with words where the topic is closed or gone, and never goes elsewhere', async () => {
    const topic = fake.topic(group, 'Bills')
    fake.closeTopic(group, topic)
    expect(await codeOf(telegram.send(outgoing(group, 'x', into(`${group}:${topic}`)), ctx()))).toBe(
      'not-permitted',
    )
    expect(await codeOf(telegram.send(outgoing(group, 'x', into(`${group}:${topic + 90}`)), ctx()))).toBe(
      'topic-gone',
    )
    expect(fake.sent().filter(({ method }) => method !== 'customer')).toEqual([])
  })

  it('keeps the pace of its chat', () => {
    expect(telegram.placeOf?.('-1001:7')).toBe('-1001')
    expect(telegram.placeOf?.('-1001')).toBe('-1001')
    expect(telegram.placeOf?.('1001')).toBe('1001')
  })
})

it('a button is pressed in the topic that its message stands in', () => {
  const from = { id: 11, is_bot: false, first_name: 'Ada' }
  const message = {
    message_id: 3,
    chat: { id: group, type: 'supergroup' },
    message_thread_id: 2,
    is_topic_message: true,
  }
  const body = Buffer.from(
    JSON.stringify({ update_id: 1, callback_query: { id: '99', from, data: 'y', message } }),
  )
  const facts = { bot: '700', groups: 'yes' }
  expect(parse(verified({ body, contentType: 'application/json', facts, receivedAtMs: 1 }))).toMatchObject([
    { threadKey: `${group}:2` },
  ])
})
