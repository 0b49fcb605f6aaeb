import type { Request, Response } from 'express'
import {
  AppError,
  ERROR_CATALOGUE,
  type ErrorCategory,
  type ErrorCode,
  type ErrorDetails,
} from '../domain/errors.ts'

/** The one place that knows which HTTP status an error has. */
export const STATUS_OF: Readonly<Record<ErrorCategory, number>> = {
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
}

/** What a client should wait when the error itself does not say. */
const UNAVAILABLE_RETRY_SECONDS = 2
const RATE_RETRY_SECONDS = 5

/** An RFC 9457 problem document; further members are the error's own. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: ErrorCode
  readonly detail?: string
  readonly field?: string
  readonly errors?: ErrorDetails['errors']
  readonly requestId: string
}

/** What went wrong, as one of the catalogue's errors; undefined when it is our own fault. */
export type Recognise = (error: unknown) => AppError | undefined

/** Errors of the body parser and of express itself, by their `type` or status. */
export function recogniseFrameError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error
  if (!(error instanceof Error)) return undefined
  const { type, status } = error as { readonly type?: unknown; readonly status?: unknown }
  switch (type) {
    case 'entity.parse.failed':
      return new AppError('malformed-json')
    case 'entity.too.large':
    case 'parameters.too.many':
      return new AppError('request-too-large')
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new AppError('unsupported-content-type')
    default:
      return typeof status === 'number' && status >= 400 && status < 500
        ? new AppError('invalid-input')
        : undefined
  }
}

/** The problem document of an error. */
export function problemOf(error: AppError, requestId: string): Problem {
  const { code, details } = error
  return {
    ...details.members,
    type: `urn:tributary:problem:${code}`,
    title: ERROR_CATALOGUE[code].title,
    status: STATUS_OF[error.category],
    code,
    ...(details.detail === undefined ? {} : { detail: details.detail }),
    ...(details.field === undefined ? {} : { field: details.field }),
    ...(details.errors === undefined ? {} : { errors: details.errors }),
    requestId,
  }
}

export function retryAfterOf({ category, details }: AppError): number | undefined {
  if (details.retryAfterSeconds !== undefined) return details.retryAfterSeconds
  if (category === 'unavailable') return UNAVAILABLE_RETRY_SECONDS
  return category === 'rate-limited' ? RATE_RETRY_SECONDS : undefined
}

/** Answers with a problem document; does nothing when an answer is under way already. */
export function sendProblem(request: Request, response: Response, error: AppError): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const problem = problemOf(error, requestIdOf(request))
  const retryAfter = retryAfterOf(error)
  if (retryAfter !== undefined) response.setHeader('Retry-After', String(retryAfter))
  if (problem.status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="tributary"')
  response.setHeader('Cache-Control', 'no-store')
  response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem))
}

/** The id that the log line and the answer of one request share. */
export const requestIdOf = (request: Request): string => String(request.id ?? '')
