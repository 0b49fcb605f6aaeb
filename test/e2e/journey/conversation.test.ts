import { afterEach, beforeEach, expect, test } from 'vitest'
import { DESK, PHONE } from '../browser.ts'
import { eventually } from '../eventually.ts'
import { picture } from '../picture.ts'
import type { World } from './world.ts'
import { ask, openWorld } from './world.ts'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(async () => {
  const complaints = world.complaints()
  await world.close()
  expect(complaints).toEqual([])
})

interface Journey {
  readonly name: string
  readonly customer: { readonly width: number; readonly height: number }
  readonly agent: { readonly width: number; readonly height: number }
  readonly locale: string
  readonly direction: string
  readonly says: { readonly first: string; readonly again: string }
}

const ENGLISH = { first: 'Is this vase in stock?', again: 'One more thing!' }
const JOURNEYS: readonly Journey[] = [
  { name: 'at desks', customer: DESK, agent: DESK, locale: 'en', direction: 'ltr', says: ENGLISH },
  {
    name: 'on phones on both sides',
    customer: PHONE,
    agent: PHONE,
    locale: 'en',
    direction: 'ltr',
    says: ENGLISH,
  },
  {
    name: 'in Arabic, on a customer’s phone',
    customer: PHONE,
    agent: DESK,
    locale: 'ar',
    direction: 'rtl',
    says: { first: 'هل هذه المزهرية متوفرة؟', again: 'سؤال آخر من فضلك' },
  },
]

test.each(JOURNEYS)('a question is asked, answered, resolved and asked again $name', async (journey) => {
  const { says } = journey
  const agent = await world.setUp({ viewport: journey.agent })
  await agent.page.getByLabel('Search conversations').first().waitFor()

  const customer = await world.customer(agent.snippet, { viewport: journey.customer, locale: journey.locale })
  await customer.command('setLocale', journey.locale)
  await customer.command('open')
  const frame = await customer.frame()
  await frame.locator(`html[dir=${journey.direction}][lang=${journey.locale}]`).waitFor()
  await frame
    .locator('input[type=file]')
    .setInputFiles({ name: 'vase.png', mimeType: 'image/png', buffer: picture() })
  await frame.locator('textarea').fill(says.first)
  await frame.locator('.send[aria-disabled=false]').waitFor()
  await frame.locator('textarea').press('Enter')

  // The agent has not touched his page: it comes by itself, and it is his.
  const row = agent.page.locator('[data-conversation]')
  await row.filter({ hasText: says.first }).waitFor()
  const mine = async () =>
    (await ask<{ items: { assigneeId: string; status: string }[] }>(agent, 'GET', '/conversations?view=mine'))
      .items
  await eventually(mine).toMatchObject([{ status: 'open', assigneeId: expect.any(String) }])
  await row.click()
  const thread = agent.page.locator('article')
  await thread.filter({ hasText: says.first }).waitFor()
  await thread.locator('img').first().waitFor()
  expect(await thread.locator('img').first().evaluate(pictureIsDrawn)).toBe(true)

  // He answers while the customer looks elsewhere: delivered; once she looks: read.
  await customer.command('close')
  await agent.page.getByRole('textbox', { name: 'Write a reply' }).fill('Yes, three are left.')
  await agent.page.keyboard.press('Enter')
  const tick = thread.filter({ hasText: 'Yes, three are left.' }).locator('[data-status]')
  await agent.page.locator('article [data-status=delivered]').waitFor()
  await customer.command('open')
  await frame.getByText('Yes, three are left.').waitFor()
  await agent.page.locator('article [data-status=read]').waitFor()
  expect(await tick.count()).toBe(1)

  await agent.page.getByRole('button', { name: 'Resolve' }).click()
  await agent.page.getByRole('button', { name: 'Reopen' }).waitFor()
  await customer.write(says.again)
  await thread.filter({ hasText: says.again }).waitFor()
  await agent.page.getByRole('button', { name: 'Resolve' }).waitFor()
  // It opens first; the router gives it back to him right after, in a run of its own.
  await eventually(mine).toMatchObject([{ status: 'open' }])
})

const pictureIsDrawn = (image: Element): Promise<boolean> =>
  (image as HTMLImageElement).decode().then(() => (image as HTMLImageElement).naturalWidth > 0)
