import { pipeline } from 'node:stream/promises'
import type { Request, Response } from 'express'
import type { OpenedAttachment } from '../services/open-attachment.ts'
import { type ByteRange, rangeOf, sliced } from './byte-range.ts'

/** Even opened as a page of its own, a file may run nothing, load nothing and be framed by nobody. */
const POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

/** Says of an answer that holds somebody else's bytes that nothing may come of them but a file. */
export function guardDownload(response: Response): void {
  response.setHeader('Content-Security-Policy', POLICY)
  response.setHeader('X-Content-Type-Options', 'nosniff')
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin')
}

/**
 * Answers with a file: to be saved, unless it is a picture and asked for in place. Its reader's right to it was
 * checked before; the browser may keep it but must ask each time, so that a right taken away ends at once.
 */
export async function sendAttachment(
  request: Request,
  response: Response,
  attachment: OpenedAttachment,
  { inline }: { readonly inline: boolean },
): Promise<void> {
  const { id, name, contentType, sizeBytes, showable } = attachment
  const tag = `"${id}"`
  guardDownload(response)
  response.setHeader('Cache-Control', 'private, no-cache')
  response.setHeader('ETag', tag)
  if (knows(request, tag)) {
    response.status(304).end()
    return
  }
  response.setHeader('Content-Type', contentType === 'text/plain' ? 'text/plain; charset=utf-8' : contentType)
  response.setHeader(
    'Content-Disposition',
    contentDisposition(inline && showable ? 'inline' : 'attachment', name),
  )
  response.setHeader('Accept-Ranges', 'bytes')
  const range = askedRange(request, tag, sizeBytes)
  if (range === 'unsatisfiable') {
    response.setHeader('Content-Range', `bytes */${sizeBytes}`)
    response.status(416).end()
    return
  }
  if (range) {
    response.status(206)
    response.setHeader('Content-Range', `bytes ${range.from}-${range.to}/${sizeBytes}`)
  }
  response.setHeader('Content-Length', String(range ? range.to - range.from + 1 : sizeBytes))
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  const bytes = await attachment.read()
  try {
    await (range ? pipeline(bytes, (source) => sliced(source, range), response) : pipeline(bytes, response))
  } catch (error) {
    // Before the first byte the error can still be told; afterwards only breaking off tells it.
    if (!response.headersSent) throw error
    response.destroy()
  }
}

/** A part alone fits only a file that is still the same one (RFC 9110 §13.1.5). */
function askedRange(
  { headers, method }: Request,
  tag: string,
  sizeBytes: number,
): ByteRange | 'unsatisfiable' | undefined {
  const before = headers['if-range']
  return method === 'GET' && (before === undefined || before === tag)
    ? rangeOf(headers.range, sizeBytes)
    : undefined
}

const knows = (request: Request, tag: string): boolean =>
  (request.headers['if-none-match'] ?? '').split(',').some((one) => one.trim().replace(/^W\//, '') === tag)

/** The header of RFC 6266: a plain name for old clients and the true one, encoded, for the others. */
export function contentDisposition(kind: 'inline' | 'attachment', name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encoded(name)}`
}

/** RFC 8187. Half a surrogate pair, which encodeURIComponent throws at, becomes the replacement character. */
function encoded(name: string): string {
  const wellFormed = Buffer.from(name, 'utf8').toString('utf8')
  return encodeURIComponent(wellFormed).replace(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
