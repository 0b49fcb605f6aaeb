import { describe, expect, it } from 'vitest'
import { PHONE } from '../browser.ts'
import { eventually } from '../eventually.ts'
import { type InboxPage, inboxPerTest } from './inbox-browser.ts'

const open = inboxPerTest()

/** The conversation that the demo workspace begins with. */
const firstId = ({ server }: InboxPage): string => [...server.state.conversations.keys()][0] ?? ''
const row = ({ page }: InboxPage, id: string) => page.locator(`[data-conversation="${id}"]`)
const resolved = (value: unknown) => value === 'resolved'

describe('signing in', () => {
  it('asks for the code of the second factor and goes on to where one wanted to', async () => {
    const { page, server } = await open({ signedIn: false })
    server.state.secondFactor = true
    await page.goto('/settings/agents')
    await page.getByLabel('Email address').fill('ana@harbour.example')
    await page.getByLabel('Password').first().fill('correct horse battery')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByLabel('Code').fill('123456')
    await page.getByRole('button', { name: 'Verify and sign in' }).click()
    await page.getByRole('heading', { name: 'Agents' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/settings/agents')
  })

  it('says how long the account is locked', async () => {
    const { page } = await open({ signedIn: false })
    await page.goto('/sign-in')
    await page.getByLabel('Email address').fill('ana@harbour.example')
    for (let attempt = 0; attempt < 6; attempt += 1) {
      await page.getByLabel('Password').first().fill(`wrong ${attempt}`)
      const answer = page.waitForResponse('**/api/v1/session')
      await page.getByRole('button', { name: 'Sign in' }).click()
      await answer
    }
    await page.getByText('Try again in 9 minutes.').waitFor()
  })

  it('sets the workspace up once, and shows what to do next', async () => {
    const { page, server } = await open({ signedIn: false })
    server.state.setUpNeeded = true
    await page.goto('/set-up#token=first')
    await page.getByLabel('Workspace name').fill('Harbour')
    await page.getByLabel('Your name').fill('Ana Lindqvist')
    await page.getByLabel('Email address').fill('ana@harbour.example')
    await page.getByLabel('Choose a password').first().fill('correct horse battery')
    await page.getByRole('button', { name: 'Create workspace' }).click()
    await page.getByText('Your workspace is ready').waitFor()
    await page.getByText('<script async').waitFor()
    expect(page.url()).not.toContain('token')
    await page.getByRole('link', { name: 'Go to the inbox' }).click()
    await page.locator('[data-conversation]').first().waitFor()
  })
})

describe('the list', () => {
  it('moves a conversation to the top, marks it unread, and keeps the rest in order', async () => {
    const it = await open()
    const ids = [...it.server.state.conversations.keys()]
    const third = ids[3] ?? ''
    it.server.customerWrites(third, 'One more thing: does it float?')
    await row(it, third).getByText('One more thing: does it float?').waitFor()
    const top = it.page.locator('[data-conversation]').first()
    await eventually(() => top.getAttribute('data-conversation')).toBe(third)
    expect(await row(it, third).count()).toBe(1)
    await row(it, third)
      .getByText(/unread message/)
      .waitFor({ state: 'attached' })
  })

  it('lets a conversation go when it no longer belongs, and shows only the rows on the screen', async () => {
    const it = await open()
    const id = firstId(it)
    await row(it, id).click()
    await it.page.getByRole('button', { name: 'Resolve' }).click()
    await row(it, id).waitFor({ state: 'detached' })
    await it.page.getByRole('button', { name: 'Reopen' }).waitFor()
    await eventually(() => it.page.locator('[data-conversation]').count()).toBeLessThan(25)
  })

  it('equals the server again after the connection was gone', async () => {
    const it = await open()
    await it.server.connected()
    it.server.setReachable(false)
    await it.page.getByText('Reconnecting…', { exact: false }).waitFor()
    const id = [...it.server.state.conversations.keys()][2] ?? ''
    it.server.customerWrites(id, 'Written while you were away')
    it.server.setReachable(true)
    await row(it, id).getByText('Written while you were away').waitFor()
    expect(await row(it, id).count()).toBe(1)
  })

  it('comes to life late when the script of the live connection did not load at first', async () => {
    const it = await open({ signedIn: false })
    await it.page.route('**/assets/socket-*.js', (route) => route.abort())
    await it.signIn()
    await it.page.getByText('Reconnecting…', { exact: false }).waitFor()
    await it.page.unroute('**/assets/socket-*.js')
    await it.server.connected()
    const id = [...it.server.state.conversations.keys()][2] ?? ''
    it.server.customerWrites(id, 'Anybody there?')
    await row(it, id).getByText('Anybody there?').waitFor()
  })

  it('searches', async () => {
    const it = await open()
    await it.page.keyboard.press('/')
    await it.page.keyboard.type('marek')
    await it.page.waitForFunction(() =>
      [...document.querySelectorAll('[data-conversation]')].every((item) =>
        item.textContent?.includes('Marek'),
      ),
    )
    await it.page.getByLabel('Search conversations').fill('nobody writes like this')
    await it.page.getByText('No match').waitFor()
  })
})

describe('a conversation', () => {
  it('sends a message once, follows its delivery, and keeps the draft of the other one', async () => {
    const it = await open()
    const { page, server } = it
    const [one = '', other = ''] = [...server.state.conversations.keys()]
    await row(it, other).click()
    await page.getByLabel('Write a reply').fill('An unfinished thought')
    await row(it, one).click()
    await page.getByLabel('Write a reply').fill('It leaves the harbour today.')
    await page.keyboard.press('Enter')
    const bubble = page.locator('article', { hasText: 'It leaves the harbour today.' })
    await bubble.getByLabel('Read').waitFor()
    expect(await bubble.count()).toBe(1)
    const stored = server.state.messages
      .get(one)
      ?.filter(({ text }) => text === 'It leaves the harbour today.')
    expect(stored?.length).toBe(1)
    await row(it, other).click()
    await page.waitForFunction(() => document.querySelector('textarea')?.value === 'An unfinished thought')
  })

  it('sends what was written without a connection as soon as there is one, without doubling', async () => {
    const it = await open()
    const { page, server } = it
    const id = firstId(it)
    await row(it, id).click()
    await page.locator('[data-message]').first().waitFor()
    server.setReachable(false)
    await page.getByLabel('Write a reply').fill('Sent from the middle of a tunnel')
    await page.keyboard.press('Enter')
    await page.getByText('Waiting for the connection').waitFor()
    server.setReachable(true)
    const bubble = page.locator('article', { hasText: 'Sent from the middle of a tunnel' })
    await bubble.getByLabel('Read').waitFor()
    const stored = server.state.messages.get(id)?.filter(({ text }) => text.includes('tunnel'))
    expect([stored?.length, await bubble.count()]).toEqual([1, 1])
  })

  it('attaches a file and keeps notes apart', async () => {
    const it = await open()
    const { page, server } = it
    const id = firstId(it)
    await row(it, id).click()
    await page.locator('input[type="file"]').setInputFiles({
      name: 'offer.pdf',
      mimeType: 'application/pdf',
      buffer: Buffer.from('%PDF-1.4 offer'),
    })
    await page.getByLabel('Write a reply').fill('Here is the offer.')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.locator('article', { hasText: 'offer.pdf' }).getByLabel('Read').waitFor()
    await page.locator('#main').focus()
    await page.keyboard.press('n')
    await page.keyboard.type('He may have ten percent.')
    await page.keyboard.press('Enter')
    await page.locator('article', { hasText: 'He may have ten percent.' }).waitFor()
    expect(server.state.messages.get(id)?.at(-1)?.kind).toBe('note')
  })

  it('reads a conversation again when somebody was faster, and says so', async () => {
    const it = await open()
    const { page, server } = it
    const id = firstId(it)
    await row(it, id).click()
    await page.locator('[data-message]').first().waitFor()
    await page.waitForFunction(() => !document.querySelector('[aria-current="true"] [class*="badge"]'))
    const conversation = server.state.conversations.get(id)
    // A change that no event tells of.
    if (conversation) Object.assign(conversation, { version: conversation.version + 5, priority: 'urgent' })
    await page.getByRole('button', { name: 'Resolve' }).click()
    await page.getByText('Somebody was faster').waitFor()
    expect(resolved(conversation?.status)).toBe(false)
    await row(it, id).getByLabel('Urgent').waitFor()
    await page.getByRole('button', { name: 'Resolve' }).click()
    await page.getByRole('button', { name: 'Reopen' }).waitFor()
    expect(resolved(conversation?.status)).toBe(true)
  })

  it('takes nobody for faster who only looks at it, as the one does who opens it', async () => {
    const it = await open()
    const { page, server } = it
    const id = firstId(it)
    const conversation = server.state.conversations.get(id)
    let answer = (): void => undefined
    const answered = new Promise<void>((resolve) => {
      answer = resolve
    })
    await page.route(`**/conversations/${id}/read`, async (route) => {
      await answered
      await route.continue()
    })
    await row(it, id).click()
    await page.locator('[data-message]').first().waitFor()
    // It is read, and the screen has not heard of it yet.
    if (conversation) Object.assign(conversation, { version: conversation.version + 1, unreadCount: 0 })
    await page.getByRole('button', { name: 'Resolve' }).click()
    await page.getByRole('button', { name: 'Reopen' }).waitFor()
    expect(resolved(conversation?.status)).toBe(true)
    answer()
  })

  it('keeps its place while older messages arrive, and stays small with thousands of them', async () => {
    const it = await open({ longThread: 3_000 })
    const { page, server } = it
    const id = [...server.state.conversations.keys()][4] ?? ''
    await row(it, id).click()
    const log = page.getByRole('log')
    await page.locator('[data-message]').first().waitFor()
    for (let step = 0; step < 12; step += 1) {
      const older = page.waitForResponse('**/messages?before=*')
      await log.evaluate((element) => element.scrollTo(0, 100))
      await older
      await page.waitForFunction(() => (document.querySelector('[role="log"]')?.scrollTop ?? 0) > 600)
    }
    await eventually(() => page.locator('[data-message]').count()).toBeLessThan(80)
    await page.getByRole('button', { name: 'Newest messages' }).click()
    await page.locator(`[data-message="${server.state.messages.get(id)?.at(-1)?.id}"]`).waitFor()
  })

  it('asks again for a picture that did not come, and offers the file when it never does', async () => {
    const it = await open()
    const { page } = it
    const picture = '**/api/v1/attachments/*?inline=1'
    await page.route(picture, (route) => route.abort(), { times: 2 })
    await row(it, firstId(it)).click()
    const drawn = page.getByRole('img', { name: 'seam.png' })
    await page.waitForFunction(
      () => document.querySelector<HTMLImageElement>('img[alt="seam.png"]')?.naturalWidth === 1,
    )
    await page.route(picture, (route) => route.abort())
    await page.reload()
    await page.getByText('The picture could not be loaded').waitFor()
    await eventually(() => drawn.count()).toBe(0)
    await page.unroute(picture)
    await page.getByText('The picture could not be loaded').click()
    await drawn.waitFor()
  })

  it('stays at its end while the room for it shrinks', async () => {
    const it = await open()
    const { page } = it
    await row(it, firstId(it)).click()
    await page.getByRole('log').waitFor()
    const missing = () =>
      page
        .getByRole('log')
        .evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight)
    await eventually(missing).toBeLessThan(2)
    await page.setViewportSize({ width: 1440, height: 520 })
    await eventually(missing).toBeLessThan(2)
    await page.getByLabel('Write a reply').fill('one\ntwo\nthree\nfour\nfive\nsix\nseven')
    await eventually(missing).toBeLessThan(2)
    await page.setViewportSize(PHONE)
    await eventually(missing).toBeLessThan(2)
  })

  it('resends an uncertain message only after asking', async () => {
    const it = await open()
    const { page } = it
    await row(it, firstId(it)).click()
    const bubble = page.locator('article', { hasText: 'A replacement can leave today' })
    await bubble.getByText('may or may not have arrived').waitFor()
    await bubble.getByRole('button', { name: 'Send again' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Send again' }).click()
    await bubble.getByLabel('Read').waitFor()
  })
})

describe('the keyboard', () => {
  it('walks, resolves, assigns and answers, and never while one types', async () => {
    const it = await open()
    const { page, server } = it
    const ids = await page
      .locator('[data-conversation]')
      .evaluateAll((rows) => rows.map((item) => item.getAttribute('data-conversation')))
    await page.keyboard.press('j')
    await page.waitForURL(`**/conversations/${ids[0]}*`)
    await page.keyboard.press('j')
    await page.waitForURL(`**/conversations/${ids[1]}*`)
    await page.keyboard.press('k')
    await page.waitForURL(`**/conversations/${ids[0]}*`)
    await page.locator('[data-message]').first().waitFor()
    await page.keyboard.press('a')
    await page.getByLabel('Find a colleague').fill('bruno')
    await page.keyboard.press('Enter')
    await page.getByText('Ana Lindqvist assigned Bruno Okafor').waitFor()
    await page.keyboard.press('r')
    await page.keyboard.type('jekyll')
    await eventually(() => page.getByLabel('Write a reply').inputValue()).toBe('jekyll')
    await page.keyboard.press('Escape')
    await page.keyboard.press('e')
    await page.getByRole('button', { name: 'Reopen' }).waitFor()
    expect(resolved(server.state.conversations.get(ids[0] ?? '')?.status)).toBe(true)
    await row(it, ids[0] ?? '').waitFor({ state: 'detached' })
    await page.keyboard.press('j')
    await page.waitForURL(`**/conversations/${ids[1]}*`)
    await page.locator('[data-message]').first().waitFor()
    await page.keyboard.press('j')
    await page.waitForURL(`**/conversations/${ids[2]}*`)
    await page.locator('[data-message]').first().waitFor()
    await page.keyboard.press('e')
    await page.getByRole('button', { name: 'Reopen' }).waitFor()
    await row(it, ids[2] ?? '').waitFor({ state: 'detached' })
    await page.keyboard.press('j')
    await page.waitForURL(`**/conversations/${ids[3]}*`)
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog', { name: 'Search and commands' }).waitFor()
    await page.keyboard.type('quarantine')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/settings/quarantine')
  })
})

describe('a phone', () => {
  it('shows the list or the thread, with a way back', async () => {
    const it = await open({ viewport: PHONE })
    const { page } = it
    await row(it, firstId(it)).click()
    await page.getByRole('log').waitFor()
    await eventually(() => page.locator('[data-conversation]').first().isVisible()).toBe(false)
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
    await page.getByRole('link', { name: 'Back' }).click()
    await page.locator('[data-conversation]').first().waitFor()
  })
})

describe('settings', () => {
  it('draws the form from the fields, says what is wrong, and creates the channel', async () => {
    const { page, server } = await open()
    await page.goto('/settings/channels/new')
    await page.getByRole('button', { name: /Live chat/ }).click()
    await page.getByLabel('Name of the channel').fill('Outlet')
    await page.getByRole('switch').click()
    await page.getByRole('button', { name: 'Create channel' }).click()
    await page.getByText('This is needed').waitFor()
    await page.getByLabel('Text above the questions').fill('Who are you?')
    await page.getByRole('button', { name: 'Create channel' }).click()
    await page.getByRole('heading', { name: 'Outlet' }).waitFor()
    expect(server.state.channels.at(-1)?.config).toMatchObject({ preChat: true, preChatText: 'Who are you?' })
    await page.getByLabel('Round robin, online only').click()
    await page.getByRole('button', { name: 'Save distribution' }).click()
    await page.getByText('Saved', { exact: true }).waitFor()
    expect(server.state.channels.at(-1)?.policy.steps.length).toBe(1)
  })

  it('turns the second factor on and off by password only', async () => {
    const { page, server } = await open()
    await page.goto('/settings/profile')
    const turnOn = page.getByRole('button', { name: 'Turn on' })
    const ask = page.getByLabel('Enter your password to turn the second factor on.')
    await ask.fill('not mine')
    await turnOn.click()
    await page.getByText('wrong').first().waitFor()
    await eventually(() => page.getByAltText('QR code').count()).toBe(0)
    await ask.fill(server.state.password)
    await turnOn.click()
    await page.getByLabel('Code').fill('123456')
    await page.getByRole('button', { name: 'Confirm' }).click()
    await eventually(() => server.state.secondFactor).toBe(true)
  })
})
