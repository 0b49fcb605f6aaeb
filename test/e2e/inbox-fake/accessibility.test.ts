import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { DESK, PHONE, violationsInBothSchemes } from '../browser.ts'
import { inboxPerTest } from './inbox-browser.ts'

const open = inboxPerTest()

const PAGES = [
  ['/settings/channels', 'Channels'],
  ['/settings/agents', 'Agents'],
  ['/settings/profile', 'Your profile'],
  ['/settings/quarantine', 'Quarantine'],
  ['/settings/channels/new', 'Which kind of channel?'],
  ['/settings/routing', 'Routing'],
  ['/settings/teams', 'Teams'],
  ['/settings/categories', 'Categories'],
  ['/settings/skills', 'Skills'],
  ['/queue', 'Queue'],
] as const

/** Opens something over the page, looks at it, and closes it again. */
const OVERLAYS: readonly (readonly [name: string, open: (page: Page) => Promise<void>])[] = [
  ['assign', (page) => page.keyboard.press('a').then(() => page.getByRole('listbox').waitFor())],
  [
    'snooze',
    (page) =>
      page
        .getByRole('button', { name: 'Snooze' })
        .click()
        .then(() => page.getByRole('menu').waitFor()),
  ],
  [
    'actions',
    (page) =>
      page
        .getByRole('button', { name: 'More actions' })
        .click()
        .then(() => page.getByRole('menu').waitFor()),
  ],
  ['help', (page) => page.keyboard.press('?').then(() => page.getByRole('dialog').waitFor())],
  ['palette', (page) => page.keyboard.press('Control+k').then(() => page.getByRole('dialog').waitFor())],
]

/** Beside the thread where there is room for it, else in a drawer. */
async function showWhy(page: Page): Promise<void> {
  const why = page.getByRole('button', { name: /^Why/ })
  if (!(await why.isVisible())) await page.getByRole('button', { name: 'Contact details' }).click()
  await why.click()
  await page.getByRole('columnheader', { name: 'Result' }).waitFor()
}

/** Looks at the page again and again, and keeps what axe finds in light and in dark. */
function axeOn(page: Page) {
  const found: string[] = []
  return {
    found,
    look: async (where: string): Promise<void> => {
      found.push(...(await violationsInBothSchemes(page)).map((line) => `${where}: ${line}`))
    },
  }
}

describe.each([
  ['desk', DESK],
  ['phone', PHONE],
] as const)('axe finds nothing on a %s, in light and in dark,', (_size, viewport) => {
  it('on the inbox', async () => {
    const { page } = await open({ viewport })
    const { found, look } = axeOn(page)
    await look('list')
    await page.locator('[data-conversation]').first().click()
    await page.getByText('may or may not have arrived').waitFor()
    await look('thread')
    for (const [name, show] of OVERLAYS) {
      await page.locator('#main').focus()
      await show(page)
      await look(name)
      await page.keyboard.press('Escape')
      await page
        .locator('[role="menu"], [role="dialog"], [role="listbox"]')
        .first()
        .waitFor({ state: 'detached' })
    }
    await showWhy(page)
    await look('why')
    expect(found).toEqual([])
  })

  it('on the queue and the settings', async () => {
    const { page, server } = await open({ viewport })
    const { found, look } = axeOn(page)
    for (const [address, heading] of PAGES) {
      await page.goto(address)
      await page.getByRole('heading', { name: heading, exact: true }).waitFor()
      await page.locator('[class*="skeleton"]').first().waitFor({ state: 'detached' })
      await look(address)
    }
    await page.goto(`/settings/channels/${server.state.channels[0]?.id}`)
    await page.getByRole('heading', { name: 'Settings' }).waitFor()
    await page.getByRole('radio', { name: 'Team only' }).click()
    await page.getByText('Choose a team.').waitFor()
    await look('channel')
    await page.getByRole('radio', { name: 'Least open' }).click()
    await page.getByRole('button', { name: 'Run' }).click()
    await page.getByText('Conversations for each agent').waitFor()
    await look('dry run')
    const [team] = server.state.teams
    await page.goto(`/settings/teams/${team?.id}`)
    await page.getByRole('heading', { name: team?.name ?? '' }).waitFor()
    await page.getByText('Exact times').click()
    await look('team')
    await page.goto(`/settings/categories/${server.state.categories[1]?.id}`)
    await page.getByRole('heading', { name: 'Distribution' }).waitFor()
    await look('category')
    await page.goto(`/settings/agents/${server.state.agents[2]?.id}`)
    await page.getByRole('heading', { name: 'Working hours' }).waitFor()
    await look('agent')
    expect(found).toEqual([])
  })
})

it('axe finds nothing on the pages before the inbox, in light and in dark', async () => {
  const { page, server } = await open({ signedIn: false })
  const { found, look } = axeOn(page)
  for (const [address, needed] of [
    ['/sign-in', false],
    ['/invite#token=fresh', false],
    ['/set-up', true],
    ['/set-up#token=first', true],
  ] as const) {
    server.state.setUpNeeded = needed
    await page.goto('about:blank')
    await page.goto(address)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await look(address)
  }
  expect(found).toEqual([])
})
