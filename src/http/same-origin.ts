import type { Request } from 'express'
import { AppError } from '../domain/errors.ts'
import { isOwnOrigin } from '../services/own-origin.ts'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Refuses requests that another site's page makes with a person's cookie. Browsers send `Origin` or
 * `Sec-Fetch-Site` with every request that changes something; a client that sends neither is no browser.
 * @throws AppError `origin-not-allowed`
 */
export function requireSameOrigin(request: Request, publicOrigin: string): void {
  if (SAFE.has(request.method)) return
  const origin = request.headers.origin
  if (origin !== undefined) {
    if (isOwnOrigin(origin, request.headers.host, publicOrigin)) return
    throw new AppError('origin-not-allowed')
  }
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw new AppError('origin-not-allowed')
}
