import type { IncomingHttpHeaders } from 'node:http'
import { AppError, type ErrorCode } from '../domain/errors.ts'
import { isOwnOrigin } from '../services/own-origin.ts'

/** What a client finds in `connect_error`. */
export interface Refusal extends Error {
  readonly data: { readonly code: ErrorCode; readonly detail?: string }
}

/** Says no in the words of the catalogue; of an error that is none of ours only the code `internal` is told. */
export function refusalFor(error: unknown): Refusal {
  if (!(error instanceof AppError)) {
    return Object.assign(new Error('internal'), { data: { code: 'internal' as const } })
  }
  const { detail } = error.details
  return Object.assign(new Error(error.code), {
    data: { code: error.code, ...(detail === undefined ? {} : { detail }) },
  })
}

/**
 * Whether the page that opens the socket is ours. Browsers name the origin on every WebSocket and on requests to
 * other sites, but not on polling requests to the page's own site; there they say `Sec-Fetch-Site`.
 *
 * @throws AppError `origin-not-allowed`
 */
export function requireOwnOrigin(headers: IncomingHttpHeaders, publicOrigin: string): void {
  const { origin, host } = headers
  if (origin === undefined) {
    const site = headers['sec-fetch-site']
    if (site === undefined || site === 'same-origin') return
  } else if (isOwnOrigin(origin, host, publicOrigin)) {
    return
  }
  throw new AppError('origin-not-allowed')
}
