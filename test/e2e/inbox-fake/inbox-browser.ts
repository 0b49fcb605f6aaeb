/** The inbox in Chromium, on a fake server of its own. */
import type { BrowserContext, Page } from 'playwright-core'
import { afterEach, expect } from 'vitest'
import { demoState } from '../../fakes/agent-api/demo-data.ts'
import type { FakeServer } from '../../fakes/agent-api/server.ts'
import { startFakeServer } from '../../fakes/agent-api/server.ts'
import { DESK, DRIVER_COMPLAINT } from '../browser.ts'
import { type Profiles, sharedBrowser } from '../shared-browser.ts'

/** A page and the server behind it. */
export interface InboxPage {
  readonly page: Page
  readonly server: FakeServer
  /** What the page complained about: errors, and everything its policy blocked. */
  readonly complaints: readonly string[]
  /** Signs the owner in and opens his inbox, which has happened unless told otherwise. */
  signIn(): Promise<void>
}

/** What a test may choose. */
export interface InboxOptions {
  readonly viewport?: { readonly width: number; readonly height: number }
  readonly longThread?: number
  readonly signedIn?: boolean
  /** A channel that carries letters as well. */
  readonly letters?: boolean
  /** Channels of short messages as well. */
  readonly messengers?: boolean
  /** Without, the page is served under no policy at all. */
  readonly policy?: boolean
  /** The test turns the clocks of the profile, so nobody can have it afterwards. */
  readonly turnsClocks?: boolean
  /** Complaints that belong to what the test does. */
  readonly expected?: RegExp
}

/**
 * A profile that knows a server's address. Who comes next finds nothing of the one before but the files of the app, which
 * the browser has fetched and compiled already: that is most of the work of opening a page.
 */
interface Profile {
  readonly context: BrowserContext
  readonly url: string
}

interface OpenInbox extends InboxPage {
  /** Closes everything. @returns what may serve the next test, if anything */
  leave(): Promise<Profile | undefined>
}

/** A fresh workspace at the address of a profile; elsewhere when somebody else took that port meanwhile. */
async function startAt(url: string | undefined, options: InboxOptions): Promise<FakeServer> {
  const { longThread = 120, letters = false, messengers = false, policy = true } = options
  const state = demoState({ longThread, letters, messengers })
  if (url === undefined) return startFakeServer(state, 0, { policy })
  return startFakeServer(state, Number(new URL(url).port), { policy }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    return startFakeServer(state, 0, { policy })
  })
}

const newProfile = async (browser: Profiles, { url }: FakeServer): Promise<Profile> => ({
  url,
  context: await browser.newContext({ baseURL: url, viewport: DESK, reducedMotion: 'reduce' }),
})

/** A page in a profile that keeps nothing of those who used it before. */
async function freshPage({ context, url }: Profile): Promise<Page> {
  await context.clearCookies()
  const page = await context.newPage()
  const devtools = await context.newCDPSession(page)
  await devtools.send('Storage.clearDataForOrigin', {
    origin: url,
    storageTypes: 'cookies,local_storage,indexeddb,file_systems,service_workers,cache_storage',
  })
  await devtools.detach()
  return page
}

async function closePages(context: BrowserContext): Promise<void> {
  for (const page of context.pages()) await page.close()
}

/** A fresh workspace and a page of it, signed in as its owner. */
async function openInbox(
  browser: Profiles,
  kept: Profile | undefined,
  options: InboxOptions,
): Promise<OpenInbox> {
  const { viewport = DESK, signedIn = true } = options
  const server = await startAt(kept?.url, options)
  const profile = kept?.url === server.url ? kept : await newProfile(browser, server)
  const { context } = profile
  const page = await freshPage(profile)
  await page.setViewportSize(viewport)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (
      message.type() === 'error' &&
      !DRIVER_COMPLAINT.test(message.text()) &&
      !options.expected?.test(message.text()) &&
      !/status of (401|403|404|409|429)|ERR_|WebSocket/.test(message.text())
    ) {
      complaints.push(message.text())
    }
  })
  const signIn = async () => {
    await context.request.post('/api/v1/session', {
      data: { email: server.state.agents[0]?.email, password: server.state.password },
    })
    await page.goto('/')
    await page.locator('[data-conversation]').first().waitFor()
  }
  if (signedIn) await signIn()
  return {
    page,
    signIn,
    server,
    complaints,
    leave: async () => {
      await (options.turnsClocks ? context.close() : closePages(context))
      await server.close()
      return options.turnsClocks ? undefined : profile
    },
  }
}

/**
 * Opens inboxes for the tests of the file that calls it, in one browser. After each test its inboxes are closed, and the
 * test fails if one of their pages complained of anything.
 */
export function inboxPerTest(): (options?: InboxOptions) => Promise<InboxPage> {
  const browser = sharedBrowser()
  const free: Profile[] = []
  const opened: OpenInbox[] = []
  afterEach(async () => {
    const over = opened.splice(0)
    for (const inbox of over) {
      const profile = await inbox.leave()
      if (profile) free.push(profile)
    }
    expect(over.flatMap(({ complaints }) => complaints)).toEqual([])
  })
  return async (options = {}) => {
    const inbox = await openInbox(browser, free.pop(), options)
    opened.push(inbox)
    return inbox
  }
}
