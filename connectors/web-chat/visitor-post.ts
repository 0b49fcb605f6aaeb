import { MAX_ATTACHMENTS, MAX_TEXT_LENGTH } from './settings.ts'
import { isObject } from './signed-value.ts'

/** A message as the widget posts it. */
export interface MessagePost {
  readonly type: 'message'
  readonly clientMessageId: string
  readonly text: string
  readonly attachmentIds?: readonly string[]
  readonly sentAtMs?: number
  readonly page?: { readonly url?: string; readonly title?: string }
  readonly attributes?: Readonly<Record<string, string>>
  readonly preChat?: { readonly name?: string; readonly email?: string }
}

/** The visitor's client has, or shows, messages of ours. */
export interface ReceiptPost {
  readonly type: 'receipt'
  readonly status: 'delivered' | 'read'
  readonly messageIds: readonly string[]
}

/** What is wrong with a body, and where. */
export interface Fault {
  readonly field: string
  readonly detail: string
}

/** The outcome of {@link readPost}. */
export type ReadPost =
  | { readonly ok: true; readonly post: MessagePost | ReceiptPost }
  | { readonly ok: false; readonly fault: Fault }

type Fields = Readonly<Record<string, unknown>>
type Check = (value: unknown, field: string) => Fault | undefined

const MAX_RECEIPTS = 100
const MAX_ATTRIBUTES = 20
const CLIENT_MESSAGE_ID = /^[A-Za-z0-9_-]{1,64}$/
const ATTACHMENT_ID = /^[0-9a-f]{32}$/
const MESSAGE_ID = /^[0-9a-f]{24}$/
const ATTRIBUTE_KEY = /^[A-Za-z][A-Za-z0-9_-]{0,39}$/
const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,189}$/
const WEB_ADDRESS = /^https?:\/\//

/**
 * Reads a body by hand: this is the hottest path of the server, and a schema library costs more than all the rest of
 * it. Strict: a field that is not listed is a fault, so nothing unseen (`__proto__`, `$ne`) goes any further.
 * Never throws.
 */
export function readPost(text: string): ReadPost {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return fault('', 'the body is not JSON')
  }
  if (!isObject(body)) return fault('', 'the body must be an object')
  const type = body['type']
  if (type !== 'message' && type !== 'receipt') return fault('type', 'must be "message" or "receipt"')
  const found = type === 'message' ? messageFault(body) : checkFields(body, RECEIPT)
  return found === undefined
    ? { ok: true, post: body as unknown as MessagePost | ReceiptPost }
    : { ok: false, fault: found }
}

const fault = (field: string, detail: string): ReadPost => ({ ok: false, fault: { field, detail } })

function messageFault(body: Fields): Fault | undefined {
  const found = checkFields(body, MESSAGE)
  if (found !== undefined) return found
  if ((body['text'] as string).trim() !== '') return undefined
  return (body['attachmentIds'] as readonly string[] | undefined)?.length
    ? undefined
    : { field: 'text', detail: 'a message needs a text or a file' }
}

function checkFields(body: Fields, checks: ReadonlyMap<string, Check>, at = ''): Fault | undefined {
  for (const key of Object.keys(body)) {
    if (!checks.has(key)) return { field: `${at}${key.slice(0, 60)}`, detail: 'is not a field of this' }
  }
  for (const [key, check] of checks) {
    const found = check(body[key], `${at}${key}`)
    if (found !== undefined) return found
  }
  return undefined
}

const optional =
  (check: Check): Check =>
  (value, field) =>
    value === undefined ? undefined : check(value, field)

function text(limit: number, pattern?: RegExp): Check {
  return (value, field) => {
    if (typeof value !== 'string') return { field, detail: 'must be a text' }
    if (value.length > limit) return { field, detail: `may have ${limit} characters at most` }
    return pattern === undefined || pattern.test(value) ? undefined : { field, detail: 'has a wrong form' }
  }
}

function ids(pattern: RegExp, least: number, most: number): Check {
  return (value, field) => {
    if (!Array.isArray(value) || value.length < least || value.length > most) {
      return { field, detail: `must be a list of ${least} to ${most} ids` }
    }
    const seen = new Set<unknown>()
    for (const [index, id] of value.entries()) {
      if (typeof id !== 'string' || !pattern.test(id) || seen.has(id)) {
        return { field: `${field}.${index}`, detail: 'is not an id, or stands there twice' }
      }
      seen.add(id)
    }
    return undefined
  }
}

const object =
  (checks: ReadonlyMap<string, Check>): Check =>
  (value, field) =>
    isObject(value) ? checkFields(value, checks, `${field}.`) : { field, detail: 'must be an object' }

const attributes: Check = (value, field) => {
  if (!isObject(value)) return { field, detail: 'must be an object' }
  const entries = Object.entries(value)
  if (entries.length > MAX_ATTRIBUTES) return { field, detail: `may have ${MAX_ATTRIBUTES} entries at most` }
  for (const [key, entry] of entries) {
    const at = `${field}.${key.slice(0, 40)}`
    if (!ATTRIBUTE_KEY.test(key)) {
      return { field: at, detail: 'a name has a letter first and at most 40 letters, digits, _ and -' }
    }
    if (typeof entry !== 'string' || entry.length > 500) {
      return { field: at, detail: 'must be a text of at most 500 characters' }
    }
  }
  return undefined
}

const instant: Check = (value, field) =>
  Number.isSafeInteger(value) && (value as number) >= 0
    ? undefined
    : { field, detail: 'must be milliseconds since the epoch' }

const anything: Check = () => undefined

const MESSAGE: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['type', anything],
  ['clientMessageId', text(64, CLIENT_MESSAGE_ID)],
  ['text', text(MAX_TEXT_LENGTH)],
  ['attachmentIds', optional(ids(ATTACHMENT_ID, 0, MAX_ATTACHMENTS))],
  ['sentAtMs', optional(instant)],
  [
    'page',
    optional(
      object(
        new Map([
          ['url', optional(text(2_000, WEB_ADDRESS))],
          ['title', optional(text(300))],
        ]),
      ),
    ),
  ],
  ['attributes', optional(attributes)],
  [
    'preChat',
    optional(
      object(
        new Map([
          ['name', optional(text(120))],
          ['email', optional(text(254, EMAIL))],
        ]),
      ),
    ),
  ],
])

const RECEIPT: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['type', anything],
  [
    'status',
    (value, field) =>
      value === 'delivered' || value === 'read'
        ? undefined
        : { field, detail: 'must be "delivered" or "read"' },
  ],
  ['messageIds', ids(MESSAGE_ID, 1, MAX_RECEIPTS)],
])
