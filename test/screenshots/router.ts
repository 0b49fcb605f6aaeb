import type { Page } from 'playwright-core'
import type { Seat, World } from '../e2e/journey/world.ts'
import { ask } from '../e2e/journey/world.ts'
import { type Story, WAITING } from './stories.ts'

interface Known {
  readonly id: string
  readonly version: number
}

/** What is needed to fill the workspace and to take pictures of it. */
export interface RouterStudio {
  readonly world: World
  readonly owner: Seat
  readonly channelId: string
  readonly live: (story: Story) => Promise<void>
  readonly shoot: (page: Page, name: string) => Promise<void>
}

/** The rules of a channel, the queue when everybody is full, and why somebody got what he has. */
export async function photographRouter(studio: RouterStudio): Promise<void> {
  const { page } = studio.owner
  await writeRules(studio)
  await page.goto(`${studio.world.url}/settings/channels/${studio.channelId}`)
  await page.getByRole('heading', { name: 'Distribution' }).waitFor()
  await page
    .getByRole('heading', { name: 'Distribution' })
    .evaluate((heading) => heading.closest('section')?.scrollIntoView({ block: 'start' }))
  await studio.shoot(page, 'router-rules')

  await page.goto(`${studio.world.url}/?view=all`)
  for (const story of WAITING) await studio.live(story)
  await page.goto(`${studio.world.url}/queue`)
  await page
    .locator('[data-waiting]')
    .nth(WAITING.length - 1)
    .waitFor()
  await studio.shoot(page, 'router-queue')

  const [last] = WAITING.slice(-1)
  await page.goto(`${studio.world.url}/?view=unassigned`)
  await page
    .locator('[data-conversation]')
    .filter({ hasText: last?.name ?? '' })
    .first()
    .click()
  await page.getByRole('button', { name: 'Why nobody yet?' }).click()
  await page.getByRole('columnheader', { name: 'Result' }).waitFor()
  await studio.shoot(page, 'router-why')
}

/** First whoever served the customer before, then the team, then everybody; with limits that are soon reached. */
async function writeRules({ owner, channelId }: RouterStudio): Promise<void> {
  const { items } = await ask<{ items: { id: string; name: string; state: string }[] }>(
    owner,
    'GET',
    '/agents',
  )
  const memberIds = items.filter(({ state }) => state === 'active').map(({ id }) => id)
  const team = await ask<Known>(owner, 'POST', '/teams', { name: 'Orders', memberIds })
  await ask(owner, 'POST', '/skills', { name: 'Refunds' })
  const settings = await ask<Known>(owner, 'GET', '/routing/settings')
  await ask(owner, 'PATCH', '/routing/settings', {
    version: settings.version,
    defaultCapacity: { total: 4 },
  })
  const linnea = items.find(({ name }) => name.startsWith('Linnea'))
  const routing = await ask<Known>(owner, 'GET', `/agents/${linnea?.id}/routing`)
  await ask(owner, 'PATCH', `/agents/${linnea?.id}/routing`, {
    version: routing.version,
    capacity: { total: 3 },
    skills: { Refunds: 4, 'language:sv': 5 },
  })
  const { version } = await ask<Known>(owner, 'GET', `/channels/${channelId}`)
  const anybody = { kind: 'agents-and-teams', primaryTeamOnly: false }
  await ask(owner, 'PATCH', `/channels/${channelId}`, {
    version,
    policy: {
      steps: [
        { target: { kind: 'last-agent' }, strategy: 'round-robin', availableOnly: true, waitMs: 120_000 },
        {
          target: { ...anybody, agentIds: [], teamIds: [team.id] },
          strategy: 'least-open',
          availableOnly: true,
          waitMs: 300_000,
        },
        {
          target: { ...anybody, agentIds: 'all', teamIds: [] },
          strategy: 'round-robin',
          availableOnly: true,
          waitMs: 0,
        },
      ],
      ownerOffline: 're-route',
    },
  })
}
