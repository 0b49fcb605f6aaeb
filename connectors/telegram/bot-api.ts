/** Telegram's client library on our own wire: every call goes through the guarded fetch, to the server of the settings. */
import type * as Library from 'telegraf'
import type { Telegram as Methods, Opts } from 'telegraf/types'
import type { ConnectorContext } from '../../src/contract/connector.ts'
import { ConnectorError } from '../../src/contract/connector-error.ts'
import { brokenLine, unreadableAnswer } from './failures.ts'
import type { TelegramConfig } from './settings.ts'
import { asObject, numberIn, objectIn, textIn } from './wire.ts'

/** What of the context a call needs. */
export type BotContext = Pick<ConnectorContext<TelegramConfig>, 'config' | 'fetch' | 'signal'>

/** The library's methods; each throws its TelegramError for a refusal and ConnectorError for everything else. */
export type Bot = Library.Telegram

/** A file on its way up. */
export interface Upload {
  readonly source: Buffer<ArrayBuffer>
  readonly filename: string
  readonly contentType: string
}

let library: Promise<typeof Library> | undefined

/** It is large, and most processes never call. */
const loadLibrary = (): Promise<typeof Library> => {
  library ??= import('telegraf')
  return library
}

/** The address of the Bot API without an end slash. */
export const apiRootOf = ({ apiBaseUrl }: TelegramConfig): string => apiBaseUrl.replace(/\/+$/, '')

/** A bot that may call. */
export async function openBot({ config, fetch, signal }: BotContext): Promise<Bot> {
  const { Telegram, TelegramError } = await loadLibrary()
  const { botToken } = config
  const apiRoot = apiRootOf(config)

  /** In place of the library's own, which would connect past the guard. All of its methods end here. */
  const callApi = async <M extends keyof Methods>(
    method: M,
    payload: Opts<M>,
  ): Promise<ReturnType<Methods[M]>> => {
    const response = await fetch(`${apiRoot}/bot${botToken}/${method}`, {
      method: 'POST',
      signal,
      ...contentOf(payload as Readonly<Record<string, unknown>>),
    }).catch((error: unknown) => {
      throw brokenLine(error, signal)
    })
    const answer = await answerOf(response, signal)
    if (answer.ok) return answer.result as ReturnType<Methods[M]>
    const { code, description, parameters } = answer
    throw new TelegramError({ error_code: code, description, parameters })
  }
  return Object.assign(new Telegram(botToken, { apiRoot, webhookReply: false }), { callApi })
}

/** JSON, or a form where a file goes with it. */
function contentOf(payload: Readonly<Record<string, unknown>>): {
  body: string | FormData
  headers?: Record<string, string>
} {
  const given = Object.entries(payload).filter(([, value]) => value !== undefined && value !== null)
  if (!given.some(([, value]) => isUpload(value))) {
    return {
      body: JSON.stringify(Object.fromEntries(given)),
      headers: { 'Content-Type': 'application/json' },
    }
  }
  const form = new FormData()
  for (const [key, value] of given) {
    if (isUpload(value)) {
      form.append(key, new Blob([value.source], { type: value.contentType }), value.filename)
    } else form.append(key, typeof value === 'object' ? JSON.stringify(value) : String(value))
  }
  return { body: form }
}

function isUpload(value: unknown): value is Upload {
  const file = asObject(value)
  return file !== undefined && Buffer.isBuffer(file['source'])
}

type Answer =
  | { readonly ok: true; readonly result: unknown }
  | {
      readonly ok: false
      readonly code: number
      readonly description: string
      readonly parameters: { readonly retry_after?: number; readonly migrate_to_chat_id?: number }
    }

/** @throws ConnectorError when nobody can tell what the platform did */
async function answerOf(response: Response, signal: AbortSignal): Promise<Answer> {
  const { status, headers } = response
  const text = await response.text().catch((error: unknown) => {
    throw brokenLine(error, signal)
  })
  const data = jsonIn(text)
  if (data?.['ok'] === true && 'result' in data) return { ok: true, result: data['result'] }
  const said = data?.['ok'] === false
  if (status < 300 && !said) throw unreadableAnswer()
  const code = (said && data ? numberIn(data, 'error_code') : undefined) ?? status
  const parameters = (data && objectIn(data, 'parameters')) ?? {}
  const retryAfter = numberIn(parameters, 'retry_after') ?? secondsIn(headers.get('retry-after'))
  const movedTo = numberIn(parameters, 'migrate_to_chat_id')
  return {
    ok: false,
    code,
    description: (data && textIn(data, 'description')) || `HTTP ${status}`,
    parameters: {
      ...(retryAfter === undefined ? {} : { retry_after: retryAfter }),
      ...(movedTo === undefined ? {} : { migrate_to_chat_id: movedTo }),
    },
  }
}

function jsonIn(text: string): ReturnType<typeof asObject> {
  try {
    return asObject(JSON.parse(text) as unknown)
  } catch {
    return undefined
  }
}

const secondsIn = (header: string | null): number | undefined =>
  header !== null && /^\d{1,6}$/.test(header) ? Number(header) : undefined

/** Reads a file of the platform. @throws ConnectorError */
export async function download(path: string, { config, fetch, signal }: BotContext): Promise<Response> {
  // A server of one's own that keeps its files to itself names a place on its own disk.
  const isPlain = path !== '' && !path.startsWith('/') && !/(?:^|\/)\.{1,2}(?:\/|$)/.test(path)
  if (!isPlain) {
    throw new ConnectorError({
      code: 'file-out-of-reach',
      detail: 'The Bot API server keeps this file on its own disk: start it without --local.',
      retry: 'never',
      delivery: 'not-sent',
    })
  }
  const name = path.split('/').map(encodeURIComponent).join('/')
  return fetch(`${apiRootOf(config)}/file/bot${config.botToken}/${name}`, { signal }).catch(
    (error: unknown) => {
      throw brokenLine(error, signal)
    },
  )
}
