import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { ConnectorContext } from '../../../src/contract/connector.ts'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import { credentials } from './client.ts'
import type { TwilioConfig } from './config.ts'
import { isMediaPath } from './media-ref.ts'
import { broken, factsOf, refusal } from './trouble.ts'

const MOST_REDIRECTS = 4
const FETCH_LIMIT_MS = 60_000
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/**
 * A file of a message. Twilio's API wants the account's credentials and names a place elsewhere, which must not see
 * them: they go to the address in the settings and nowhere else, and every further step is taken by hand.
 */
export async function fetchMedia(
  { ref }: { readonly ref: string },
  ctx: ConnectorContext<TwilioConfig>,
): Promise<Readable> {
  const { config } = ctx
  const atApi = isMediaPath(ref)
  let url = atApi ? `${config.apiBaseUrl.replace(/\/+$/, '')}${ref}` : ref
  for (let step = 0; step <= MOST_REDIRECTS; step += 1) {
    if (!isAllowed(url, config)) throw gone('The file lies at an address that is not https.')
    const headers = atApi && step === 0 ? { Authorization: credentials(config) } : undefined
    const answer = await get(url, headers, ctx)
    const target = answer.headers.get('location')
    if (!REDIRECTS.has(answer.status) || target === null) return contentOf(answer)
    await answer.body?.cancel()
    if (!URL.canParse(target, url)) throw gone('The file’s address cannot be read.')
    url = new URL(target, url).href
  }
  throw gone('The file is sent from one address to the next.')
}

/** Encrypted everywhere but at the address that the administrator himself has set otherwise. */
function isAllowed(url: string, { apiBaseUrl }: TwilioConfig): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, origin, username, password } = new URL(url)
  if (username !== '' || password !== '') return false
  return protocol === 'https:' || origin === new URL(apiBaseUrl).origin
}

async function get(
  url: string,
  headers: Readonly<Record<string, string>> | undefined,
  { fetch, signal }: ConnectorContext<TwilioConfig>,
): Promise<Response> {
  try {
    return await fetch(url, {
      ...(headers === undefined ? {} : { headers }),
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(FETCH_LIMIT_MS)]),
    })
  } catch (error) {
    throw new ConnectorError({ ...factsOf(broken(error)), delivery: 'not-sent' }, { cause: error })
  }
}

/**
 * The content of an answer. For some seconds after it told of a file Twilio may not find it itself (404), and credentials
 * or storage that fail now may be mended: only what it says is gone is gone. Who asks gives up in the end.
 */
async function contentOf(answer: Response): Promise<Readable> {
  const { status, body } = answer
  if (status === 200 && body) return Readable.fromWeb(body as ReadableStream<Uint8Array>)
  await body?.cancel()
  if (status === 410) throw gone('Twilio no longer has the file.')
  throw new ConnectorError({
    ...factsOf(refusal(answer, undefined)),
    ...(status === 404
      ? { code: 'file-not-ready', detail: 'Twilio does not find the file, or not yet.' }
      : {}),
    retry: 'later',
    delivery: 'not-sent',
  })
}

const gone = (detail: string): ConnectorError =>
  new ConnectorError({ code: 'file-gone', detail, retry: 'never', delivery: 'not-sent' })
