import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '../eventually.ts'
import { sharedBrowser } from '../shared-browser.ts'
import type { Stage, Visit } from './stage.ts'
import { CHANNEL_ID, partsOf, setStage } from './stage.ts'

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

const browser = sharedBrowser()
let stage: Stage
let visit: Visit

beforeEach(async () => {
  stage = await setStage(browser)
})
afterEach(() => stage.close())

async function enter(options: Parameters<Stage['open']>[0] = {}): Promise<void> {
  visit = await stage.open(options)
  await visit.launcher.click()
  await composer().waitFor()
}
const composer = () => visit.frame.getByRole('textbox', { name: 'Your message' })
const bubble = (text: string) => visit.frame.locator('.bubble', { hasText: text })
const messages = () => stage.api.state.posts.filter(({ type }) => type === 'message')
const receipts = () => stage.api.state.posts.filter(({ type }) => type === 'receipt')

async function say(text: string): Promise<void> {
  await composer().fill(text)
  await composer().press('Enter')
}

describe('a conversation', () => {
  it('goes both ways, with ticks, receipts, typing and a strict policy on both sides', async () => {
    await enter()
    await say('Hello there')
    await visit.frame.locator('.tick.delivered').waitFor()
    expect(messages()).toMatchObject([
      {
        text: 'Hello there',
        page: { title: 'A quiet shop' },
        clientMessageId: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
    ])
    stage.api.agentTypes('Maya')
    await visit.frame.getByText('Maya is writing…').waitFor()
    const answer = stage.api.agentSays('Good morning, see https://shop.example/help.')
    await bubble('Good morning').waitFor()
    await eventually(() => visit.frame.getByText('Maya is writing…').count()).toBe(0)
    const link = visit.frame.getByRole('link')
    await eventually(() => link.getAttribute('href')).toBe('https://shop.example/help')
    await eventually(() => link.getAttribute('rel')).toBe('noopener noreferrer nofollow')
    await eventually(receipts).toEqual([{ type: 'receipt', status: 'read', messageIds: [answer.id] }])
    stage.api.agentReads()
    await visit.frame.locator('.tick.read').waitFor()
    await composer().pressSequentially('ab')
    await eventually(stage.api.typed).toBe(1)
    expect(visit.complaints).toEqual([])
  })

  it('keeps markup a text', async () => {
    await enter()
    stage.api.agentSays('<img src=x onerror="parent.document.title=1"> javascript:alert(1)')
    await bubble('<img src=x').waitFor()
    await eventually(() => visit.frame.locator('.bubble img, .bubble a').count()).toBe(0)
  })

  it('Shift and Enter begin a line; Enter twice sends once', async () => {
    await enter()
    await composer().fill('One')
    await composer().press('Shift+Enter')
    await composer().pressSequentially('Two')
    await composer().press('Enter')
    await composer().press('Enter')
    await visit.frame.getByRole('button', { name: 'Send' }).click({ force: true })
    await visit.frame.locator('.tick.delivered').waitFor()
    expect(messages().map(({ text }) => text)).toEqual(['One\nTwo'])
  })

  it('is there again on the next page, with its unread messages on the launcher', async () => {
    await enter()
    await say('First')
    await visit.frame.locator('.tick.delivered').waitFor()
    await visit.page.goto(`${stage.site}/other`)
    stage.api.agentSays('Still there?')
    const { launcher } = partsOf(visit.page)
    await eventually(() => launcher.getAttribute('aria-label')).toBe('Chat (1)')
    await eventually(receipts).toMatchObject([{ status: 'delivered' }])
    await launcher.click()
    await bubble('First').waitFor()
    await eventually(() => launcher.getAttribute('aria-label')).toBe('Chat')
    await eventually(() => receipts().at(-1)).toMatchObject({ status: 'read' })
    expect(stage.api.state.visitors.size).toBe(1)
  })

  it('reads older pages while scrolling up, and keeps its place', async () => {
    await enter()
    for (let index = 1; index <= 95; index++) stage.api.agentSays(`Line ${index}.`)
    await visit.page.reload()
    await visit.launcher.click()
    await bubble('Line 95.').waitFor()
    await eventually(() => bubble('Line 20.').count()).toBe(0)
    const thread = visit.frame.locator('.thread')
    await eventually(async () => {
      await thread.evaluate((element) => element.scrollTo(0, 0))
      return bubble('Line 1.').count()
    }).toBe(1)
    await eventually(() => visit.frame.locator('.bubble').count()).toBe(95)
    stage.api.agentSays('Line 96.')
    await visit.frame.getByRole('button', { name: 'To the newest message' }).click()
    await eventually(() => bubble('Line 96.').isVisible()).toBe(true)
  })
})

describe('trouble', () => {
  it('keeps what was not taken, over a reload, and sends it once', async () => {
    await enter()
    stage.api.state.postsFailWith = 503
    await say('Please arrive')
    await eventually(() => messages().length).toBeGreaterThan(0)
    await visit.page.reload()
    await visit.launcher.click()
    await visit.frame.locator('.tick.sending').waitFor()
    stage.api.state.postsFailWith = undefined
    await visit.frame.locator('.tick.delivered').waitFor({ timeout: 40_000 })
    expect(new Set(messages().map(({ clientMessageId }) => clientMessageId)).size).toBe(1)
    expect(stage.api.visitor().messages.length).toBe(1)
    expect(await bubble('Please arrive').count()).toBe(1)
  })

  it('a lost answer is no second message', async () => {
    await enter()
    stage.api.state.loseNextAnswer = true
    await say('Once')
    await eventually(() => messages().length).toBe(2)
    await eventually(() => bubble('Once').count()).toBe(1)
    expect(stage.api.visitor().messages.length).toBe(1)
  })

  it('after a cut line nothing is missing and nothing is doubled', async () => {
    await enter()
    stage.api.agentSays('Before')
    await bubble('Before').waitFor()
    await visit.context.setOffline(true)
    stage.api.cutLines()
    stage.api.agentSays('Meanwhile')
    await visit.frame.getByText('No connection. Trying again…').waitFor({ state: 'attached' })
    await say('Written offline')
    await visit.context.setOffline(false)
    await bubble('Meanwhile').waitFor({ timeout: 30_000 })
    await visit.frame.locator('.tick.delivered').waitFor({ timeout: 40_000 })
    for (const text of ['Before', 'Meanwhile', 'Written offline']) expect(await bubble(text).count()).toBe(1)
  })

  it('what is refused for good can be sent again or thrown away', async () => {
    await enter()
    stage.api.state.postsFailWith = 400
    await say('Refused')
    await visit.frame.getByRole('alert').getByText('Not sent').waitFor()
    stage.api.state.postsFailWith = undefined
    await visit.frame.getByRole('button', { name: 'Try again' }).click()
    await visit.frame.locator('.tick.delivered').waitFor()
    stage.api.state.postsFailWith = 400
    await say('Away with it')
    await visit.frame.getByRole('button', { name: 'Delete' }).click()
    await eventually(() => bubble('Away with it').count()).toBe(0)
  })

  it('a session that ran out is renewed without a word', async () => {
    await enter()
    await say('First')
    await visit.frame.locator('.tick.delivered').waitFor()
    const [visitor] = stage.api.state.visitors.values()
    stage.api.state.visitors.clear()
    const sessions = stage.api.state.sessions.length
    await say('Second')
    await eventually(() => stage.api.state.sessions.length).toBeGreaterThan(sessions)
    await eventually(() => stage.api.visitor().messages.map(({ text }) => text)).toContain('Second')
    expect(stage.api.visitor().id).toBe(visitor?.id)
  })

  it('where the browser forbids the frame to keep anything, the page keeps it', async () => {
    await enter({ crossSite: true })
    await say('Hello')
    await visit.frame.locator('.tick.delivered').waitFor()
    await composer().fill('Half a thought')
    await visit.page.reload()
    await visit.launcher.click()
    await bubble('Hello').waitFor()
    await eventually(() => composer().inputValue()).toBe('Half a thought')
    expect(stage.api.state.visitors.size).toBe(1)
  })

  it('works in memory where nobody may keep anything', async () => {
    visit = await stage.open({ crossSite: true })
    await visit.page.addInitScript(() => {
      Object.defineProperty(window, 'localStorage', {
        get() {
          throw new DOMException('no', 'SecurityError')
        },
      })
    })
    await visit.page.reload()
    await visit.launcher.click()
    await say('Hello')
    await visit.frame.locator('.tick.delivered').waitFor()
  })
})

describe('files', () => {
  it('are uploaded, sent, shown and downloaded again', async () => {
    await enter()
    await visit.frame.locator('input[type=file]').setInputFiles([
      { name: 'photo.png', mimeType: 'image/png', buffer: PNG },
      { name: 'list.csv', mimeType: 'text/csv', buffer: Buffer.from('a;b') },
    ])
    await eventually(() => visit.frame.locator('.draft').count()).toBe(2)
    await eventually(() => visit.frame.locator('.draft progress').count()).toBe(0)
    await composer().press('Enter')
    await visit.frame.locator('.tick.delivered').waitFor()
    expect(messages()[0]).toMatchObject({ text: '', attachmentIds: [...stage.api.state.files.keys()] })
    await visit.page.reload()
    await visit.launcher.click()
    const picture = visit.frame.getByRole('button', { name: 'Show photo.png' })
    await eventually(() => picture.locator('img').getAttribute('src')).toMatch(/^blob:/)
    await picture.click()
    await visit.frame.getByRole('dialog', { name: 'photo.png' }).waitFor()
    await visit.page.keyboard.press('Escape')
    await eventually(() => visit.frame.getByRole('dialog').count()).toBe(0)
    const download = visit.page.waitForEvent('download')
    await visit.frame.getByRole('button', { name: 'Download list.csv' }).click()
    expect((await download).suggestedFilename()).toBe('list.csv')
    expect(visit.complaints).toEqual([])
  })

  it('go along however quick the visitor is with Enter', async () => {
    await enter()
    let release = (): void => undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    // A busy phone: the script that uploads takes its time.
    await visit.page.route('**/assets/uploads-*.js', async (route) => {
      await released
      await route.continue()
    })
    const asked = visit.page.waitForRequest('**/assets/uploads-*.js')
    await visit.frame
      .locator('input[type=file]')
      .setInputFiles({ name: 'photo.png', mimeType: 'image/png', buffer: PNG })
    await asked
    await composer().fill('Do you have this one?')
    await composer().press('Enter')
    await eventually(() => composer().inputValue()).toBe('Do you have this one?')
    release()
    await visit.frame.locator('.send[aria-disabled=false]').waitFor()
    await composer().press('Enter')
    await visit.frame.locator('.tick.delivered').waitFor()
    expect(messages()).toMatchObject([
      { text: 'Do you have this one?', attachmentIds: [...stage.api.state.files.keys()] },
    ])
  })

  it('can be chosen again when their script did not come', async () => {
    await enter()
    await visit.page.route('**/assets/uploads-*.js', (route) => route.abort(), { times: 1 })
    await visit.frame
      .locator('input[type=file]')
      .setInputFiles({ name: 'photo.png', mimeType: 'image/png', buffer: PNG })
    await visit.frame.getByText('photo.png could not be uploaded.').waitFor()
    await composer().fill('Then without it.')
    await composer().press('Enter')
    await visit.frame.locator('.tick.delivered').waitFor()
  })

  it('of a refused kind, or too large, are refused in words', async () => {
    stage.api.state.settings = { ...stage.api.state.settings, maxAttachmentBytes: 1_000 }
    await enter()
    const choose = visit.frame.locator('input[type=file]')
    await choose.setInputFiles({ name: 'tool.exe', mimeType: 'application/x-msdownload', buffer: PNG })
    await visit.frame.getByText('tool.exe: files of this type are not accepted.').waitFor()
    await choose.setInputFiles({ name: 'big.bin', mimeType: 'text/plain', buffer: Buffer.alloc(2_000) })
    await visit.frame.getByText('big.bin is larger than 1,000 bytes.').waitFor()
    await eventually(() => visit.frame.locator('.draft').count()).toBe(0)
  })
})

it('follows whether anybody is there while it is open', async () => {
  visit = await stage.open()
  await visit.page.clock.install()
  await visit.page.reload()
  await visit.launcher.click()
  await visit.frame.getByText('We are here for you').waitFor()
  await composer().waitFor()
  stage.api.state.online = false
  await visit.page.clock.runFor(90_000)
  await visit.frame.getByText('Nobody is here right now').waitFor()
})

it('believes that somebody is there when somebody writes', async () => {
  stage.api.state.online = false
  await enter()
  await visit.frame.getByText('Nobody is here right now').waitFor()
  await say('Hello?')
  await visit.frame.locator('.tick.delivered').waitFor()
  stage.api.agentTypes('Maya')
  await visit.frame.getByText('We are here for you').waitFor()
})

it('comes to rest after a message was sent', async () => {
  await enter()
  const posted = visit.page.waitForEvent('requestfinished', (request) => request.url().includes('/ingress/'))
  await say('Hello')
  await posted
})

it('the frame’s address names its channel', async () => {
  await enter()
  const source = await visit.page.locator('tributary-widget iframe').getAttribute('src')
  expect(source).toBe(`${stage.api.url}/widget/frame/${CHANNEL_ID}`)
})
