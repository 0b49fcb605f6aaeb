import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { chromium } from 'playwright-core'
import { demoState } from '../../fakes/agent-api/demo-data.ts'
import type { FakeServer } from '../../fakes/agent-api/server.ts'
import { startFakeServer } from '../../fakes/agent-api/server.ts'

/** Sizes that the inbox is made for. */
export const DESK = { width: 1440, height: 900 }
export const PHONE = { width: 390, height: 844 }

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Starts the machine's chromium. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    headless: true,
    args: FLAGS,
  })

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
}

/** A fresh workspace in a fresh browser profile, signed in as its owner. */
export async function openInbox(browser: Browser, options: InboxOptions = {}): Promise<InboxPage> {
  const { viewport = DESK, colorScheme = 'light', longThread = 120, signedIn = true } = options
  const server = await startFakeServer(demoState({ longThread }))
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

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Everything that axe-core finds wrong with what is on the screen, in one line each. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: AxeViolation[] }> }
    }
    interface AxeViolation {
      id: string
      nodes: { target: string[]; failureSummary?: string; html: string }[]
    }
    const result = await axe.run({ resultTypes: ['violations'] })
    return result.violations.flatMap(({ id, nodes }) =>
      nodes.map(
        (node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''} ${node.html.slice(0, 160)}`,
      ),
    )
  })
  return found
}
