/** The browser of a test file; apart from what starts it, which is used outside of tests too. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { launchBrowser } from './browser.ts'

/** Where a fresh profile comes from. */
export type Profiles = Pick<Browser, 'newContext'>

/** One browser for all tests of the file that calls it: starts before the first, closes after the last. */
export function sharedBrowser(): Profiles {
  let started: Browser | undefined
  beforeAll(async () => {
    started = await launchBrowser()
  })
  afterAll(() => started?.close())
  return {
    newContext: async (options) => {
      if (!started) throw new Error('the browser starts before the first test, and not earlier')
      return started.newContext(options)
    },
  }
}
