/**
 * What `npm run screenshots` runs: starts the built server over an empty folder, fills it as people would, and
 * photographs it for the README into web/screenshots.
 */
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { BrowserContextOptions, Page } from 'playwright-core'
import type { Seat, World } from '../e2e/journey/world.ts'
import { ask, DESK, openWorld, PHONE } from '../e2e/journey/world.ts'
import { STORIES, type Story } from './stories.ts'

const FOLDER = fileURLToPath(new URL('../../web/screenshots/', import.meta.url))
const HOUR_MS = 3_600_000

await mkdir(FOLDER, { recursive: true })
const world = await openWorld()
try {
  const owner = await world.setUp()
  const channelId = await invite(owner)
  for (const story of STORIES) await live(world, owner, story)
  const desk = await photographInbox(owner)
  await photographShop(world, desk)
  await owner.page.goto(`${world.url}/settings/channels/${channelId}`)
  await owner.page.getByRole('heading', { level: 1 }).waitFor()
  await shoot(owner.page, 'channel-settings')
} finally {
  await world.close()
}

async function invite(owner: Seat): Promise<string> {
  for (const [name, email] of [
    ['Amir Haddad', 'amir@example.com'],
    ['Linnea Berg', 'linnea@example.com'],
  ]) {
    await ask(owner, 'POST', '/agents', { name, email, role: 'agent' })
  }
  const { items } = await ask<{ items: { id: string }[] }>(owner, 'GET', '/channels')
  return items[0]?.id ?? ''
}

/** Lets one customer write, and the owner do what the story says. */
async function live({ url, seat }: World, owner: Seat, story: Story): Promise<void> {
  const visitor = await seat({ viewport: DESK })
  await writeAtShop(visitor.page, url, story)
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

async function writeAtShop(page: Page, url: string, { name, says }: Story): Promise<void> {
  await openChat(page, url)
  await page.evaluate((known) => {
    const { tributary } = globalThis as unknown as { tributary: (...given: unknown[]) => void }
    tributary('setUser', { name: known })
  }, name)
  const area = page.frameLocator('tributary-widget iframe').locator('textarea')
  await area.fill(says)
  await area.press('Enter')
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

/** @returns where the photographed conversation is */
async function photographInbox(owner: Seat): Promise<string> {
  await owner.page.reload()
  const row = owner.page.locator('[data-conversation]').filter({ hasText: 'Maya Lindqvist' }).first()
  await row.click()
  await owner.page.locator('article').first().waitFor()
  const path = new URL(owner.page.url()).pathname
  for (const scheme of ['light', 'dark'] as const) {
    await owner.page.emulateMedia({ colorScheme: scheme })
    await shoot(owner.page, `inbox-${scheme}`)
  }
  await owner.page.emulateMedia({ colorScheme: 'light' })
  await owner.page.setViewportSize(PHONE)
  await shoot(owner.page, 'inbox-phone')
  await owner.page.setViewportSize(DESK)
  return path
}

async function photographShop({ url, seat }: World, path: string): Promise<void> {
  const shots: readonly [string, BrowserContextOptions, string, string | undefined][] = [
    ['widget', { viewport: DESK }, 'Do you ship to Norway?', undefined],
    ['widget-phone-arabic', { viewport: PHONE, locale: 'ar' }, 'هل تشحنون إلى عمّان؟', 'ar'],
  ]
  for (const [name, options, words, locale] of shots) {
    const visitor = await seat(options)
    await openChat(visitor.page, url, locale)
    const frame = visitor.page.frameLocator('tributary-widget iframe')
    await frame.locator('textarea').fill(words)
    await frame.locator('textarea').press('Enter')
    await frame.getByText(words).first().waitFor()
    await shoot(visitor.page, name)
    await visitor.context.close()
  }
  process.stdout.write(`the inbox was photographed at ${path}\n`)
}

async function shoot(page: Page, name: string): Promise<void> {
  // Fonts and pictures have come, and what faded in has faded in.
  await page.waitForLoadState('load')
  await page.evaluate(() => document.fonts.ready.then(() => undefined))
  await page.waitForTimeout(900)
  await page.screenshot({ path: `${FOLDER}${name}.png`, animations: 'disabled', caret: 'hide' })
  process.stdout.write(`${name}.png\n`)
}
