/** The built server and a bot: both ways in, both directions, and a server that dies in between. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fixtures } from '../../contract/fixtures/telegram.ts'
import { DOT } from '../../fakes/telegram/customers.ts'
import type { FakeTelegramOptions } from '../../fakes/telegram/fake-telegram.ts'
import { type BotOffice, openBotOffice, PATIENCE } from './bot-office.ts'

let office: BotOffice
beforeAll(async () => {
  office = await openBotOffice()
}, 60_000)
afterAll(() => office.close())

/** A bot of its own for each test: the server is the same. */
const open = async (options: FakeTelegramOptions = {}): Promise<BotOffice> => {
  await office.newBot(options)
  return office
}

const textsOf = async (channelId: string): Promise<readonly string[]> =>
  (await office.messages(channelId)).map(({ text }) => text)

describe.each(['polling', 'webhook'] as const)('a bot received by %s', (receive) => {
  it('takes what customers write, and sends what agents answer', async () => {
    const { fake } = await open()
    const channelId = await office.channel({ receive })
    const ada = fake.customer({ last_name: 'Lovelace' })
    const asked = ada.says('Where is my order?')
    await expect.poll(() => textsOf(channelId), PATIENCE).toEqual(['Where is my order?'])
    ada.edits(asked.messageId, 'Where is my parcel?')
    await expect.poll(() => textsOf(channelId), PATIENCE).toEqual(['Where is my parcel?'])
    ada.sendsPhoto(DOT, { caption: 'This one' })
    await expect.poll(() => textsOf(channelId), PATIENCE).toEqual(['Where is my parcel?', 'This one'])
    const [, picture] = await office.messages(channelId)
    await expect
      .poll(async () => (await office.file(picture?.attachments[0]))?.equals(DOT), PATIENCE)
      .toBe(true)
    await office.reply(channelId, 'It left <this> morning & comes today.')
    await expect
      .poll(() => ada.received().map(({ text }) => text), PATIENCE)
      .toEqual(['It left <this> morning & comes today.'])
    ada.blocks()
    await office.reply(channelId, 'Did it come?').catch(() => undefined)
    // Refused before it is sent where the block was heard of, and by the platform otherwise.
    await expect
      .poll(
        async () =>
          (await office.messages(channelId)).filter(
            ({ status }) => status === 'queued' || status === 'sending',
          ),
        PATIENCE,
      )
      .toEqual([])
    expect(ada.received()).toHaveLength(1)
    expect(fake.errors).toEqual([])
    expect(fake.webhook === undefined).toBe(receive === 'polling')
  })

  it('loses and doubles nothing when the server is killed', async () => {
    const { fake } = await open({ longestRetryMs: 200 })
    const channelId = await office.channel({ receive })
    const customers = [1, 2, 3].map(() => fake.customer())
    const said: string[] = []
    const say = (from: number): void => {
      for (let number = from; number < from + 10; number += 1) {
        for (const customer of customers) {
          said.push(`${customer.id} ${number}`)
          customer.says(`${customer.id} ${number}`)
        }
      }
    }
    say(0)
    await expect.poll(async () => (await textsOf(channelId)).length, PATIENCE).toBeGreaterThan(0)
    await office.server().kill()
    say(10)
    await office.restart()
    say(20)
    await expect.poll(async () => [...(await textsOf(channelId))].sort(), PATIENCE).toEqual([...said].sort())
    await expect.poll(() => fake.pending.length, PATIENCE).toBe(0)
  })
})

describe('the webhook of a channel', () => {
  it('carries albums, formatting and reactions to the inbox, and formatting back', async () => {
    const { fake } = await open()
    const channelId = await office.channel({ receive: 'webhook' })
    const ada = fake.customer()
    const [first, second] = ada.sendsAlbum([DOT, DOT, DOT], { caption: 'Three of them' })
    ada.reacts(second?.messageId ?? 0, '🎉')
    await expect
      .poll(async () => {
        const [album, ...more] = await office.messages(channelId)
        return [more.length, album?.attachments.length, album?.reactions?.map(({ emoji }) => emoji)]
      }, PATIENCE)
      .toEqual([0, 3, ['🎉']])
    const [album] = await office.messages(channelId)
    await office.reply(channelId, 'They are *fine* <3', { replyToId: album?.id })
    await expect
      .poll(
        () => ada.received().map(({ text, entities, replyTo }) => ({ text, entities, replyTo })),
        PATIENCE,
      )
      .toEqual([
        {
          text: 'They are fine <3',
          entities: [{ type: 'bold', offset: 9, length: 4 }],
          replyTo: first?.messageId,
        },
      ])
    expect(fake.errors).toEqual([])
  })

  it('answers in a topic what was asked in it', async () => {
    const { fake } = await open()
    const channelId = await office.channel({ receive: 'webhook', groups: true })
    const group = fake.group('Fans')
    const topics = ['Bills', 'Parcels'].map((name) => fake.topic(group, name))
    const ada = fake.customer()
    for (const topicId of [...topics, undefined]) {
      const place = topicId === undefined ? 'the group' : `topic ${topicId}`
      ada.says(`Asked in ${place}`, { chatId: group, ...(topicId === undefined ? {} : { topicId }) })
      await expect.poll(() => textsOf(channelId), PATIENCE).toContain(`Asked in ${place}`)
      // Each is a conversation of its own, and the last one stands first.
      await office.reply(channelId, `Answered in ${place}`)
    }
    await expect
      .poll(
        () =>
          fake
            .sent()
            .flatMap(({ method, text, topicId }) => (method === 'sendMessage' ? [[text, topicId]] : [])),
        PATIENCE,
      )
      .toEqual([
        [`Answered in topic ${topics[0]}`, topics[0]],
        [`Answered in topic ${topics[1]}`, topics[1]],
        ['Answered in the group', undefined],
      ])
    expect(fake.errors).toEqual([])
  })

  it('comes and goes with it, and a forged delivery changes nothing', async () => {
    const { fake } = await open()
    const channelId = await office.channel({ receive: 'webhook' })
    expect(fake.webhook?.url).toBe(`${office.server().url}/ingress/${channelId}`)
    const secret = fake.webhook?.secret ?? ''
    const forged = Object.entries(fixtures.forged({ webhookSecret: secret, botToken: fake.token }))
    // What HTTP itself strips, or cannot carry, is tried on the connector alone.
    const carried = forged.filter(([, { headers }]) => {
      const shown = headers['x-telegram-bot-api-secret-token']
      return shown === undefined || (shown.trim() !== secret && !shown.includes('\u0000'))
    })
    expect(carried.length).toBeGreaterThan(15)
    for (const [what, { headers, body, url }] of carried) {
      const address = `${fake.webhook?.url}${url.replace(/^[^?]*/, '')}`
      const answer = await fetch(address, { method: 'POST', headers, body: new Uint8Array(body) })
      // Far too long a header is refused before anybody looks at it.
      expect([401, 431], what).toContain(answer.status)
    }
    expect(await office.messages(channelId)).toEqual([])
    fake.customer().says('true')
    await expect.poll(() => textsOf(channelId), PATIENCE).toEqual(['true'])
    const before = fake.webhook?.secret
    const { body } = await office.call('GET', `/channels/${channelId}`)
    await office.call('POST', `/channels/${channelId}/secrets/webhookSecret/rotate`, {
      version: body['version'],
    })
    expect(fake.webhook?.secret).not.toBe(before)
    const { body: now } = await office.call('GET', `/channels/${channelId}`)
    await office.call('PATCH', `/channels/${channelId}`, { paused: true, version: now['version'] })
    expect(fake.webhook).toBeUndefined()
  })

  it('answers pressed buttons', async () => {
    const { fake } = await open()
    const channelId = await office.channel({ receive: 'webhook' })
    const id = fake.customer().presses(1, 'yes')
    await expect.poll(() => textsOf(channelId), PATIENCE).toEqual(['yes'])
    await expect.poll(() => fake.unansweredButtons.has(id), PATIENCE).toBe(false)
  })
})

describe('a channel that goes over to another bot', () => {
  it('hears the new one alone, and takes none of its messages for one of before', async () => {
    const { fake: former } = await open()
    const channelId = await office.channel({ receive: 'webhook' })
    const before = former.customer()
    before.says('to the first bot')
    await expect.poll(() => textsOf(channelId), PATIENCE).toEqual(['to the first bot'])
    const [old] = await office.messages(channelId)
    const { fake } = await open({ token: '700100201:AAanother-token_of-another-bot-000000' })
    const { body } = await office.call('GET', `/channels/${channelId}`)
    const config = { botToken: fake.token, apiBaseUrl: fake.url }
    await office.call('PATCH', `/channels/${channelId}`, { config, version: body['version'] })
    expect(fake.webhook?.url).toContain(channelId)
    // The same person: the chat and the number of his first message are the same, too.
    const after = fake.customer({ id: before.id })
    after.says('to the second bot')
    await expect.poll(() => textsOf(channelId), PATIENCE).toEqual(['to the first bot', 'to the second bot'])
    await office.reply(channelId, 'Here I am', { replyToId: old?.id })
    await expect
      .poll(() => after.received().map(({ text, replyTo }) => [text, replyTo]), PATIENCE)
      .toEqual([['Here I am', undefined]])
    expect(former.webhook).toBeUndefined()
    expect([...fake.errors, ...former.errors]).toEqual([])
  })
})
