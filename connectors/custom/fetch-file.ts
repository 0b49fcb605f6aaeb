import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { ConnectorError } from '../../src/contract/connector-error.ts'
import type { AttachmentRef } from '../../src/contract/inbound-event.ts'
import type { Context } from './endpoint.ts'

const MOST_REDIRECTS = 3

/**
 * A customer's file from the address that was posted. Nothing secret goes with the request, so redirects are followed;
 * each goes through the guard of our own network like the first.
 */
export async function fetchFile(
  { ref }: Extract<AttachmentRef, { kind: 'remote' }>,
  { fetch, signal }: Context,
): Promise<Readable> {
  let url = ref
  for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
    const response = await fetch(url, { redirect: 'manual', signal }).catch((cause: unknown) => {
      throw failed('connection-failed', 'The address of the file cannot be reached', 'later', cause)
    })
    const { status, headers, body } = response
    if (response.ok && body) return Readable.fromWeb(body as ReadableStream)
    await body?.cancel()
    const location = headers.get('location')
    if (status >= 300 && status < 400 && location !== null && URL.canParse(location, url)) {
      url = new URL(location, url).href
      continue
    }
    const passes = status >= 500 || status === 429 || status === 408
    throw failed(
      'file-not-available',
      `The address of the file answers ${status}`,
      passes ? 'later' : 'never',
    )
  }
  throw failed('file-not-available', 'The address of the file redirects without end', 'never')
}

const failed = (code: string, detail: string, retry: 'never' | 'later', cause?: unknown): ConnectorError =>
  new ConnectorError({ code, detail, retry, delivery: 'not-sent' }, { cause })
