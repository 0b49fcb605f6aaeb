import { decodeBytes } from './charset.ts'
import type { TnefProperties } from './tnef-properties.ts'
import { readProperties } from './tnef-properties.ts'

const SIGNATURE = 0x223e9f78
const ATTACHMENT_LEVEL = 2
/** Attributes (MS-OXTNEF 2.1.3.4), by the lower half of their id. */
const MESSAGE_BODY = 0x800c
const MESSAGE_PROPERTIES = 0x9003
const CODE_PAGE = 0x9007
const FILE_BEGINS = 0x9002
const FILE_TITLE = 0x8010
const FILE_DATA = 0x800f
const FILE_PROPERTIES = 0x9005
/** MAPI properties. */
const BODY = 0x1000
const BODY_HTML = 0x1013
const LONG_NAME = 0x3707
const SHORT_NAME = 0x3704
const MIME_TYPE = 0x370e
const CONTENT_ID = 0x3712
const DATA = 0x3701
const MAX_FILES = 500
const MAX_ATTRIBUTES = 20_000

export interface TnefFile {
  readonly name?: string
  readonly contentType?: string
  readonly contentId?: string
  readonly bytes: Uint8Array
}

export interface TnefContent {
  readonly files: readonly TnefFile[]
  readonly text?: string
  readonly html?: string
}

interface OpenFile {
  title?: string
  data?: Uint8Array
  properties?: TnefProperties
}

/**
 * Opens what Outlook packs as `winmail.dat` (MS-OXTNEF). Undefined when it is none. Never throws: what is cut off or
 * untrue ends the reading, and what was read stays. Nothing is decompressed, so nothing is larger than it came.
 */
export function openTnef(bytes: Uint8Array): TnefContent | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 6 || view.getUint32(0, true) !== SIGNATURE) return undefined
  const files: OpenFile[] = []
  let body: Uint8Array | undefined
  let properties: TnefProperties | undefined
  let codePage: string | undefined
  let at = 6
  for (let count = 0; count < MAX_ATTRIBUTES && at + 9 <= bytes.length; count += 1) {
    const level = view.getUint8(at)
    const id = view.getUint32(at + 1, true) & 0xffff
    const length = view.getUint32(at + 5, true)
    const data = bytes.subarray(at + 9, at + 9 + length)
    if (data.length < length || (level !== 1 && level !== ATTACHMENT_LEVEL)) break
    at += 9 + length + 2
    if (level === ATTACHMENT_LEVEL) {
      if (id === FILE_BEGINS) {
        if (files.length >= MAX_FILES) break
        files.push({})
      }
      const file = files.at(-1)
      if (file !== undefined) readFileAttribute(file, id, data)
    } else if (id === CODE_PAGE && length >= 4)
      codePage = `windows-${String(data.subarray(0, 4).reduceRight((sum, byte) => sum * 256 + byte, 0))}`
    else if (id === MESSAGE_BODY) body = data
    else if (id === MESSAGE_PROPERTIES) properties = readProperties(data)
  }
  const text = textOf(properties?.get(BODY), codePage) ?? textOf(body, codePage)
  const html = textOf(properties?.get(BODY_HTML), 'utf-8')
  return {
    files: files.flatMap((file) => fileOf(file, codePage)),
    ...(text !== undefined && { text }),
    ...(html !== undefined && { html }),
  }
}

function readFileAttribute(file: OpenFile, id: number, data: Uint8Array): void {
  if (id === FILE_TITLE) file.title = Buffer.from(data).toString('latin1')
  else if (id === FILE_DATA) file.data = data
  else if (id === FILE_PROPERTIES) file.properties = readProperties(data)
}

function fileOf({ title, data, properties }: OpenFile, codePage: string | undefined): TnefFile[] {
  const bytes = data ?? bytesOf(properties?.get(DATA))
  if (bytes === undefined) return []
  const short = title === undefined ? undefined : decodeBytes(Buffer.from(title, 'latin1'), codePage).trim()
  const name =
    textOf(properties?.get(LONG_NAME), codePage) ?? textOf(properties?.get(SHORT_NAME), codePage) ?? short
  const contentType = textOf(properties?.get(MIME_TYPE), codePage)?.toLowerCase()
  const contentId = textOf(properties?.get(CONTENT_ID), codePage)
  return [
    {
      ...(name !== undefined && name !== '' && { name }),
      ...(contentType !== undefined && /^[\w.+-]{1,80}\/[\w.+-]{1,80}$/.test(contentType) && { contentType }),
      ...(contentId !== undefined && { contentId: contentId.replace(/[<>\s]/g, '') }),
      bytes,
    },
  ]
}

const bytesOf = (value: Uint8Array | string | undefined): Uint8Array | undefined =>
  typeof value === 'string' ? undefined : value

function textOf(value: Uint8Array | string | undefined, charset: string | undefined): string | undefined {
  const text = (
    typeof value === 'string' || value === undefined ? value : decodeBytes(value, charset)
  )?.trim()
  return text === undefined || text === '' ? undefined : text
}
