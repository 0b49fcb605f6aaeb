import { problemOf, UnreachableError } from './problem.ts'

/** What a request may carry. */
export interface RequestOptions {
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly body?: object
  readonly form?: FormData
  readonly signal?: AbortSignal
}

/** Asks the server for JSON; throws ProblemError or UnreachableError. */
export type HttpClient = <T>(method: string, path: string, options?: RequestOptions) => Promise<T>

/** A client for one prefix such as `/api/v1`, with the session's cookie. */
export function createHttpClient(prefix: string): HttpClient {
  return async <T>(method: string, path: string, options: RequestOptions = {}): Promise<T> => {
    const response = await send(`${prefix}${path}${queryString(options.query)}`, method, options)
    if (!response.ok) throw await problemOf(response)
    if (response.status === 204) return undefined as T
    const text = await response.text()
    return (text === '' ? undefined : JSON.parse(text)) as T
  }
}

async function send(url: string, method: string, options: RequestOptions): Promise<Response> {
  try {
    return await fetch(url, {
      method,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        ...(options.body ? { 'content-type': 'application/json' } : {}),
      },
      body: options.form ?? (options.body ? JSON.stringify(options.body) : null),
      signal: options.signal ?? null,
    })
  } catch (cause) {
    if (options.signal?.aborted) throw cause
    throw new UnreachableError(cause)
  }
}

function queryString(query: RequestOptions['query'] = {}): string {
  const pairs = Object.entries(query).flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : [[key, String(value)]],
  )
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`
}
