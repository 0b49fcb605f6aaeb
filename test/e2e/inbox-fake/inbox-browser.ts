/** The inbox in Chromium, on a fake server of its own. */
import type { Page } from 'playwright-core'
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
  /** Signs the owner in and opens his inbox, which `openInbox` has done unless told otherwise. */
  signIn(): Promise<void>
  close(): Promise<void>
}

/** What a test may choose. */
export interface InboxOptions {
  readonly viewport?: { readonly width: number; readonly height: number }
  readonly colorScheme?: 'light' | 'dark'
  readonly longThread?: number
  readonly signedIn?: boolean
  /** A channel that carries letters as well. */
  readonly letters?: boolean
  /** Channels of short messages as well. */
  readonly messengers?: boolean
  /** Without, the page is served under no policy at all. */
  readonly policy?: boolean
  /** Complaints that belong to what the test does. */
  readonly expected?: RegExp
}

/** A fresh workspace in a fresh browser profile, signed in as its owner. */
export async function openInbox(browser: Profiles, options: InboxOptions = {}): Promise<InboxPage> {
  const { viewport = DESK, colorScheme = 'light', longThread = 120, signedIn = true } = options
  const { letters = false, messengers = false, policy = true } = options
  const server = await startFakeServer(demoState({ longThread, letters, messengers }), 0, { policy })
  const context = await browser.newContext({
    viewport,
    colorScheme,
    baseURL: server.url,
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
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
    close: async () => {
      await context.close()
      await server.close()
    },
  }
}

/**
 * Opens inboxes for the tests of the file that calls it, in one browser. After each test its inboxes are closed, and the
 * test fails if one of their pages complained of anything.
 */
export function inboxPerTest(): (options?: InboxOptions) => Promise<InboxPage> {
  const browser = sharedBrowser()
  const opened: InboxPage[] = []
  afterEach(async () => {
    const over = opened.splice(0)
    for (const inbox of over) await inbox.close()
    expect(over.flatMap(({ complaints }) => complaints)).toEqual([])
  })
  return async (options) => {
    const inbox = await openInbox(browser, options)
    opened.push(inbox)
    return inbox
  }
}
