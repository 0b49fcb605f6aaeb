/**
 * What `npm run screenshots` runs: starts the built server over an empty folder, fills it as people would, and
 * photographs it for the README into web/screenshots.
 */
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { DESK, PHONE } from '../e2e/browser.ts'
import { openPostOffice } from '../e2e/journey/post-office.ts'
import type { Seat, World } from '../e2e/journey/world.ts'
import { ask } from '../e2e/journey/world.ts'
import { photographLetters } from './letters.ts'
import { photographMessengers } from './messengers.ts'
import { photographRouter } from './router.ts'
import { SHOTS, STORIES, type Story } from './stories.ts'

const FOLDER = fileURLToPath(new URL('../../web/screenshots/', import.meta.url))
const HOUR_MS = 3_600_000

await mkdir(FOLDER, { recursive: true })
const office = await openPostOffice()
const { world } = office
try {
  const owner = await world.setUp()
  const colleague = await invite(world, owner)
  const { items } = await ask<{ items: { id: string }[] }>(owner, 'GET', '/channels')
  const channelId = items[0]?.id ?? ''
  await owner.page.goto(`${world.url}/?view=all`)
  const photo = await pictureOfProduct(world)
  for (const story of STORIES) await live(world, owner, story, photo)
  await photographInbox(owner, colleague)
  await photographShop(world, owner)
  await owner.page.goto(`${world.url}/settings/channels/${channelId}`)
  await owner.page.getByRole('heading', { level: 1 }).waitFor()
  await shoot(owner.page, 'channel-settings')
  await photographRouter({
    world,
    owner,
    channelId,
    live: (story) => live(world, owner, story, photo),
    shoot,
  })
  await photographLetters({ office, owner, photo, shoot })
  await photographMessengers(world, owner, shoot)
} finally {
  await office.close()
}

/** Asks two colleagues in. @returns the one who comes at once and stays */
async function invite({ url, seat }: World, owner: Seat): Promise<Seat> {
  await ask(owner, 'POST', '/agents', { name: 'Amir Haddad', email: 'amir@example.com', role: 'agent' })
  const { inviteLink } = await ask<{ inviteLink: string }>(owner, 'POST', '/agents', {
    name: 'Linnea Berg',
    email: 'linnea@example.com',
    role: 'agent',
  })
  const colleague = await seat()
  await colleague.page.goto(inviteLink)
  await colleague.page.getByLabel('Your name').fill('Linnea Berg')
  await colleague.page.getByLabel('Choose a password').first().fill('correct horse battery')
  await colleague.page.getByRole('button', { name: 'Join' }).click()
  await colleague.page.waitForURL(`${url}/`)
  return colleague
}

/** What a customer's telephone would see of the vase. */
async function pictureOfProduct({ url, seat }: World): Promise<Buffer> {
  const { page, context } = await seat()
  await page.goto(`${url}/demo`)
  const photo = await page.locator('figure').screenshot()
  await context.close()
  return photo
}

/** Lets one customer write, and the owner do what the story says. */
async function live({ url, seat }: World, owner: Seat, story: Story, photo: Buffer): Promise<void> {
  const visitor = await seat({ viewport: DESK })
  await writeAtShop(visitor.page, url, story, photo)
  const row = owner.page.locator('[data-conversation]').filter({ hasText: story.says.slice(0, 24) })
  await row.first().waitFor()
  const id = (await row.first().getAttribute('data-conversation')) ?? ''
  for (const [index, reply] of (story.replies ?? []).entries()) {
    await ask(owner, 'POST', `/conversations/${id}/messages`, {
      clientMessageId: `${id}-${index}`,
      text: reply,
      attachmentIds: [],
    })
  }
  if (story.note !== undefined) {
    await ask(owner, 'POST', `/conversations/${id}/notes`, { clientMessageId: `${id}-n`, text: story.note })
  }
  if (story.status !== undefined) {
    const { version } = await ask<{ version: number }>(owner, 'GET', `/conversations/${id}`)
    await ask(owner, 'PATCH', `/conversations/${id}`, {
      version,
      status: story.status,
      ...(story.status === 'snoozed' && {
        snoozedUntil: new Date(Date.now() + 20 * HOUR_MS).toISOString(),
      }),
    })
  }
  await visitor.context.close()
}

async function writeAtShop(page: Page, url: string, story: Story, photo: Buffer): Promise<void> {
  await openChat(page, url)
  await page.evaluate((known) => {
    const { tributary } = globalThis as unknown as { tributary: (...given: unknown[]) => void }
    tributary('setUser', { name: known })
  }, story.name)
  const frame = page.frameLocator('tributary-widget iframe')
  if (story.picture) {
    await frame
      .locator('input[type=file]')
      .setInputFiles({ name: 'tall-vase.png', mimeType: 'image/png', buffer: photo })
  }
  await frame.locator('textarea').fill(story.says)
  await frame.locator('.send[aria-disabled=false]').waitFor()
  await frame.locator('textarea').press('Enter')
  await frame.locator('.tick.delivered').waitFor()
}

async function openChat(page: Page, url: string, locale?: string): Promise<void> {
  await page.goto(`${url}/demo`)
  await page.locator('tributary-widget').waitFor({ state: 'attached' })
  await page.evaluate((wanted) => {
    const { tributary } = globalThis as unknown as { tributary: (...given: string[]) => void }
    if (wanted) tributary('setLocale', wanted)
    tributary('open')
  }, locale)
  await page.frameLocator('tributary-widget iframe').locator('textarea').waitFor()
}

async function photographInbox(owner: Seat, colleague: Seat): Promise<void> {
  const { page } = owner
  await page.reload()
  await page.locator('[data-conversation]').filter({ hasText: 'Maya Lindqvist' }).first().click()
  await page.locator('article img').first().waitFor()
  await colleague.page.goto(page.url())
  await page.getByText('Linnea Berg').first().waitFor({ state: 'attached' })
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme })
    await shoot(page, `inbox-${scheme}`)
  }
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize(PHONE)
  await shoot(page, 'inbox-phone')
  await page.setViewportSize(DESK)
}

async function photographShop({ url, seat }: World, owner: Seat): Promise<void> {
  await owner.page.goto(`${url}/?view=all`)
  for (const { name, phone, asks, answer, locale } of SHOTS) {
    const visitor = await seat({ viewport: phone ? PHONE : DESK, ...(locale && { locale }) })
    await openChat(visitor.page, url, locale)
    const frame = visitor.page.frameLocator('tributary-widget iframe')
    await frame.locator('textarea').fill(asks)
    await frame.locator('textarea').press('Enter')
    const row = owner.page.locator('[data-conversation]').filter({ hasText: asks })
    await row.waitFor()
    const id = await row.getAttribute('data-conversation')
    await ask(owner, 'POST', `/conversations/${id}/messages`, {
      clientMessageId: `answer-${name}`,
      text: answer,
      attachmentIds: [],
    })
    await frame.getByText(answer).waitFor()
    await shoot(visitor.page, name)
    await visitor.context.close()
  }
}

async function shoot(page: Page, name: string): Promise<void> {
  // Fonts and pictures have come, and what faded in has faded in.
  await page.waitForLoadState('load')
  await page.evaluate(() => document.fonts.ready.then(() => undefined))
  await page.waitForTimeout(900)
  await page.screenshot({ path: `${FOLDER}${name}.png`, animations: 'disabled', caret: 'hide' })
  process.stdout.write(`${name}.png\n`)
}
