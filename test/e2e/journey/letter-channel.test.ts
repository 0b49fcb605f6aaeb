import type { Locator } from 'playwright-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { PASSWORD } from '../../harness/dovecot.ts'
import { violations } from '../browser.ts'
import { eventually } from '../eventually.ts'
import { letters, openPostOffice, type PostOffice, SUPPORT, written } from './post-office.ts'

let office: PostOffice
beforeEach(async () => {
  office = await openPostOffice()
})
afterEach(async () => {
  const complaints = office.world.complaints()
  await office.close()
  expect(complaints).toEqual([])
})

const isOnScreen = (what: Locator): Promise<boolean> =>
  what.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect()
    return top >= 0 && bottom <= innerHeight
  })

test('an administrator connects a mailbox, is told what is wrong where it is wrong, and mail comes', async () => {
  const { page } = await office.world.setUp()
  await page.goto(`${office.world.url}/settings/channels/new`)
  await page.getByRole('button', { name: /^Email/ }).click()
  const field = (name: string) => page.getByRole('textbox', { name, exact: true })
  await field('Name of the channel').fill('Support mail')
  await field('Address').fill('Support')
  await field('User name').fill('support')
  await page.getByLabel(/^Password/).fill('wrong horse')
  await field('IMAP server').fill('127.0.0.1')
  await field('SMTP server').fill('127.0.0.1')
  await page.getByText('More settings').click()
  for (const [protocol, port] of [
    ['IMAP', office.mailboxes.port],
    ['SMTP', office.relay.port],
  ] as const) {
    await field(`${protocol} port`).fill(String(port))
    await page.getByRole('combobox', { name: `${protocol} encryption` }).selectOption('none')
  }
  await page.getByRole('switch', { name: 'Check senders ourselves' }).uncheck()
  await page.getByRole('button', { name: 'Create channel' }).click()
  await page.getByText('Write one address such as help@shop.example').waitFor()
  await field('Address').fill(SUPPORT)
  await page.getByRole('button', { name: 'Create channel' }).click()

  // The wrong password: tested at once, and said in words that name the field, where one looks.
  await page.getByRole('heading', { name: 'Support mail' }).waitFor()
  const result = page.getByRole('status').filter({ hasText: 'connection' })
  const failure = result.getByText('The connection does not work')
  await failure.waitFor()
  await eventually(() => isOnScreen(failure)).toBe(true)
  expect(await result.innerText()).toContain('Look at “Password”.')
  expect(await violations(page)).toEqual([])

  await page.getByLabel(/^Password/).fill(PASSWORD)
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Working', { exact: true }).waitFor()
  // What is saved is tested anew.
  await result.getByText('The connection works').waitFor()
  expect(await result.innerText()).toContain('Sending: 127.0.0.1 is ready to send for support.')

  await page.goto(`${office.world.url}/?view=all`)
  await page.getByLabel('Search conversations').first().waitFor()
  await office.arrives(
    await written({ from: 'Ada Holm <ada@fjord.test>', subject: 'Are you there?', text: 'Hello!' }),
  )
  await page.locator('[data-conversation]').filter({ hasText: 'Ada Holm' }).click()
  await letters(page).getByText('Hello!').waitFor()
})
