import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { DESK, PHONE, violationsInBothSchemes } from '../browser.ts'
import { inboxPerTest } from './inbox-browser.ts'
import { MAJA } from './messengers-page.ts'

const open = inboxPerTest()

/** What of short messages there is to see: whose conversation on which channel, and what to do there. */
const VIEWS: readonly (readonly [
  contact: string,
  channel: string,
  show: (page: Page) => Promise<unknown>,
])[] = [
  [MAJA, 'Shop messages', (page) => page.getByText('Free answers until').waitFor()],
  [
    MAJA,
    'Shop messages',
    async (page) => {
      await page.getByRole('button', { name: /Answer by/ }).click()
      await page.getByRole('menuitem', { name: /Harbour bot/ }).waitFor()
    },
  ],
  ['Nils Ek', 'Shop messages', (page) => page.getByText('left for free answers').waitFor()],
  [
    'Rosa Lind',
    'Shop messages',
    async (page) => {
      await page.locator('li[role=option]').first().click()
      await page.getByLabel('Gap 1').fill('Rosa')
    },
  ],
  [
    'Rosa Lind',
    'Shop messages',
    async (page) => {
      await page.locator('li[role=option]', { hasText: 'follow_up' }).click()
      await page.getByRole('button', { name: 'Send approved message' }).click()
      await page.getByText('It is on its way').waitFor()
      await page.locator('article', { hasText: 'May we send it' }).getByLabel('Read').waitFor()
    },
  ],
  [
    MAJA,
    'Text line',
    async (page) => {
      await page.getByText('Asking the platform').waitFor()
      await page.getByText('does not work just now').waitFor()
      await page.getByLabel('Write a reply').fill('Until “six”')
      await page.getByText('Unicode because of').waitFor()
    },
  ],
  ['Otto Berg', 'Text line', (page) => page.getByText('to get no more messages here').waitFor()],
  [
    MAJA,
    'Harbour bot',
    async (page) => {
      await page.getByText('Open in a map').waitFor()
      const own = page.locator('article', { hasText: 'I will call him' })
      await own.hover()
      await own.getByRole('button', { name: 'More about this message' }).click()
      await page.getByRole('menuitem', { name: 'Delete' }).waitFor()
    },
  ],
  [
    MAJA,
    'Harbour bot',
    async (page) => {
      await page.getByText('Open in a map').waitFor()
      await page.locator('[role=log]').evaluate((thread) => thread.scrollBy(0, -480))
      await page.getByText('Fjord 38').waitFor()
    },
  ],
]

it.each([
  ['desk', DESK],
  ['phone', PHONE],
] as const)(
  'axe finds nothing on channels of short messages, in light and in dark, on the %s',
  async (_, viewport) => {
    const { page, server } = await open({ viewport, messengers: true })
    const { channels, conversations } = server.state
    const found: string[] = []
    const look = async (where: string) => {
      found.push(...(await violationsInBothSchemes(page)).map((line) => `${where}: ${line}`))
    }
    for (const [contact, name, show] of VIEWS) {
      const channel = channels.find((one) => one.name === name)
      const conversation = [...conversations.values()].find(
        (one) => one.channelId === channel?.id && one.contact.name === contact,
      )
      await page.goto(`/conversations/${conversation?.id}`)
      await show(page)
      await look(`${contact} on ${name}`)
    }
    for (const name of ['Shop messages', 'Text line']) {
      await page.goto('/write')
      // The first one filters the list beside the page.
      await page.getByLabel('Channel', { exact: true }).nth(1).selectOption({ label: name })
      await page.getByText('A number with its country').waitFor()
      await look(`writing first by ${name}`)
    }
    await page.goto(`/settings/channels/${channels.find(({ name }) => name === 'Shop messages')?.id}`)
    await page.getByText('Enter this address').waitFor()
    await look('set-up')
    await page.getByRole('button', { name: 'Delete channel' }).click()
    await page.getByRole('dialog').getByRole('textbox').fill('Shop messages')
    await look('deleting')
    await page.getByRole('button', { name: 'Delete for good' }).click()
    await page.getByRole('heading', { name: 'Deleted channels' }).waitFor()
    await look('deleted')
    expect(found).toEqual([])
  },
)
