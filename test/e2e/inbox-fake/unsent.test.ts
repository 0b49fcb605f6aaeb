import { expect, it } from 'vitest'
import { eventually } from '../eventually.ts'
import { type InboxPage, inboxPerTest } from './inbox-browser.ts'

const open = inboxPerTest()
let inbox: InboxPage

const POSTS = '**/api/v1/conversations/*/messages'
const row = (id: string) => inbox.page.locator(`[data-conversation="${id}"]`)
const composer = () => inbox.page.getByLabel('Write a reply')
const bubble = (text: string) => inbox.page.locator('article', { hasText: text })

async function write(text: string): Promise<void> {
  await composer().fill(text)
  await inbox.page.keyboard.press('Enter')
}

it('messages written quickly one after the other arrive in that order, however slow the first is', async () => {
  inbox = await open()
  const { page, server } = inbox
  const [id = ''] = server.state.conversations.keys()
  await row(id).click()
  await page.locator('[data-message]').first().waitFor()
  let release = (): void => undefined
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  let posts = 0
  await page.route(POSTS, async (route) => {
    if (route.request().method() === 'POST') posts += 1
    if (posts === 1) await released
    await route.continue()
  })
  for (const text of ['First of three', 'Second of three', 'Third of three']) await write(text)
  await bubble('Third of three').waitFor()
  expect(posts).toBe(1)
  release()
  await bubble('Third of three').getByLabel('Read').waitFor()
  const sent = server.state.messages.get(id)?.filter(({ text }) => text.endsWith('of three'))
  expect(sent?.map(({ text }) => text)).toEqual(['First of three', 'Second of three', 'Third of three'])
})

it('what one agent left unsent or unfinished is nobody else’s who signs in at the same browser', async () => {
  inbox = await open()
  const { page, server, signIn } = inbox
  const [one = '', other = ''] = server.state.conversations.keys()
  await row(other).click()
  await composer().fill('An unfinished thought')
  await row(one).click()
  await page.locator('[data-message]').first().waitFor()
  await page.route(POSTS, (route) => (route.request().method() === 'POST' ? route.abort() : route.continue()))
  await write('Only in my own name')
  await page.getByText('Waiting for the connection').waitFor()

  const changePlaces = async (): Promise<void> => {
    await page.getByRole('button', { name: /Your account|Account/ }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.waitForURL('**/sign-in')
    const { agents } = server.state
    agents.splice(0, 2, ...agents.slice(0, 2).reverse())
    await signIn()
  }
  const sent = () => server.state.messages.get(one)?.filter(({ text }) => text === 'Only in my own name')
  await changePlaces()
  await page.unroute(POSTS)
  await row(one).click()
  await page.locator('[data-message]').first().waitFor()
  expect(await bubble('Only in my own name').count()).toBe(0)
  await row(other).click()
  await eventually(() => composer().inputValue()).toBe('')
  expect(sent()).toEqual([])

  await changePlaces()
  await row(one).click()
  await bubble('Only in my own name').getByLabel('Read').waitFor()
  expect(sent()).toHaveLength(1)
  await row(other).click()
  await eventually(() => composer().inputValue()).toBe('An unfinished thought')
})
