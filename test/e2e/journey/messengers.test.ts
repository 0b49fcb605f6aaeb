/** One agent answers customers of four platforms from one screen; the platforms are fakes, all else is real. */
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type FakeSlack, startFakeSlack } from '../../fakes/slack/server.ts'
import { type FakeTelegram, startFakeTelegram } from '../../fakes/telegram/fake-telegram.ts'
import { type FakeTwilio, startFakeTwilio } from '../../fakes/twilio/fake-twilio.ts'
import { channelSettings } from '../../fakes/twilio/raw-requests.ts'
import { SAMPLE_CONTENTS } from '../../fakes/twilio/sample-contents.ts'
import { eventually } from '../eventually.ts'
import { ask, openWorld, type Seat, type World } from './world.ts'

const DAY_MS = 86_400_000
const NUMBER = '+12025550100'
const CUSTOMER = '+12025550177'

let world: World
let owner: Seat
let whatsapp: FakeTwilio
let sms: FakeTwilio
let telegram: FakeTelegram
let slack: FakeSlack
/** What the platform of the reply window takes for the present. */
let laterMs = 0

beforeAll(async () => {
  whatsapp = await startFakeTwilio({
    senders: [NUMBER],
    contents: SAMPLE_CONTENTS,
    replyWindow: 'api',
    now: () => Date.now() + laterMs,
  })
  sms = await startFakeTwilio({ numbers: [NUMBER] })
  telegram = await startFakeTelegram()
  slack = await startFakeSlack()
  world = await openWorld({ env: { OUTBOUND_ALLOW: '127.0.0.1' } })
  owner = await world.setUp()
})
afterAll(async () => {
  await world.close()
  await Promise.all([whatsapp, sms, telegram, slack].map((fake) => fake.close()))
})

async function addChannel(type: string, name: string, config: object): Promise<string> {
  const made = await ask<{ webhookUrl?: string }>(owner, 'POST', '/channels', {
    type,
    name,
    config,
  })
  return made.webhookUrl ?? ''
}

const row = (words: string): Locator =>
  owner.page.locator('[data-conversation]').filter({ hasText: words }).first()
const bubble = (words: string): Locator => owner.page.locator('article', { hasText: words })
const composer = (): Locator => owner.page.getByRole('textbox', { name: 'Write a reply' })

async function answer(asked: string, words: string): Promise<void> {
  await row(asked).click()
  await bubble(asked).waitFor()
  await composer().fill(words)
  await owner.page.keyboard.press('Enter')
}

it('one agent answers customers of four platforms from one screen', async () => {
  const { page } = owner
  whatsapp.pointAt(
    await addChannel('whatsapp', 'Shop WhatsApp', {
      ...channelSettings(NUMBER),
      apiBaseUrl: whatsapp.url,
      contentBaseUrl: whatsapp.url,
    }),
  )
  sms.pointAt(await addChannel('sms', 'Text line', { ...channelSettings(NUMBER), apiBaseUrl: sms.url }))
  await addChannel('telegram', 'Harbour bot', { botToken: telegram.token, apiBaseUrl: telegram.url })
  await addChannel('slack', 'Partners', { ...slack.settings, receive: 'socket' })
  slack.sendTo({ kind: 'sockets' })
  await eventually(() => slack.sockets.open.size).toBeGreaterThan(0)

  await page.goto(`${world.url}/?view=all`)
  await page.getByLabel('Search conversations').first().waitFor()
  const eva = telegram.customer({ first_name: 'Eva' })
  const ben = slack.addUser('Ben')
  await whatsapp.writes(`whatsapp:${CUSTOMER}`, 'Is my *order* ready?')
  await sms.writes('+12025550188', 'Do you open today?')
  eva.says('Which bag keeps dry?')
  await slack.tell(slack.says(ben, 'Is the paddle back?').events)

  await answer('order ready?', 'It is *ready*, come by.')
  // Formatting came as marks, is shown as elements, and leaves as marks.
  await eventually(() => bubble('Is my order ready?').locator('strong').textContent()).toBe('order')
  await bubble('It is ready, come by.').locator('strong').waitFor()
  await eventually(() => whatsapp.sent().map(({ body }) => body)).toEqual(['It is *ready*, come by.'])
  await bubble('It is ready, come by.').locator('[data-status=delivered]').waitFor()

  await row('Do you open today?').click()
  await composer().fill('Until six')
  await page.getByText('1 segment · 151 left').waitFor()
  await page.keyboard.press('Enter')
  await eventually(() => sms.sent().map(({ body }) => body)).toEqual(['Until six'])

  await answer('Which bag keeps dry?', 'The *Fjord* does.')
  await eventually(() => eva.received().map(({ text }) => text)).toEqual(['The Fjord does.'])

  await answer('Is the paddle back?', 'Since yesterday.')
  await eventually(() => slack.workspace.directOf(ben).messages.map(({ text }) => text)).toEqual([
    'Is the paddle back?',
    'Since yesterday.',
  ])
})

it('when the time for free answers is over, an approved message goes out in their place', async () => {
  const { page } = owner
  await row('It is ready, come by.').click()
  await page.getByText(/Free answers until/).waitFor()
  // The platform counts a day more than we do, and refuses.
  laterMs = DAY_MS
  await composer().fill('One more thing')
  await page.keyboard.press('Enter')
  const refused = bubble('One more thing')
  await refused.getByText('An approved message may still go out').waitFor()
  await refused.getByRole('button', { name: 'Choose an approved message' }).click()
  await page.locator('li[role=option]', { hasText: 'Hello {{1}}' }).click()
  await page.getByLabel('Gap 1').fill('Maja')
  await page.getByLabel('Gap 2').fill('A-17')
  await page.getByRole('button', { name: 'Send approved message' }).click()
  const read = 'Hello Maja, your order A-17 is on its way.'
  await bubble(read).locator('[data-status=delivered]').waitFor()
  expect(whatsapp.sent().at(-1)).toMatchObject({ body: read, contentSid: expect.any(String) })

  // On the screen it closes by itself, too.
  await page.clock.install({ time: Date.now() + DAY_MS })
  await page.reload()
  await page.getByText('only an approved message may go out now').waitFor()
  expect(await composer().count()).toBe(0)
  expect(world.complaints()).toEqual([])
})
