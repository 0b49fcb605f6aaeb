import type { Twilio } from 'twilio'
import type { RequestOptions } from 'twilio/lib/base/RequestClient.js'
import type { ConnectorContext } from '../../../src/contract/connector.ts'
import type { TwilioConfig } from './config.ts'
import { ApiTrouble, broken, refusal } from './trouble.ts'

/** How long Twilio may take to answer one request. */
export const ANSWER_LIMIT_MS = 20_000

/** What a request needs; `contentBaseUrl` only of channels with templates. */
export type TwilioContext = Pick<ConnectorContext<TwilioConfig>, 'fetch' | 'signal'> & {
  readonly config: TwilioConfig & { readonly contentBaseUrl?: string }
}

type HttpClient = NonNullable<NonNullable<ConstructorParameters<typeof Twilio>[2]>['httpClient']>

/**
 * Twilio's own library over the guarded fetch: it knows the resources, this sends them. It is loaded when it is first
 * used, since it is large. Nothing is repeated by itself; whatever goes wrong is an {@link ApiTrouble}.
 */
export async function openClient(ctx: TwilioContext): Promise<Twilio> {
  const { accountSid, authToken } = ctx.config
  const { default: twilio } = await import('twilio')
  const httpClient = { request: (options: RequestOptions) => request(options, ctx) } as unknown as HttpClient
  return twilio(accountSid, authToken, { accountSid, httpClient, autoRetry: false })
}

/** Where a product of Twilio's is, for an account that lives at the address in the settings. */
export function placeOf(url: URL, { apiBaseUrl, contentBaseUrl }: TwilioContext['config']): string {
  const product = url.hostname.split('.', 1)[0] ?? ''
  return `${baseOf(product, apiBaseUrl, contentBaseUrl)}${url.pathname}${url.search}`
}

function baseOf(product: string, apiBaseUrl: string, contentBaseUrl?: string): string {
  if (product === 'content' && contentBaseUrl) return contentBaseUrl.replace(/\/+$/, '')
  const own = apiBaseUrl.replace(/\/+$/, '')
  return product === 'api'
    ? own
    : own.replace(/^(https:\/\/)api(\.(?:[a-z0-9-]+\.)*twilio\.com)$/, `$1${product}$2`)
}

async function request(options: RequestOptions, ctx: TwilioContext) {
  const url = new URL(placeOf(new URL(options.uri), ctx.config))
  for (const [name, value] of pairs(options.params ?? {})) url.searchParams.append(name, value)
  const { config, signal } = ctx
  const headers = new Headers((options.headers ?? {}) as Record<string, string>)
  headers.set('Authorization', credentials(config))
  const body = bodyOf(options.data, headers)
  const init: RequestInit = {
    method: options.method.toUpperCase(),
    headers,
    signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_LIMIT_MS)]),
    ...(body === undefined ? {} : { body }),
  }
  if (signal.aborted) throw new ApiTrouble({ kind: 'not-begun' })
  let answer: Response
  let text: string
  try {
    answer = await ctx.fetch(url, init)
    text = await answer.text()
  } catch (error) {
    throw broken(error)
  }
  const given = objectIn(text)
  if (answer.status < 200 || answer.status >= 300) throw refusal(answer, given)
  if (given === undefined && answer.status !== 204) throw new ApiTrouble({ kind: 'garbage' })
  return { statusCode: answer.status, body: given ?? {}, headers: Object.fromEntries(answer.headers) }
}

/** Basic credentials of the account. */
export const credentials = ({ accountSid, authToken }: TwilioConfig): string =>
  `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`

function bodyOf(data: unknown, headers: Headers): string | undefined {
  if (data === undefined || data === null) return undefined
  if (headers.get('content-type') === 'application/json') return JSON.stringify(data)
  return new URLSearchParams(pairs(data)).toString()
}

function pairs(data: object): [string, string][] {
  return Object.entries(data as Readonly<Record<string, unknown>>).flatMap(([name, value]) =>
    [value].flat().flatMap((one): [string, string][] => (one === undefined ? [] : [[name, String(one)]])),
  )
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
