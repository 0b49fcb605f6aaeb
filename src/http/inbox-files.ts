import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import express, { type Request, type Response, Router } from 'express'
import { pagePolicy, sendPage } from './security-headers.ts'

const YEAR_SECONDS = 31_536_000
/** Addresses that never mean a page of the inbox. */
const NO_PAGE = /^\/(?:api|widget|ingress|socket\.io|assets|metrics|healthz|readyz)(?:\/|$)/
const NONCE_TAG = /<meta\s+name="csp-nonce"[^>]*>/

/**
 * The agents' app: hashed assets for ever, other files briefly, and the page itself for every address a person may
 * open or reload. Without a build the addresses do not exist.
 */
export function serveInbox({
  folder,
  publicUrl,
}: {
  readonly folder: string
  readonly publicUrl: string
}): Router {
  const router = Router()
  const page = readPage(join(folder, 'index.html'))
  const sockets = publicUrl.replace(/^http/, 'ws')

  const answerPage = (_request: Request, response: Response, next: () => void): void => {
    if (page === undefined) return next()
    const { nonce, policy } = pagePolicy({ scripts: true, connectTo: [sockets] })
    sendPage(response, page.replace(NONCE_TAG, `<meta name="csp-nonce" content="${nonce}">`), policy)
  }

  // No address of ours has an encoded slash; a file must not be reached by a second spelling.
  router.use((request, _response, next) => next(/%2f|%5c/i.test(request.path) ? 'router' : undefined))
  router.get(['/', '/index.html'], answerPage)
  router.use(
    '/assets',
    express.static(join(folder, 'assets'), {
      immutable: true,
      maxAge: YEAR_SECONDS * 1000,
      index: false,
      redirect: false,
    }),
  )
  router.use(express.static(folder, { maxAge: 300_000, index: false, redirect: false, dotfiles: 'ignore' }))
  router.get('/{*path}', (request, response, next) => {
    const wantsPage = request.accepts(['json', 'html']) === 'html' && !NO_PAGE.test(request.path)
    if (wantsPage) answerPage(request, response, next)
    else next()
  })
  return router
}

function readPage(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
