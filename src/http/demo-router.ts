import { Router } from 'express'
import type { ChannelDirectory } from '../services/channel-directory.ts'
import { findDemoWidget } from '../services/visitor-demo.ts'
import { emptyPage, shopPage } from './demo-page.ts'
import { sendPage } from './security-headers.ts'

/** What the demo page needs. */
export interface DemoRouterDeps {
  readonly directory: Pick<ChannelDirectory, 'all'>
  readonly publicUrl: string
  /** Milliseconds since the epoch. */
  readonly clock: () => number
}

/** A shop that carries the widget, below `/demo`, so that both ends can be tried against each other at once. */
export function createDemoRouter(deps: DemoRouterDeps): Router {
  const { origin } = new URL(deps.publicUrl)
  const router = Router({ strict: true })
  router.get('/', async (_request, response) => {
    const widget = await findDemoWidget(deps)
    const { html, policy } =
      widget.kind === 'snippet' ? shopPage(widget.snippet, origin) : emptyPage(origin, widget.kind)
    response.setHeader('Cross-Origin-Resource-Policy', 'same-origin')
    sendPage(response, html, policy)
  })
  return router
}
