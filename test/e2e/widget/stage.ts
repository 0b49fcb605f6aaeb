import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { BrowserContext, BrowserContextOptions, FrameLocator, Page } from 'playwright-core'
import type { VisitorSettings } from '../../../src/domain/visitor.ts'
import { startVisitorApiFake, type VisitorApiFake } from '../../fakes/visitor-api/server.ts'
import type { Profiles } from '../shared-browser.ts'

const WIDGET_FOLDER = fileURLToPath(new URL('../../../dist/web/widget/', import.meta.url))
export const CHANNEL_ID = '0123456789abcdef01234567'

/** A page policy as strict as they come: one script and one frame are all it allows. */
const strictPolicy = (origin: string): string =>
  `default-src 'none'; script-src ${origin} 'nonce-page'; frame-src ${origin}; connect-src ${origin}; ` +
  "style-src 'nonce-page'; require-trusted-types-for 'script'"

/** A site, the server it embeds the widget from, and a browser that looks at it. */
export interface Stage {
  readonly api: VisitorApiFake
  readonly site: string
  open(options?: OpenOptions): Promise<Visit>
  close(): Promise<void>
}

/** How a visitor comes. */
export interface OpenOptions extends BrowserContextOptions {
  readonly settings?: object
  readonly before?: string
  /** Another site than the server's, where this browser forbids frames to keep anything. */
  readonly crossSite?: boolean
}

/** One visitor at the site. */
export interface Visit {
  readonly context: BrowserContext
  readonly page: Page
  readonly frame: FrameLocator
  readonly launcher: ReturnType<Page['locator']>
  /** Errors and refusals of policy that the browser reported. */
  readonly complaints: string[]
}

export async function setStage(browser: Profiles, settings: Partial<VisitorSettings> = {}): Promise<Stage> {
  const api = await startVisitorApiFake(WIDGET_FOLDER, settings)
  const { server, url } = await startSite(api.url)
  const contexts: BrowserContext[] = []
  return {
    api,
    site: url,
    async open({ settings: pageSettings = {}, before = '', crossSite, ...options } = {}) {
      const context = await browser.newContext({ viewport: { width: 1_440, height: 900 }, ...options })
      contexts.push(context)
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(error.message))
      const query = new URLSearchParams({ settings: JSON.stringify(pageSettings), before })
      await page.goto(`${crossSite ? url.replace('localhost', '127.0.0.1') : url}/?${query}`)
      return { context, page, complaints, ...partsOf(page) }
    },
    async close() {
      await Promise.all(contexts.map((context) => context.close()))
      await api.close()
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Where the widget's parts are on a page. */
export function partsOf(page: Page): Pick<Visit, 'frame' | 'launcher'> {
  return {
    frame: page.frameLocator('tributary-widget iframe'),
    launcher: page.locator('tributary-widget button'),
  }
}

/** A page of another origin than the widget's server. */
async function startSite(widgetUrl: string): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://site')
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.setHeader('content-security-policy', strictPolicy(widgetUrl))
    response.end(`<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width"><title>A quiet shop</title>
<style nonce="page">body{margin:0;min-height:300vh;font:18px/1.6 Georgia,serif;background:#f4efe6;color:#2b2520}
main{max-width:720px;margin:auto;padding:64px 24px}@media(prefers-color-scheme:dark){body{background:#1d1a17;color:#e9e2d8}}</style>
<script nonce="page">window.tributarySettings=${searchParams.get('settings') ?? '{}'};
window.tributary=window.tributary||function(){(tributary.q=tributary.q||[]).push(arguments)};
window.heard=[];${searchParams.get('before') ?? ''}</script>
<script async src="${widgetUrl}/widget/loader.js" data-channel="${CHANNEL_ID}"></script></head>
<body><main><h1>A quiet shop</h1><p>Fine paper, inks and slow mornings.</p><button id="own">Ask us</button></main></body></html>`)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return { server, url: `http://localhost:${(server.address() as AddressInfo).port}` }
}
