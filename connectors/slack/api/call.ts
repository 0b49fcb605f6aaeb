/** Calls of the Web API by Bolt's own client, over the fetch that we are given. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { SocketModeReceiver, webApi } from '@slack/bolt'
import type { ConnectorContext } from '../../../src/contract/connector.ts'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import type { SlackConfig } from '../config.ts'
import { type Fields, fieldsOf, listIn, textIn } from '../events/fields.ts'
import { platformError, type WireNotes, wireError } from './outcome.ts'
import { silentLogger } from './silent-logger.ts'

/** What we use of Bolt. */
interface Bolt {
  readonly webApi: typeof webApi
  readonly SocketModeReceiver: typeof SocketModeReceiver
}

export type SlackContext = ConnectorContext<SlackConfig>

/** How one call differs from others. */
export interface CallOptions {
  /** The bot's when left out. */
  readonly token?: string
  /** Ends the call; none when left out, so that what is being sent is not cut off. */
  readonly signal?: AbortSignal
}

/** An answer that says `ok`. */
export interface SlackAnswer {
  readonly fields: Fields
  /** What the token may do; undefined where the answer does not say. */
  readonly scopes: readonly string[] | undefined
}

const TIMEOUT_MS = 25_000

/** Big, so only what needs it pays for it. */
export const loadBolt = async (): Promise<Bolt> => await import('@slack/bolt')

/**
 * Calls one method. Bolt's client writes the request and reads the answer; repeating is left to who calls.
 * @throws ConnectorError
 */
export async function callSlack(
  method: string,
  args: Record<string, unknown>,
  ctx: SlackContext,
  { token = ctx.config.botToken, signal }: CallOptions = {},
): Promise<SlackAnswer> {
  const bolt = await loadBolt()
  const notes: WireNotes = {}
  const client = new bolt.webApi.WebClient(token, {
    slackApiUrl: ctx.config.apiBaseUrl,
    fetch: notedFetch(ctx.fetch, notes, signal),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    timeout: TIMEOUT_MS,
    logger: silentLogger(),
  })
  let answer: Fields
  try {
    answer = fieldsOf(await client.apiCall(method, args)) ?? {}
  } catch (error) {
    throw explained(error, notes)
  }
  const scopes = fieldsOf(answer['response_metadata'])?.['scopes']
  return { fields: answer, scopes: Array.isArray(scopes) ? scopes.map(String) : undefined }
}

/** What the client throws does not say all; what went over the wire does. */
export function notedFetch(
  fetch: typeof globalThis.fetch,
  notes: WireNotes,
  signal?: AbortSignal,
): typeof globalThis.fetch {
  return async (input, init) => {
    try {
      const signals = [init?.signal, signal].filter((one) => one != null)
      const response = await fetch(input, { ...init, signal: AbortSignal.any(signals) })
      notes.status = response.status
      const retryAfter = response.headers.get('retry-after')
      if (retryAfter !== null) notes.retryAfter = retryAfter
      return response
    } catch (error) {
      notes.failure = error
      throw error
    }
  }
}

function explained(error: unknown, notes: WireNotes): ConnectorError {
  if (error instanceof ConnectorError) return error
  const said = textIn(fieldsOf((error as { data?: unknown } | undefined)?.data), 'error')
  if (said !== undefined && notes.failure === undefined) return platformError(said, notes)
  // The head of the answer came and its rest did not.
  if (notes.failure === undefined && notes.status === 200) return wireError({ failure: error })
  return wireError(notes)
}

const LONGEST_PATIENCE_MS = 60_000

/** Waits where Slack asks for patience, for as long as the signal lets it; without one there is none. */
async function callPatiently(
  method: string,
  args: Record<string, unknown>,
  ctx: SlackContext,
  options: CallOptions,
): Promise<SlackAnswer> {
  const { signal } = options
  for (;;) {
    try {
      return await callSlack(method, args, ctx, options)
    } catch (error) {
      const { code, retryAfterMs } = error instanceof ConnectorError ? error.facts : {}
      if (signal === undefined || signal.aborted || code !== 'rate-limited') throw error
      await sleep(Math.min(retryAfterMs ?? 1_000, LONGEST_PATIENCE_MS), undefined, { signal }).catch(
        () => undefined,
      )
      if (signal.aborted) throw error
    }
  }
}

/** How far a method is followed that answers in pages. */
export interface PageOptions extends CallOptions {
  /** Ends it; what is behind is not asked for. */
  readonly most: number
  /** Asked after every page but the last. */
  readonly isEnough?: (items: readonly Fields[]) => boolean
}

/** Every item of a method that answers in pages. @throws ConnectorError */
export async function callPages(
  method: string,
  args: Record<string, unknown>,
  key: string,
  ctx: SlackContext,
  { most, isEnough = () => false, ...options }: PageOptions,
): Promise<readonly Fields[]> {
  const items: Fields[] = []
  let cursor: string | undefined
  do {
    const page = { limit: 200, ...args, ...(cursor !== undefined && { cursor }) }
    const { fields } = await callPatiently(method, page, ctx, options)
    items.push(...listIn(fields, key))
    cursor = textIn(fieldsOf(fields['response_metadata']), 'next_cursor')
  } while (cursor !== undefined && items.length < most && !isEnough(items))
  return items.slice(0, most)
}
