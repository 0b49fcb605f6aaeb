import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { violations } from '../browser.ts'
import type { Seat, World } from './world.ts'
import { ask, openWorld } from './world.ts'

let world: World
let owner: Seat & { readonly snippet: string }
beforeAll(async () => {
  world = await openWorld()
  owner = await world.setUp()
})
afterEach(() => expect(world.complaints()).toEqual([]))
afterAll(() => world.close())

test.each(['light', 'dark'] as const)('axe finds nothing on any screen in %s', async (colorScheme) => {
  const found: Record<string, string[]> = {}
  const customer = await world.customer(owner.snippet, { colorScheme })
  await customer.command('open')
  await customer.write(`In ${colorScheme} I write.`)
  const frame = await customer.frame()
  await owner.page.goto(`${world.url}/`)
  await owner.page.emulateMedia({ colorScheme })
  const row = owner.page.locator('[data-conversation]').filter({ hasText: `In ${colorScheme}` })
  await row.click()
  await owner.page.locator('article').first().waitFor()
  found['inbox'] = await violations(owner.page)
  found['widget'] = await violations(frame)
  await customer.context.close()
  for (const page of ['channels', 'agents', 'profile']) {
    await owner.page.goto(`${world.url}/settings/${page}`)
    await owner.page.getByRole('heading', { level: 1 }).waitFor()
    found[page] = await violations(owner.page)
  }
  const stranger = await world.seat({ colorScheme })
  await stranger.page.goto(`${world.url}/sign-in`)
  await stranger.page.getByLabel('Email address').waitFor()
  found['sign-in'] = await violations(stranger.page)
  expect(found).toEqual({ inbox: [], widget: [], channels: [], agents: [], profile: [], 'sign-in': [] })
})

test('a page of an origin that is not allowed gets no widget, and its owner is told why, once', async () => {
  const { items } = await ask<{ items: { id: string }[] }>(owner, 'GET', '/channels')
  const path = `/channels/${items[0]?.id}`
  const { version, config } = await ask<{ version: number; config: object }>(owner, 'GET', path)
  await ask(owner, 'PATCH', path, { version, config: { ...config, allowedDomains: ['shop.example'] } })
  const visitor = await world.seat()
  await visitor.page.clock.install()
  let asked = 0
  visitor.page.on('request', (request) => {
    if (request.url().endsWith('/settings')) asked += 1
  })
  const told = visitor.page.waitForEvent('console', {
    predicate: (message) => message.text().startsWith('Tributary: '),
  })
  await world.carryTo(visitor, owner.snippet)
  expect((await told).text()).toContain(new URL(world.site).origin)
  await visitor.page.clock.runFor(10 * 60_000)
  expect(asked).toBe(1)
  expect(await visitor.page.locator('tributary-widget').count()).toBe(0)
  // The browser's own line about the answer, and ours.
  expect(visitor.complaints.splice(0)).toEqual([
    expect.stringContaining('403'),
    expect.stringContaining('Tributary: '),
  ])
})
