import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '../eventually.ts'
import { sharedBrowser } from '../shared-browser.ts'
import type { Stage, Visit } from './stage.ts'
import { setStage } from './stage.ts'

interface PageGlobals {
  heard: unknown[]
  tributary: ((...given: unknown[]) => unknown) & Record<string, (...given: unknown[]) => unknown>
}

const browser = sharedBrowser()
let stage: Stage
let visit: Visit

beforeEach(async () => {
  stage = await setStage(browser)
})
afterEach(() => stage.close())

const call = (...given: unknown[]): Promise<unknown> =>
  visit.page.evaluate((args) => (window as unknown as PageGlobals).tributary(...args), given)
const heard = (): Promise<unknown[]> => visit.page.evaluate(() => (window as unknown as PageGlobals).heard)
const isOpen = (): Promise<string | null> => visit.launcher.getAttribute('aria-expanded')
const composer = () => visit.frame.locator('textarea')

describe('the loader', () => {
  it('runs what the page asked for before it was there, and tells what happens', async () => {
    const names = ['ready', 'opened', 'closed', 'message:sent', 'message:received', 'unread', 'error']
    visit = await stage.open({
      before: `for (const name of ${JSON.stringify(names)}) tributary('on', name, (detail) => heard.push([name, detail]));
        addEventListener('tributary:opened', () => heard.push('dom'));
        tributary('prefill', 'I would like to ask')`,
    })
    await eventually(() => composer().inputValue()).toBe('I would like to ask')
    await composer().press('Enter')
    await visit.frame.locator('.tick.delivered').waitFor()
    // What the frame shows, the page hears a moment later.
    await eventually(async () => JSON.stringify(await heard())).toContain('message:sent')
    await call('close')
    await visit.frame.locator('main[inert]').waitFor({ state: 'attached' })
    const { id } = stage.api.agentSays('Yes?')
    await eventually(heard).toContainEqual(['message:received', { id, authorName: 'Maya' }])
    expect((await heard()).map((each) => (Array.isArray(each) ? each[0] : each))).toEqual([
      'dom',
      'opened',
      'ready',
      'message:sent',
      'closed',
      'unread',
      'message:received',
    ])
    expect(visit.complaints).toEqual([])
  })

  it('loads nothing of the frame before it is opened', async () => {
    visit = await stage.open()
    await visit.launcher.waitFor()
    expect(await visit.page.locator('tributary-widget iframe').count()).toBe(0)
    expect(stage.api.state.sessions).toEqual([])
  })

  it('opens, closes, shows and hides', async () => {
    visit = await stage.open()
    await visit.launcher.waitFor()
    await call('open')
    await eventually(isOpen).toBe('true')
    await call('toggle')
    await eventually(isOpen).toBe('false')
    await call('toggle', true)
    await eventually(isOpen).toBe('true')
    expect(await call('isOpen')).toBe(true)
    await call('close')
    await call('hide')
    await eventually(() => visit.launcher.isVisible()).toBe(false)
    await call('show')
    await eventually(() => visit.launcher.isVisible()).toBe(true)
    await visit.page.evaluate(() => (window as unknown as PageGlobals).tributary['open']?.())
    await eventually(isOpen).toBe('true')
  })

  it('off ends listening', async () => {
    visit = await stage.open({
      before: `const hear = () => heard.push('opened'); tributary('on', 'opened', hear); tributary('off', 'opened', hear)`,
    })
    await visit.launcher.click()
    await composer().waitFor()
    expect(await heard()).toEqual([])
  })

  it('tells who the visitor is, and sends along what the page knows', async () => {
    visit = await stage.open({ settings: { attributes: { plan: 'pro', $bad: 1, deep: {} } } })
    await visit.launcher.waitFor()
    await call('setUser', 7, { name: 'Ada', email: 'ada@site.example', hash: 'right' })
    await call('setAttributes', { seats: 3 })
    await call('sendMessage', 'From the page')
    await eventually(() => stage.api.state.posts).toMatchObject([
      {
        text: 'From the page',
        attributes: { plan: 'pro', seats: '3' },
        preChat: { name: 'Ada', email: 'ada@site.example' },
      },
    ])
    expect(stage.api.state.posts[0]?.['attributes']).not.toHaveProperty('$bad')
    expect(stage.api.visitor().id).toBe('user:7')
    await eventually(isOpen).toBe('false')
  })

  it('a wrong proof costs the name, not the chat, and the page hears of it', async () => {
    visit = await stage.open({
      settings: { user: { id: '7', hash: 'wrong' } },
      before: `tributary('on', 'error', ({ code }) => heard.push(code))`,
    })
    await visit.launcher.click()
    await composer().fill('Hello')
    await composer().press('Enter')
    await visit.frame.locator('.tick.delivered').waitFor()
    expect(stage.api.visitor().id).toMatch(/^anon:/)
    expect(await heard()).toEqual(['identity-not-proven'])
  })

  it('another user sees nothing of the one before, and nothing unsent goes out in his name', async () => {
    visit = await stage.open({ settings: { user: { id: '7', hash: 'right' } } })
    await visit.launcher.click()
    await composer().fill('Mine')
    await composer().press('Enter')
    await visit.frame.locator('.tick.delivered').waitFor()
    stage.api.state.postsFailWith = 503
    await composer().fill('Unsent')
    await composer().press('Enter')
    await visit.frame.locator('.tick.sending').waitFor()
    await call('setUser', '8', { hash: 'right' })
    await eventually(() => visit.frame.locator('.bubble').count()).toBe(0)
    stage.api.state.postsFailWith = undefined
    await composer().fill('New here')
    await composer().press('Enter')
    await visit.frame.locator('.tick.delivered').waitFor()
    expect(stage.api.state.visitors.get('user:8')?.messages.map(({ text }) => text)).toEqual(['New here'])
  })

  it('reset makes the visitor a new one', async () => {
    visit = await stage.open()
    await visit.launcher.click()
    await composer().fill('Secret')
    await composer().press('Enter')
    await visit.frame.locator('.tick.delivered').waitFor()
    await call('reset')
    await eventually(() => stage.api.state.visitors.size).toBe(2)
    await visit.launcher.click()
    await eventually(() => visit.frame.locator('.bubble').count()).toBe(0)
    await visit.page.reload()
    await visit.launcher.waitFor()
    expect(await visit.page.locator('tributary-widget iframe').count()).toBe(0)
  })

  it('shutdown leaves nothing behind', async () => {
    visit = await stage.open()
    await visit.launcher.click()
    await composer().waitFor()
    await call('shutdown')
    expect(await visit.page.locator('tributary-widget').count()).toBe(0)
    expect(await visit.page.evaluate(() => 'tributary' in window)).toBe(false)
  })

  it('survives a page that swaps its body, without reloading the frame', async () => {
    visit = await stage.open()
    await visit.launcher.click()
    await composer().fill('Half a thought')
    await visit.page.evaluate(() => {
      const body = document.createElement('body')
      body.append('Another page')
      document.body.replaceWith(body)
    })
    await eventually(() => composer().inputValue()).toBe('Half a thought')
    await visit.page.evaluate(() => document.querySelector('tributary-widget')?.remove())
    await composer().waitFor()
    await eventually(() => composer().inputValue()).toBe('Half a thought')
  })

  it('Escape closes and gives the focus back to where it was', async () => {
    visit = await stage.open()
    await visit.launcher.waitFor()
    await visit.page.locator('#own').focus()
    await call('open')
    await eventually(() =>
      visit.frame.locator('textarea').evaluate((area) => area === document.activeElement),
    ).toBe(true)
    await visit.page.keyboard.press('Escape')
    await eventually(isOpen).toBe('false')
    await eventually(() => visit.page.evaluate(() => document.activeElement?.id)).toBe('own')
  })

  it('Tab goes round inside the frame', async () => {
    visit = await stage.open()
    await visit.launcher.click()
    await composer().waitFor()
    const seen = new Set<string>()
    for (let index = 0; index < 12; index++) {
      await visit.page.keyboard.press('Tab')
      seen.add(await visit.frame.locator(':focus').evaluate((element) => element.tagName + element.className))
    }
    expect(seen.size).toBeGreaterThan(4)
    expect(await visit.page.evaluate(() => document.activeElement?.tagName)).toBe('TRIBUTARY-WIDGET')
  })

  it('is not printed', async () => {
    visit = await stage.open()
    await visit.launcher.waitFor()
    await visit.page.emulateMedia({ media: 'print' })
    await eventually(() => visit.launcher.isVisible()).toBe(false)
  })

  it.each([
    [403, 'origin-not-allowed'],
    [409, 'channel-paused'],
  ])('shows nothing where the server refuses with %i, and says why', async (status, code) => {
    stage.api.state.refuseWith = { status, code }
    visit = await stage.open({ before: `tributary('on', 'error', ({ code }) => heard.push(code))` })
    await eventually(heard).toEqual([code])
    expect(await visit.page.locator('tributary-widget').count()).toBe(0)
    expect(visit.complaints.filter((line) => line.startsWith('Tributary'))).toEqual([
      `Tributary: ${code} ${stage.site}`,
    ])
  })
})
