import { fileTypeFromBuffer } from 'file-type'
import { AppError } from '../domain/errors.ts'
import type { AttachmentContent, AttachmentSource } from '../store/attachment-document.ts'
import { type ImageSizeReader, imageSizeReaderFor, isShowable } from './attachment-image-size.ts'

/** What anything is called that is not known to be harmless. */
export const UNKNOWN_TYPE = 'application/octet-stream'

/** As much as recognising a type needs. */
const HEAD_BYTES = 4_100
const CONTENT_TYPE = /^[a-z]+\/[a-z0-9][a-z0-9.+-]{0,100}$/
/** Types that a browser would run or draw by the file's own instructions. */
const ACTIVE = /xml|html|svg|javascript|ecmascript|x-shockwave|x-httpd/
/** A text that begins like this may be taken for a page or a drawing. */
const MARKUP = /^[\uFEFF\s]*<(?:[a-z!?/])/i
/** What no text holds; NUL above all. */
const NOT_TEXT = /[\u0000-\u0008\u000E-\u001A\u001C-\u001F\u007F]/

/** The types that are shown in place, once their bytes have proven them. */
const SHOWN_IN_PLACE: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp'])

/** Whether a file may be shown in place: a picture whose size is known and sensible. */
export function mayShowInPlace({ contentType, width, height }: AttachmentContent): boolean {
  return SHOWN_IN_PLACE.has(contentType) && width !== undefined && height !== undefined
}

/** A type that a platform names, where it is one that nothing runs; it only says what a list shows until the bytes are here. */
export function claimedTypeOf(contentType: string | undefined): string {
  const claimed = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  return CONTENT_TYPE.test(claimed) && !ACTIVE.test(claimed) ? claimed : UNKNOWN_TYPE
}

/**
 * Lets a file pass while finding out what it is: by its bytes alone, whatever the sender says.
 * Drawings and pages (SVG, HTML, XML) and pictures of an absurd size count as unknown: they are kept, never shown.
 * @throws AppError `attachment-too-large` from the chunks as soon as there are more than `maxBytes`
 */
export function inspectContent(
  source: AsyncIterable<Uint8Array>,
  { maxBytes }: { readonly maxBytes: number },
): AttachmentSource {
  const text = createTextCheck()
  let head = new Uint8Array(0)
  let detected: string | undefined
  let reader: ImageSizeReader | undefined
  let sizeBytes = 0
  let headRead = false

  const readHead = async (): Promise<void> => {
    headRead = true
    detected = await detect(head)
    reader = imageSizeReaderFor(detected ?? '')
    reader?.push(head)
  }

  async function* chunks(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      sizeBytes += chunk.length
      if (sizeBytes > maxBytes) throw tooLarge(maxBytes)
      text.push(chunk)
      if (headRead) reader?.push(chunk)
      else {
        head = Buffer.concat([head, chunk])
        if (head.length >= HEAD_BYTES) await readHead()
      }
      yield chunk
    }
    if (!headRead) await readHead()
  }

  return {
    chunks: chunks(),
    content: () => {
      const contentType = detected ?? (text.isPlain() && sizeBytes > 0 ? 'text/plain' : UNKNOWN_TYPE)
      if (!SHOWN_IN_PLACE.has(contentType)) return Promise.resolve({ contentType, sizeBytes })
      const size = reader?.size()
      return Promise.resolve(
        size && isShowable(size)
          ? { contentType, sizeBytes, ...size }
          : { contentType: UNKNOWN_TYPE, sizeBytes },
      )
    },
  }
}

/** The refusal of a file that is larger than allowed here. */
export function tooLarge(maxBytes: number): AppError {
  return new AppError('attachment-too-large', {
    field: 'file',
    detail: `A file may have ${maxBytes} bytes at most.`,
    members: { limit: maxBytes },
  })
}

async function detect(head: Uint8Array): Promise<string | undefined> {
  const type = await fileTypeFromBuffer(head).catch(() => undefined)
  if (!type) return undefined
  const contentType = type.mime.split(';', 1)[0]?.trim() ?? ''
  return CONTENT_TYPE.test(contentType) && !ACTIVE.test(contentType) ? contentType : UNKNOWN_TYPE
}

/** Whether everything that passed is plain UTF-8 text and no markup. */
function createTextCheck() {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let plain = true
  let start = ''

  const look = (decode: () => string): void => {
    if (!plain) return
    try {
      const piece = decode()
      if (start.length < HEAD_BYTES) {
        start += piece.slice(0, HEAD_BYTES)
        if (MARKUP.test(start)) plain = false
      }
      if (NOT_TEXT.test(piece)) plain = false
    } catch {
      plain = false
    }
  }

  return {
    push: (chunk: Uint8Array): void => look(() => decoder.decode(chunk, { stream: true })),
    isPlain(): boolean {
      look(() => decoder.decode())
      return plain
    },
  }
}
