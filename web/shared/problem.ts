import type { ErrorCode } from '../../src/domain/errors.ts'

/** A problem document as the server answers it. */
export interface ProblemDocument {
  readonly title: string
  readonly status: number
  readonly code: ErrorCode
  readonly detail?: string
  readonly field?: string
  readonly errors?: readonly { readonly field: string; readonly message: string; readonly code?: string }[]
  readonly requestId?: string
  /** From the header of the same name. */
  readonly retryAfterSeconds?: number
}

/** The server answered, and said no. */
export class ProblemError extends Error {
  readonly problem: ProblemDocument

  constructor(problem: ProblemDocument) {
    super(problem.detail ?? problem.title)
    this.name = 'ProblemError'
    this.problem = problem
  }
}

/** No answer came: nobody knows whether the request arrived. */
export class UnreachableError extends Error {
  constructor(cause: unknown) {
    super('The server cannot be reached', { cause })
    this.name = 'UnreachableError'
  }
}

/** Whether an error is the server's answer with this code. */
export const isProblem = (error: unknown, code: ErrorCode): error is ProblemError =>
  error instanceof ProblemError && error.problem.code === code

/** Whether asking again later, unchanged, may succeed. */
export const isPassing = (error: unknown): boolean =>
  error instanceof UnreachableError ||
  (error instanceof ProblemError && (error.problem.status >= 500 || error.problem.status === 429))

/** Reads a problem document out of an answer that should hold one; a proxy's page becomes one too. */
export async function problemOf(response: Response): Promise<ProblemError> {
  const fallback: ProblemDocument = {
    title: `The server answered ${response.status}`,
    status: response.status,
    code: response.status >= 500 ? 'unavailable' : 'invalid-input',
  }
  try {
    const body: unknown = await response.json()
    const problem = isProblemDocument(body) ? body : fallback
    const retryAfterSeconds = Number(response.headers.get('retry-after') ?? Number.NaN)
    return new ProblemError(Number.isFinite(retryAfterSeconds) ? { ...problem, retryAfterSeconds } : problem)
  } catch {
    return new ProblemError(fallback)
  }
}

function isProblemDocument(body: unknown): body is ProblemDocument {
  return typeof body === 'object' && body !== null && 'code' in body && 'title' in body && 'status' in body
}
