import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import express, { type Request, type RequestHandler, type Response } from 'express'

const YEAR_MS = 31_536_000_000
const LOADER_SECONDS = 300

/** The built widget. What is not built does not exist. */
export interface WidgetFiles {
  /** False when there is none. */
  sendLoader(request: Request, response: Response): boolean
  /** False when there is none. */
  sendFrame(request: Request, response: Response, policy: string): boolean
  readonly assets: RequestHandler
}

interface Asset {
  readonly content: Buffer
  readonly tag: string
}

/** Reads loader and frame once; the rest is served from the folder under names that change with the content. */
export function readWidgetFiles(folder: string): WidgetFiles {
  const loader = readAsset(join(folder, 'loader.js'))
  const frame = readAsset(join(folder, 'frame.html'))
  return {
    sendLoader(request, response) {
      if (loader === undefined) return false
      // Any site may run it, also one that isolates itself by a cross-origin embedder policy.
      response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin')
      response.setHeader('Cache-Control', `public, max-age=${LOADER_SECONDS}`)
      sendAsset(request, response, loader, 'text/javascript; charset=utf-8')
      return true
    },
    sendFrame(request, response, policy) {
      if (frame === undefined) return false
      response.setHeader('Content-Security-Policy', policy)
      response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin')
      response.setHeader('Referrer-Policy', 'same-origin')
      // The policy names the sites and must not be an old one.
      response.setHeader('Cache-Control', 'no-store')
      sendAsset(request, response, frame, 'text/html; charset=utf-8')
      return true
    },
    assets: express.static(join(folder, 'assets'), {
      immutable: true,
      maxAge: YEAR_MS,
      index: false,
      redirect: false,
      dotfiles: 'ignore',
    }),
  }
}

function sendAsset(request: Request, response: Response, { content, tag }: Asset, contentType: string): void {
  response.setHeader('ETag', tag)
  if (request.headers['if-none-match']?.split(',').some((one) => one.trim().replace(/^W\//, '') === tag)) {
    response.status(304).end()
    return
  }
  response.setHeader('Content-Type', contentType)
  response.setHeader('Content-Length', String(content.length))
  response.end(request.method === 'HEAD' ? undefined : content)
}

function readAsset(path: string): Asset | undefined {
  try {
    const content = readFileSync(path)
    return { content, tag: `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"` }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
