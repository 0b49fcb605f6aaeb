import type { Page } from 'playwright-core'
import { ask, type Seat, type World } from '../e2e/journey/world.ts'
import { startFakeTelegram } from '../fakes/telegram/fake-telegram.ts'
import { startFakeTwilio } from '../fakes/twilio/fake-twilio.ts'
import { channelSettings } from '../fakes/twilio/raw-requests.ts'
import { SAMPLE_CONTENTS } from '../fakes/twilio/sample-contents.ts'

const DAY_MS = 86_400_000
const NUMBER = '+12025550100'
const CUSTOMER = '+12025550177'

/** A customer on two messengers: what he says, the approved messages when time is over, and a channel's set-up. */
export async function photographMessengers(
  { url }: World,
  { page, ...owner }: Seat,
  shoot: (page: Page, name: string) => Promise<void>,
): Promise<void> {
  const seat = { page, ...owner }
  const whatsapp = await startFakeTwilio({ senders: [NUMBER], contents: SAMPLE_CONTENTS })
  const telegram = await startFakeTelegram()
  try {
    const add = (type: string, name: string, config: object) =>
      ask<{ id: string; webhookUrl?: string }>(seat, 'POST', '/channels', { type, name, config })
    const made = await add('whatsapp', 'WhatsApp', {
      ...channelSettings(NUMBER),
      apiBaseUrl: whatsapp.url,
      contentBaseUrl: whatsapp.url,
    })
    whatsapp.pointAt(made.webhookUrl ?? '')
    const bot = await add('telegram', 'Telegram', { botToken: telegram.token, apiBaseUrl: telegram.url })

    await page.goto(`${url}/?view=all`)
    const row = (words: string) => page.locator('[data-conversation]').filter({ hasText: words }).first()
    await whatsapp.writes(`whatsapp:${CUSTOMER}`, {
      text: 'Hello! Is order *4711* ready to be fetched?',
      profileName: 'Maja Lindqvist',
    })
    await row('4711').click()
    await page.getByLabel('Write a reply').fill('It is *ready*, come by until _18:00_.')
    await page.keyboard.press('Enter')
    await page.locator('article', { hasText: 'come by until' }).locator('[data-status=delivered]').waitFor()
    telegram.customer({ first_name: 'Jonas' }).says('Do you ship to Norway?')
    await row('Norway').waitFor()
    await whatsapp.writes(`whatsapp:${CUSTOMER}`, {
      location: { latitude: 59.3293, longitude: 18.0686, label: 'Harbour shop', address: 'Skeppsbron 10' },
      profileName: 'Maja Lindqvist',
    })
    await page.getByText('Harbour shop').first().waitFor()
    await shoot(page, 'messengers')

    await page.goto(`${url}/settings/channels/${bot.id}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await shoot(page, 'messenger-setup')

    await page.clock.install({ time: Date.now() + DAY_MS })
    await page.goto(`${url}/?view=all`)
    await row('Maja').click()
    await page.locator('li[role=option]').first().click()
    await shoot(page, 'messenger-templates')
  } finally {
    await Promise.all([whatsapp, telegram].map((fake) => fake.close()))
  }
}
