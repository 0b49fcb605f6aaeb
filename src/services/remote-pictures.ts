import { AppError } from '../domain/errors.ts'
import { inspectContent, mayShowInPlace } from './attachment-content.ts'

/** A picture that another server gave. */
export interface RemotePicture {
  readonly contentType: string
  readonly bytes: Uint8Array
}

/** Fetches a picture that a letter names. @throws AppError `remote-unavailable`, whatever is in the way */
export type FetchRemotePicture = (url: string) => Promise<RemotePicture>

export const MOST_PICTURE_BYTES = 5_000_000
export const PICTURE_LIMIT_MS = 10_000
/** Each is in memory whole, and one letter may name hundreds: so many of all agents at the same time, the others wait. */
export const MOST_PICTURES_AT_ONCE = 24
const MOST_REDIRECTS = 3
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/**
 * Makes the function that fetches remote pictures for agents: whoever keeps them learns neither who looks nor from
 * where. Nothing but the address goes out, every step of a redirect passes the guard anew, and only what its bytes show
 * to be a picture comes back.
 * @param fetch guarded; must hand redirects back and break off answers that are too long
 */
export function createRemotePictures({
  fetch,
  limitMs = PICTURE_LIMIT_MS,
}: {
  readonly fetch: typeof globalThis.fetch
  readonly limitMs?: number
}): FetchRemotePicture {
  const inTurn = createTurns(MOST_PICTURES_AT_ONCE)
  return async (url) => {
    try {
      // Waiting counts: whoever keeps us waiting takes nobody's turn for longer than the limit.
      const signal = AbortSignal.timeout(limitMs)
      const bytes = await inTurn(signal, () => download(url, fetch, signal))
      const source = inspectContent(once(bytes), { maxBytes: MOST_PICTURE_BYTES })
      for await (const _ of source.chunks);
      const content = await source.content()
      if (!mayShowInPlace(content)) throw new Error('it is no picture')
      return { contentType: content.contentType, bytes }
    } catch {
      // Neither what stands at the address nor why it cannot be had is for the reader: both say something of networks.
      throw new AppError('remote-unavailable')
    }
  }
}

/** Runs so many at the same time; the others wait, first come, first served, until their signal aborts. */
function createTurns(most: number) {
  let taken = 0
  const waiting = new Set<() => void>()
  const wait = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const begin = (): void => {
        signal.removeEventListener('abort', onAbort)
        resolve()
      }
      const onAbort = (): void => {
        waiting.delete(begin)
        reject(signal.reason)
      }
      waiting.add(begin)
      signal.addEventListener('abort', onAbort, { once: true })
    })
  return async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    // A turn is handed over, so that nobody slips in between.
    if (taken < most) taken += 1
    else await wait(signal)
    try {
      return await work()
    } finally {
      const [next] = waiting
      if (next) {
        waiting.delete(next)
        next()
      } else taken -= 1
    }
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

async function download(
  first: string,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
): Promise<Uint8Array> {
  let url = new URL(first)
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new Error('not a web address')
    url.username = ''
    url.password = ''
    const response = await fetch(url, {
      redirect: 'manual',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      headers: { accept: 'image/png, image/jpeg, image/gif, image/webp' },
      signal,
    })
    if (REDIRECTS.has(response.status)) {
      await response.body?.cancel()
      url = new URL(response.headers.get('location') ?? '', url)
    } else if (response.ok && response.body) return collected(response.body)
    else {
      await response.body?.cancel()
      throw new Error(`answered ${response.status}`)
    }
  }
  throw new Error('it leads on and on')
}

async function collected(body: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > MOST_PICTURE_BYTES) throw new Error('it is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
