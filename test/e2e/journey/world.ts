import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, BrowserContext, BrowserContextOptions, Frame, Page } from 'playwright-core'
import { type ServerOptions, startBareServer, temporaryFolder } from '../../harness/real-server.ts'
import { DESK, DRIVER_COMPLAINT, launchBrowser } from '../browser.ts'

/** A page in a profile of its own, and what it complained about. */
export interface Seat {
  readonly context: BrowserContext
  readonly page: Page
  /** Errors on the console, uncaught ones, and everything that a policy blocked. */
  readonly complaints: string[]
}

/** A customer at a site that carries the widget. */
export interface Customer extends Seat {
  command(name: string, ...given: unknown[]): Promise<void>
  /** The widget's own frame, once it is there. */
  frame(): Promise<Frame>
  write(text: string): Promise<void>
}

/** A real server, a site on another port, and a browser. */
export interface World {
  readonly url: string
  readonly setUpLink: string
  readonly site: string
  seat(options?: BrowserContextOptions): Promise<Seat>
  /** What all seats together complained about, but for what a test took out since it had to be. */
  complaints(): readonly string[]
  /** Sets the workspace up in the browser and answers the owner, with the snippet that the page offered. */
  setUp(options?: BrowserContextOptions): Promise<Seat & { readonly snippet: string }>
  /** Opens the site with a snippet in it. */
  customer(snippet: string, options?: BrowserContextOptions & { before?: string }): Promise<Customer>
  /** Opens the site with a snippet in it, in a seat that is there already. */
  carryTo(seat: Seat, snippet: string): Promise<void>
  close(): Promise<void>
}

export async function openWorld(options: ServerOptions = {}): Promise<World> {
  const folder = await temporaryFolder()
  const server = await startBareServer(folder.path, options)
  const setUpLink = `${server.url}/set-up#token=${server.setUpToken ?? ''}`
  const site = await startSite()
  const browser = await launchBrowser()
  const seats: Seat[] = []
  const seat = async (options: BrowserContextOptions = {}) => {
    const opened = await openSeat(browser, options)
    seats.push(opened)
    return opened
  }
  return {
    url: server.url,
    setUpLink,
    site: site.url,
    seat,
    complaints: () => seats.flatMap(({ complaints }) => complaints),
    async setUp(options) {
      const owner = await seat(options)
      const { page, context } = owner
      await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url })
      await page.goto(setUpLink)
      await page.getByLabel('Workspace name').fill('Harbour Outfitters')
      await page.getByLabel('Your name').fill('Olga Owner')
      await page.getByLabel('Email address').fill('olga@example.com')
      await page.getByLabel('Choose a password').first().fill('correct horse battery')
      await page.getByRole('button', { name: 'Create workspace' }).click()
      await page.getByRole('button', { name: 'Copy' }).click()
      await page.getByRole('button', { name: 'Copied' }).waitFor()
      const snippet = await page.evaluate(() => navigator.clipboard.readText())
      await page.getByRole('link', { name: 'Go to the inbox' }).click()
      await page.waitForURL(`${server.url}/`)
      return { ...owner, snippet }
    },
    async customer(snippet, { before = '', ...options } = {}) {
      const visit = await seat(options)
      site.carry(`<script>${before}</script>${snippet}`)
      await visit.page.goto(site.url)
      return { ...visit, ...commandsOf(visit.page) }
    },
    async carryTo({ page }, snippet) {
      site.carry(snippet)
      await page.goto(site.url)
    },
    async close() {
      await browser.close()
      await site.close()
      await server.stop()
      await folder.remove()
    },
  }
}

async function openSeat(browser: Browser, options: BrowserContextOptions): Promise<Seat> {
  const context = await browser.newContext({ viewport: DESK, reducedMotion: 'reduce', ...options })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (DRIVER_COMPLAINT.test(message.text())) return
    if (message.type() === 'error' || /Content Security Policy/i.test(message.text())) {
      complaints.push(`${message.text()} (${message.location().url})`)
    }
  })
  return { context, page, complaints }
}

function commandsOf(page: Page): Pick<Customer, 'command' | 'frame' | 'write'> {
  const frame = async (): Promise<Frame> => {
    const handle = await page.locator('tributary-widget iframe').elementHandle()
    const found = await handle?.contentFrame()
    if (!found) throw new Error('the widget has no frame')
    await found.locator('textarea').waitFor()
    return found
  }
  return {
    frame,
    async command(name, ...given) {
      await page.locator('tributary-widget').waitFor({ state: 'attached' })
      await page.evaluate(
        ([command, rest]) => {
          const { tributary } = globalThis as unknown as {
            tributary: (name: string, ...rest: unknown[]) => void
          }
          tributary(command, ...rest)
        },
        [name, given] as const,
      )
    },
    async write(text) {
      const area = (await frame()).locator('textarea')
      await area.fill(text)
      await area.press('Enter')
    },
  }
}

interface Site {
  readonly url: string
  carry(markup: string): void
  close(): Promise<void>
}

/** Somebody's shop: another origin than the server's, and no file in common. */
async function startSite(): Promise<Site> {
  let markup = ''
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(
      request.url === '/'
        ? `<!doctype html><html lang="en"><head><title>A quiet shop</title>
<link rel="icon" href="data:,"><meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>A quiet shop</h1><p>Fine paper and slow mornings.</p></main>${markup}</body></html>`
        : '',
    )
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    carry(next) {
      markup = next
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Asks the API as the one who sits there; the page's own cookie and origin go along. */
export async function ask<T = Record<string, unknown>>(
  seat: Seat,
  method: string,
  path: string,
  body?: unknown,
): Promise<T> {
  const origin = new URL(seat.page.url()).origin
  const answer = await seat.context.request.fetch(`${origin}/api/v1${path}`, {
    method,
    headers: { origin },
    ...(body === undefined ? {} : { data: body }),
  })
  if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`)
  return (await answer.json()) as T
}
