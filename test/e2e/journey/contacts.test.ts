/** One person who wrote twice becomes one contact and two again, on the real server, while a colleague looks on. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ContactView, ConversationView, Page as PageOf } from '../../../src/domain/views.ts'
import { violations } from '../browser.ts'
import type { Customer, Seat, World } from './world.ts'
import { ask, openWorld } from './world.ts'

let world: World
let owner: Seat & { readonly snippet: string }
beforeAll(async () => {
  world = await openWorld()
  owner = await world.setUp()
})
afterAll(async () => {
  const complaints = world.complaints()
  await world.close()
  expect(complaints).toEqual([])
})

const NUMBER = '+49 (0)30 / 901 820'

async function customerWrites(says: string): Promise<Customer> {
  const customer = await world.customer(owner.snippet)
  await customer.command('open')
  await customer.write(says)
  await (await customer.frame()).locator('.tick.delivered').waitFor()
  return customer
}

async function contactOf(says: string, change: object): Promise<ContactView & { conversationId: string }> {
  const { items } = await ask<PageOf<ConversationView>>(owner, 'GET', '/conversations?view=all')
  const found = items.find(({ lastMessage }) => lastMessage?.preview === says)
  const contact = await ask<ContactView>(owner, 'GET', `/contacts/${found?.contact.id}`)
  const changed = await ask<ContactView>(owner, 'PATCH', `/contacts/${contact.id}`, {
    ...change,
    version: contact.version,
  })
  return { ...changed, conversationId: found?.id ?? '' }
}

test('a person who wrote twice is suggested, merged with a preview, followed live, and parted again', async () => {
  await customerWrites('Where is my order?')
  const second = await customerWrites('It is me again')
  await expect
    .poll(
      async () => (await ask<PageOf<ConversationView>>(owner, 'GET', '/conversations?view=all')).items.length,
    )
    .toBe(2)
  const ada = await contactOf('Where is my order?', { name: 'Ada', phones: [NUMBER] })
  const again = await contactOf('It is me again', {
    name: 'Ada L.',
    phones: ['0049 30 901820'],
    emails: ['ada@example.com'],
  })
  expect(again.phones).toEqual(ada.phones)

  // A colleague looks at the second one's conversation meanwhile.
  const { context } = owner
  const colleague = await context.newPage()
  await colleague.goto(`${world.url}/conversations/${again.conversationId}`)
  const panel = colleague.getByRole('complementary', { name: 'Contact', exact: true })
  await panel.getByRole('heading', { name: 'Ada L.', exact: true }).waitFor()

  const { page } = owner
  await page.goto(`${world.url}/conversations/${ada.conversationId}`)
  await page.getByRole('button', { name: 'Compare and merge with Ada L.' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('ada@example.com').waitFor()
  await dialog.getByText('1 conversation moves along').waitFor()
  expect(await violations(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Merge', exact: true }).click()
  await page.getByText('Ada L. is part of this contact now.').waitFor()

  // The colleague's screen follows by itself, and what the customer writes now belongs to the one contact.
  await panel.getByRole('heading', { name: 'Ada', exact: true }).waitFor()
  await second.write('And one more thing')
  await page.getByRole('link', { name: 'Everything of this contact' }).click()
  await page.waitForURL(`${world.url}/contacts/${ada.id}`)
  // The page itself is fetched; until then the conversation stands.
  await page.getByRole('log', { name: 'Messages' }).waitFor({ state: 'detached' })
  for (const said of ['Where is my order?', 'It is me again', 'And one more thing'])
    await page.getByText(said, { exact: true }).waitFor()
  expect(await violations(page)).toEqual([])

  await page.getByRole('button', { name: 'Undo the merge of Ada L.' }).click()
  await page.getByText('Ada L. is a contact again.').waitFor()
  await page.getByText('It is me again', { exact: true }).waitFor({ state: 'detached' })
  await panel.getByRole('heading', { name: 'Ada L.', exact: true }).waitFor()
  const back = await ask<ContactView>(owner, 'GET', `/contacts/${again.id}`)
  expect(back).toMatchObject({ id: again.id, name: 'Ada L.', emails: ['ada@example.com'] })
  const { items } = await ask<PageOf<ConversationView>>(owner, 'GET', `/contacts/${again.id}/conversations`)
  expect(items.map(({ id, lastMessage }) => [id, lastMessage?.preview])).toEqual([
    [again.conversationId, 'And one more thing'],
  ])
  await colleague.close()
})
