import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Role } from '../../../src/domain/permissions.ts'
import { violations } from '../browser.ts'
import type { Seat, World } from './world.ts'
import { ask, openWorld } from './world.ts'

let world: World
let chief: Seat & { readonly snippet: string }
beforeAll(async () => {
  world = await openWorld()
  chief = await world.setUp()
})
afterAll(async () => {
  const complaints = world.complaints()
  await world.close()
  // Given at the moment in which it is read elsewhere, a conversation is given over what was read: once more.
  expect(complaints.filter((line) => !/status of 409 .*\/assignment\)$/.test(line))).toEqual([])
})

const row = ({ page }: Seat, said: string) => page.locator('[data-conversation]').filter({ hasText: said })
const step = (page: Page, number: number) => page.locator(`[data-step="${number}"]`)
const saved = (page: Page) => page.getByText('Saved', { exact: true }).first().waitFor()

async function customerWrites(says: string): Promise<void> {
  const customer = await world.customer(chief.snippet)
  await customer.command('open')
  await customer.write(says)
  await (await customer.frame()).locator('.tick.delivered').waitFor()
}

/** Answers the one who sits there, with what is assigned to him on the screen. */
async function invite(
  name: string,
  email: string,
  role: Role = 'agent',
): Promise<Seat & { readonly id: string }> {
  const { inviteLink, agent } = await ask<{ inviteLink: string; agent: { id: string } }>(
    chief,
    'POST',
    '/agents',
    { name, email, role },
  )
  const seat = await world.seat()
  await seat.page.goto(inviteLink)
  await seat.page.getByLabel('Your name').fill(name)
  await seat.page.getByLabel('Choose a password').first().fill('correct horse battery')
  await seat.page.getByRole('button', { name: 'Join' }).click()
  await seat.page.waitForURL(`${world.url}/`)
  await seat.page.goto(`${world.url}/?view=mine`)
  return { ...seat, id: agent.id }
}

/** Two steps as cards: whoever served the customer before, then the two agents in turn. */
async function writeRules({ page }: Seat): Promise<void> {
  await page.goto(`${world.url}/settings/channels`)
  await page.locator('a[href^="/settings/channels/"]').last().click()
  await page.getByRole('radio', { name: 'Round robin, online only' }).click()
  await step(page, 1).getByRole('radio', { name: 'Only these' }).click()
  await step(page, 1).getByText('The step names no agent and no team.').waitFor()
  for (const name of ['Ana Lindqvist', 'Ben Okafor']) {
    await step(page, 1).getByRole('combobox', { name: 'Agents' }).click()
    await page.getByRole('option', { name }).click()
    await page.keyboard.press('Escape')
  }
  await page.getByRole('button', { name: 'Add a step' }).click()
  await step(page, 2).getByLabel('Give it to').selectOption('last-agent')
  await step(page, 2)
    .getByRole('button', { name: /^Move step 2:/ })
    .focus()
  await page.keyboard.press('ArrowUp')
  await page.getByText('Step 2 is now step 1 of 2.').waitFor({ state: 'attached' })
  await page.getByLabel('When the owner goes offline').selectOption('re-route')
}

/** One conversation is on record, and who was there when it came. */
async function tryOnThePast({ page }: Seat): Promise<void> {
  await page.getByRole('button', { name: 'Run' }).click()
  await page.getByText(/^1 conversation, /).waitFor()
  await page.getByRole('row', { name: /Assigned 1 1/ }).waitFor()
  await page
    .getByText('Olga Owner: today’s rules 1, edited rules 0', { exact: true })
    .waitFor({ state: 'attached' })
  await page.getByRole('button', { name: 'Save distribution' }).click()
  await saved(page)
}

test('rules are written, tried on the past and saved; work moves on when somebody leaves, and all see why', async () => {
  const ana = await invite('Ana Lindqvist', 'ana@example.com')
  const ben = await invite('Ben Okafor', 'ben@example.com')
  await customerWrites('Do you repair old clocks?')
  await row(chief, 'Do you repair old clocks?').waitFor()

  // Only now, for before she might have got it herself.
  const sue = await invite('Sue Marsh', 'sue@example.com', 'supervisor')
  await writeRules(sue)
  await tryOnThePast(sue)
  await sue.page.goto(`${world.url}/settings/agents/${ben.id}`)
  await sue.page.getByRole('radio', { name: 'Own limits' }).click()
  await sue.page.getByLabel('All together').fill('2')
  await sue.page.getByRole('button', { name: 'Save', exact: true }).click()
  await saved(sue.page)

  // In turn, each on the screen of whoever got it.
  await customerWrites('The first one asks.')
  await row(ana, 'The first one asks.').waitFor()
  await customerWrites('The second one asks.')
  await row(ben, 'The second one asks.').waitFor()
  await customerWrites('The third one asks.')
  await row(ana, 'The third one asks.').waitFor()

  await sue.page.goto(`${world.url}/queue`)
  await sue.page.getByText('Nobody waits').waitFor()

  await sue.page.goto(`${world.url}/settings/routing`)
  // Short, yet longer than a busy machine takes to bring a device back; not before Ana has all that she is to lose.
  await sue.page.getByLabel('Unit of: Grace period').selectOption('seconds')
  await sue.page.getByLabel('Grace period', { exact: true }).fill('3')
  await sue.page.getByRole('button', { name: 'Save', exact: true }).click()
  await saved(sue.page)
  await sue.page.goto(`${world.url}/queue`)
  await sue.page.getByText('Nobody waits').waitFor()

  // Ana leaves: what she had goes to Ben up to his limit, and the rest waits.
  await ana.page.getByRole('button', { name: /Ana Lindqvist|account/i }).click()
  await ana.page.getByRole('menuitem', { name: /Offline/ }).click()
  await row(ben, 'The first one asks.').waitFor()
  await row(ana, 'The first one asks.').waitFor({ state: 'detached' })
  await row(ana, 'The third one asks.').waitFor({ state: 'detached' })

  // Ben reads why it is his.
  await row(ben, 'The first one asks.').click()
  await ben.page.getByRole('button', { name: 'Why this assignment?' }).click()
  await ben.page.getByText(/^Assigned to Ben Okafor/).waitFor()
  await ben.page.getByRole('row', { name: /Ana Lindqvist 2 offline since/ }).waitFor()
  expect(await violations(ben.page)).toEqual([])

  // The one that waits stands in the queue by itself, with the reason, and is given by one click.
  const waiting = sue.page.locator('[data-waiting]').filter({ hasText: 'The third one asks.' })
  await waiting.waitFor()
  await waiting.getByText(/Ana Lindqvist \(offline since .*Ben Okafor \(2 of 2\)/).waitFor()
  expect(await violations(sue.page)).toEqual([])
  const seen = await world.seat()
  await seen.context.addCookies(await sue.context.cookies())
  await seen.page.goto(`${world.url}/?view=unassigned`)
  await row(seen, 'The third one asks.').click()
  await seen.page.getByRole('button', { name: 'Why nobody yet?' }).click()
  await seen.page.getByRole('row', { name: /Ben Okafor 2 2 of 2/ }).waitFor()

  await waiting.getByRole('button', { name: /^Assign/ }).click()
  await sue.page.getByRole('menuitem', { name: /Ben Okafor/ }).click()
  await sue.page.getByText('Above the limit').waitFor()
  await sue.page.getByText('Nobody waits').waitFor()
  await row(ben, 'The third one asks.').waitFor()
})
