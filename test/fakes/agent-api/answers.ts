import type { Response } from 'express'
import { ERROR_CATALOGUE, type ErrorCode } from '../../../src/domain/errors.ts'

const STATUS = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  'wrong-method': 405,
  conflict: 409,
  'too-large': 413,
  'unsupported-type': 415,
  refused: 422,
  'rate-limited': 429,
  unavailable: 503,
  internal: 500,
} as const

/** Answers with a problem document as the real server does. */
export function problem(response: Response, code: ErrorCode, members: object = {}): void {
  const { category, title } = ERROR_CATALOGUE[code]
  const status = STATUS[category]
  response.status(status).type('application/problem+json')
  response.send(
    JSON.stringify({ type: `/problems/${code}`, title, status, code, requestId: 'fake', ...members }),
  )
}

/** Cuts a page out of a sorted list; the cursor is a place in it. */
export function pageOf<T>(
  items: readonly T[],
  cursor: unknown,
  limit: unknown,
): { items: T[]; nextCursor?: string } {
  const from = Number(cursor ?? 0)
  const size = Number(limit ?? 25)
  const page = items.slice(from, from + size)
  return from + size < items.length ? { items: page, nextCursor: String(from + size) } : { items: page }
}
