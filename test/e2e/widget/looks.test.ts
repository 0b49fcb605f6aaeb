import type { BrowserContextOptions } from 'playwright-core'
import { afterEach, describe, expect, it } from 'vitest'
import { violations } from '../browser.ts'
import { eventually } from '../eventually.ts'
import { sharedBrowser } from '../shared-browser.ts'
import type { Stage, Visit } from './stage.ts'
import { setStage } from './stage.ts'

const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

const browser = sharedBrowser()
let stage: Stage

afterEach(() => stage.close())

async function faults({ page }: Visit): Promise<string[]> {
  const found: string[] = []
  for (const screen of page.frames().slice(0, 2)) found.push(...(await violations(screen)))
  return found
}

async function talk(visit: Visit): Promise<void> {
  await visit.launcher.click()
  const composer = visit.frame.locator('textarea')
  await composer.fill('Hello 👋 https://shop.example')
  await composer.press('Enter')
  await visit.frame.locator('.tick.delivered').waitFor()
  stage.api.agentSays('Good morning! https://shop.example/a')
  stage.api.agentSays('', { deleted: true })
  stage.api.agentReads()
  stage.api.agentTypes('Maya')
  await visit.frame.locator('.tick.read').waitFor()
  stage.api.state.postsFailWith = 400
  await composer.fill('Not this one')
  await composer.press('Enter')
  await visit.frame.locator('.mend').waitFor()
  await visit.frame.locator('.lost').waitFor({ state: 'detached' })
  await visit.frame.locator('main').evaluate((main) => {
    for (const animation of main.getAnimations({ subtree: true })) {
      if (animation.effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY) animation.finish()
    }
  })
}

const COLORS = ['#0e7490', '#f5c542', '#777777', '#111111']

describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
  it.each(COLORS)('a conversation under the brand colour %s has no accessibility fault', async (color) => {
    stage = await setStage(browser, { color })
    stage.api.state.online = color !== '#777777'
    const visit = await stage.open({ colorScheme })
    await talk(visit)
    expect(await faults(visit)).toEqual([])
    await visit.frame.getByRole('button', { name: 'Emoji' }).click()
    await visit.frame.locator('.emoji').waitFor()
    expect(await faults(visit)).toEqual([])
    await visit.page.keyboard.press('ArrowRight')
    await visit.page.keyboard.press('Enter')
    await eventually(() => visit.frame.locator('textarea').inputValue()).toBe('😄')
  })

  it('the form before the chat has none either, and asks in words', async () => {
    stage = await setStage(browser, { preChat: true })
    const visit = await stage.open({ colorScheme, ...PHONE })
    await visit.launcher.click()
    await visit.frame.getByRole('button', { name: 'Start chat' }).click()
    await visit.frame.getByText('Please enter your name.').waitFor()
    expect(await faults(visit)).toEqual([])
    await visit.frame.getByLabel('Name').fill('Ada')
    await visit.frame.getByLabel('Email').fill('ada@site.example')
    await visit.page.keyboard.press('Enter')
    await visit.frame.locator('textarea').fill('Hello')
    await visit.page.keyboard.press('Enter')
    await eventually(() => stage.api.state.posts[0]).toMatchObject({
      preChat: { name: 'Ada', email: 'ada@site.example' },
    })
  })
})

it('the site chooses colours and language at any time', async () => {
  stage = await setStage(browser, { locale: 'de' })
  const visit = await stage.open({ colorScheme: 'light' })
  await visit.launcher.click()
  await visit.frame.getByRole('button', { name: 'Senden' }).waitFor()
  const ask = (...given: string[]): Promise<unknown> =>
    visit.page.evaluate(
      (args) => (window as unknown as { tributary: (...all: string[]) => unknown }).tributary(...args),
      given,
    )
  await ask('setLocale', 'sv')
  await visit.frame.getByRole('button', { name: 'Skicka' }).waitFor()
  await ask('setColorScheme', 'dark')
  await eventually(() => visit.frame.locator('html').getAttribute('data-theme')).toBe('dark')
})

it.each(['en', 'de', 'fr', 'es', 'sv', 'ar'])('speaks %s when the browser does', async (locale) => {
  stage = await setStage(browser)
  const visit = await stage.open({ locale })
  await visit.launcher.click()
  await visit.frame.locator('textarea').waitFor()
  await eventually(() => visit.frame.locator('html').getAttribute('lang')).toBe(locale)
  await eventually(() => visit.frame.locator('html').getAttribute('dir')).toBe(
    locale === 'ar' ? 'rtl' : 'ltr',
  )
})

it('on a phone, in Arabic, the chat fills the screen from the right', async () => {
  stage = await setStage(browser)
  const visit = await stage.open({ ...PHONE, locale: 'ar' })
  await visit.launcher.tap()
  await visit.frame.locator('textarea').waitFor()
  const iframe = visit.page.locator('tributary-widget iframe')
  await eventually(() => iframe.boundingBox()).toEqual({ x: 0, y: 0, width: 390, height: 844 })
  await eventually(() => visit.launcher.isVisible()).toBe(false)
  expect(await visit.page.evaluate(() => document.documentElement.style.overflow)).toBe('hidden')
  await visit.frame.locator('textarea').fill('مرحبا')
  await visit.page.keyboard.press('Enter')
  await visit.frame.locator('.tick.delivered').waitFor()
  stage.api.agentSays('أهلًا')
  const own = await visit.frame.locator('.visitor .bubble').boundingBox()
  const theirs = await visit.frame.locator('.agent .bubble').boundingBox()
  expect(own?.x).toBeLessThan(theirs?.x ?? 0)
  expect(await faults(visit)).toEqual([])
  await visit.frame.locator('[data-close]').tap()
  await eventually(() => visit.launcher.isVisible()).toBe(true)
  expect(await visit.page.evaluate(() => document.documentElement.style.overflow)).toBe('')
})
