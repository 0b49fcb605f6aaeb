/** The tests of a file follow one another in one profile: what one leaves there, the next must not find. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { inboxPerTest } from './inbox-browser.ts'

const open = inboxPerTest()

const NAME = 'left-behind'

/** What of it is there: in the storages, in a database, among the cookies. */
const leftIn = (page: Page): Promise<readonly string[]> =>
  page.evaluate(async (name) => {
    const databases = await indexedDB.databases()
    return [
      ...Object.keys(localStorage).filter((key) => key === name),
      ...Object.keys(sessionStorage).filter((key) => key === name),
      ...databases.flatMap((one) => (one.name === name ? [name] : [])),
      ...document.cookie.split('; ').filter((cookie) => cookie.startsWith(name)),
    ]
  }, NAME)

it('one leaves something in every place', async () => {
  const { page } = await open()
  await page.evaluate(async (name) => {
    localStorage.setItem(name, '1')
    sessionStorage.setItem(name, '1')
    await new Promise((resolve, reject) => {
      const opening = indexedDB.open(name)
      opening.addEventListener('success', resolve)
      opening.addEventListener('error', reject)
    })
  }, NAME)
  await page.context().addCookies([{ name: NAME, value: '1', url: page.url() }])
  expect(await leftIn(page)).toHaveLength(4)
})

it('the next finds nothing of it, and nobody signed in', async () => {
  const { page } = await open({ signedIn: false })
  await page.goto('/')
  await page.getByLabel('Email address').waitFor()
  expect(await leftIn(page)).toEqual([])
})
