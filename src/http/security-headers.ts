import { randomBytes } from 'node:crypto'
import type { RequestHandler, Response } from 'express'
import helmet from 'helmet'

/** Headers of every answer. What serves pages or files to others replaces the ones that it must. */
export function createSecurityHeaders(publicUrl: string): RequestHandler {
  const encrypted = publicUrl.startsWith('https:')
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
      },
    },
    // The policy's frame-ancestors says it; this older header knows no list of sites and would contradict the widget.
    frameguard: false,
    strictTransportSecurity: encrypted ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'same-origin' },
    crossOriginOpenerPolicy:
      encrypted || publicUrl.includes('//localhost') ? { policy: 'same-origin' } : false,
    originAgentCluster: false,
  })
}

/** A fresh nonce, and the policy of a page whose only inline style carries it. */
export function pagePolicy(options: { readonly scripts: boolean; readonly connectTo: readonly string[] }): {
  readonly nonce: string
  readonly policy: string
} {
  const nonce = randomBytes(16).toString('base64')
  const policy = [
    "default-src 'none'",
    `script-src ${options.scripts ? "'self'" : "'none'"}`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "font-src 'self'",
    `connect-src ${["'self'", ...options.connectTo].join(' ')}`,
    "worker-src 'self'",
    "manifest-src 'self'",
    "frame-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join('; ')
  return { nonce, policy }
}

/** Sends an HTML page under its policy. */
export function sendPage(response: Response, html: string, policy: string): void {
  response.setHeader('Content-Security-Policy', policy)
  response.setHeader('Cache-Control', 'no-store')
  response.type('html').send(html)
}
