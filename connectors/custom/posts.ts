/** What other systems may post to us: the shape of every body, checked before anything of it is believed. */
import { SPAN_KINDS, type TextSpan } from '../../src/domain/text-spans.ts'
import {
  type Check,
  checkFields,
  type Fault,
  type Fields,
  flag,
  instant,
  isObject,
  list,
  number,
  object,
  oneOf,
  optional,
  text,
} from './field-checks.ts'

/** Longest text of a customer, in UTF-16 units. */
export const MAX_TEXT_LENGTH = 100_000
/** Largest file inside a body, in bytes. Larger ones come by their address. */
export const MAX_INLINE_BYTES = 1_048_576
export const MAX_FILES = 20

/** The customer as the other system names him. */
export interface Sender {
  readonly id: string
  readonly name?: string
  readonly email?: string
  readonly phone?: string
  readonly verified?: boolean
  readonly attributes?: Readonly<Record<string, string>>
}

export type PostedFile =
  | {
      readonly url: string
      readonly name?: string
      readonly contentType?: string
      readonly sizeBytes?: number
    }
  | { readonly content: string; readonly name: string; readonly contentType?: string }

export type PostedCard =
  | {
      readonly kind: 'location'
      readonly latitude: number
      readonly longitude: number
      readonly name?: string
      readonly address?: string
    }
  | {
      readonly kind: 'contact'
      readonly name: string
      readonly phones?: readonly string[]
      readonly emails?: readonly string[]
    }
  | { readonly kind: 'choice'; readonly label: string; readonly payload?: string }

/** One body. */
export type Post =
  | {
      readonly type: 'message'
      readonly id: string
      readonly from: Sender
      readonly thread?: string
      readonly text?: string
      readonly spans?: readonly TextSpan[]
      readonly attachments?: readonly PostedFile[]
      readonly cards?: readonly PostedCard[]
      readonly replyTo?: string
      readonly sentAt?: string
    }
  | {
      readonly type: 'message-edited'
      readonly messageId: string
      readonly text: string
      readonly spans?: readonly TextSpan[]
      readonly at?: string
    }
  | { readonly type: 'message-deleted'; readonly messageId: string; readonly at?: string }
  | {
      readonly type: 'status'
      readonly messageId: string
      readonly status: 'sent' | 'delivered' | 'read' | 'failed'
      readonly error?: { readonly code: string; readonly detail?: string }
      readonly optedOut?: boolean
      readonly at?: string
    }
  | {
      readonly type: 'reaction'
      readonly messageId: string
      readonly from: Sender
      readonly emoji: string
      readonly removed?: boolean
    }
  | { readonly type: 'typing'; readonly from: Sender }
  | { readonly type: 'consent'; readonly from: Sender; readonly optedOut: boolean; readonly at?: string }
  | { readonly type: 'ping' }

/** The outcome of {@link readPost}. */
export type ReadPost =
  | { readonly ok: true; readonly post: Post }
  | { readonly ok: false; readonly fault: Fault }

/** Reads a body. Pure and total: whatever does not fit is a fault with the field it is in. */
export function readPost(body: string): ReadPost {
  let post: unknown
  try {
    post = JSON.parse(body)
  } catch {
    return { ok: false, fault: { field: '', detail: 'the body is not JSON' } }
  }
  if (!isObject(post)) return { ok: false, fault: { field: '', detail: 'the body must be an object' } }
  const fault = faultOf(post)
  return fault === undefined ? { ok: true, post: post as unknown as Post } : { ok: false, fault }
}

function faultOf(post: Fields): Fault | undefined {
  const type = post['type']
  const checks = typeof type === 'string' ? POSTS.get(type) : undefined
  if (checks === undefined) return { field: 'type', detail: `must be one of ${[...POSTS.keys()].join(', ')}` }
  return checkFields(post, checks) ?? (type === 'message' ? emptiness(post) : undefined)
}

function emptiness({ text: said, attachments, cards }: Fields): Fault | undefined {
  const says = typeof said === 'string' && said.trim() !== ''
  return says || hasAny(attachments) || hasAny(cards)
    ? undefined
    : { field: 'text', detail: 'a message needs a text, a file or a card' }
}

const hasAny = (value: unknown): boolean => Array.isArray(value) && value.length > 0

const MAX_ATTRIBUTES = 20
const ATTRIBUTE_KEY = /^[A-Za-z][A-Za-z0-9_-]{0,39}$/
const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,189}$/
const PHONE = /^\+[1-9][0-9]{5,14}$/
const WEB_ADDRESS = /^https?:\/\/[^\s/]/
const LINK = /^(https?|mailto|tel):\S/
const CONTENT_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,60}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,80}$/i
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

const attributes: Check = (value, field) => {
  if (!isObject(value)) return { field, detail: 'must be an object' }
  const entries = Object.entries(value)
  if (entries.length > MAX_ATTRIBUTES) return { field, detail: `may have ${MAX_ATTRIBUTES} entries at most` }
  for (const [key, entry] of entries) {
    const at = `${field}.${key.slice(0, 40)}`
    if (!ATTRIBUTE_KEY.test(key))
      return { field: at, detail: 'a name has a letter first and at most 40 letters, digits, _ and -' }
    if (typeof entry !== 'string' || entry.length > 500)
      return { field: at, detail: 'must be a text of at most 500 characters' }
  }
  return undefined
}

const id = text(200)
const when = optional(instant)

const from = object(
  new Map<string, Check>([
    ['id', id],
    ['name', optional(text(200))],
    ['email', optional(text(254, { pattern: EMAIL, form: 'must be an email address' }))],
    ['phone', optional(text(16, { pattern: PHONE, form: 'must be a number such as +4930123456' }))],
    ['verified', optional(flag)],
    ['attributes', optional(attributes)],
  ]),
)

const span: Check = (value, field) => {
  const fault = object(
    new Map<string, Check>([
      ['kind', oneOf(SPAN_KINDS)],
      ['offset', number(0, MAX_TEXT_LENGTH, true)],
      ['length', number(1, MAX_TEXT_LENGTH, true)],
      [
        'url',
        optional(text(2_000, { pattern: LINK, form: 'must begin with https:, http:, mailto: or tel:' })),
      ],
    ]),
  )(value, field)
  if (fault !== undefined || !isObject(value)) return fault
  return (value['kind'] === 'link') === (value['url'] !== undefined)
    ? undefined
    : { field: `${field}.url`, detail: 'is needed for a link, and for nothing else' }
}

/** Spans lie within their text; what is written here is the customer's text as it was sent. */
const spans: Check = list(span, 500)

const named = [
  ['name', optional(text(255))],
  ['contentType', optional(text(150, { pattern: CONTENT_TYPE, form: 'must be a type such as image/png' }))],
] as const

const linkedFile = object(
  new Map<string, Check>([
    ['url', text(2_000, { pattern: WEB_ADDRESS, form: 'must begin with https:// or http://' })],
    ['sizeBytes', optional(number(0, Number.MAX_SAFE_INTEGER, true))],
    ...named,
  ]),
)

const inlineFile = object(
  new Map<string, Check>([
    ...named,
    ['name', text(255)],
    [
      'content',
      text(Math.ceil(MAX_INLINE_BYTES / 3) * 4, {
        pattern: BASE64,
        form: 'must be base64 of at most 1 MiB',
      }),
    ],
  ]),
)

const file: Check = (value, field) => {
  if (isObject(value) && value['url'] !== undefined && value['content'] !== undefined)
    return { field: `${field}.content`, detail: 'a file has either an address or a content' }
  return isObject(value) && value['content'] !== undefined
    ? inlineFile(value, field)
    : linkedFile(value, field)
}

const CARDS: ReadonlyMap<unknown, Check> = new Map<unknown, Check>([
  [
    'location',
    object(
      new Map<string, Check>([
        ['kind', oneOf(['location'])],
        ['latitude', number(-90, 90)],
        ['longitude', number(-180, 180)],
        ['name', optional(text(200))],
        ['address', optional(text(500))],
      ]),
    ),
  ],
  [
    'contact',
    object(
      new Map<string, Check>([
        ['kind', oneOf(['contact'])],
        ['name', text(200)],
        ['phones', optional(list(text(50), 10))],
        ['emails', optional(list(text(254), 10))],
      ]),
    ),
  ],
  [
    'choice',
    object(
      new Map<string, Check>([
        ['kind', oneOf(['choice'])],
        ['label', text(200)],
        ['payload', optional(text(2_000, { least: 0 }))],
      ]),
    ),
  ],
])

const card: Check = (value, field) => {
  const check = isObject(value) ? CARDS.get(value['kind']) : undefined
  return check
    ? check(value, field)
    : { field: `${field}.kind`, detail: 'must be "location" or "contact" or "choice"' }
}

const error = object(
  new Map<string, Check>([
    ['code', text(100)],
    ['detail', optional(text(500))],
  ]),
)

const messageId: readonly [string, Check] = ['messageId', id]
const type: readonly [string, Check] = ['type', () => undefined]

const POSTS: ReadonlyMap<string, ReadonlyMap<string, Check>> = new Map([
  [
    'message',
    new Map<string, Check>([
      type,
      ['id', id],
      ['from', from],
      ['thread', optional(id)],
      ['text', optional(text(MAX_TEXT_LENGTH, { least: 0 }))],
      ['spans', optional(spans)],
      ['attachments', optional(list(file, MAX_FILES))],
      ['cards', optional(list(card, 10))],
      ['replyTo', optional(id)],
      ['sentAt', when],
    ]),
  ],
  [
    'message-edited',
    new Map<string, Check>([
      type,
      messageId,
      ['text', text(MAX_TEXT_LENGTH, { least: 0 })],
      ['spans', optional(spans)],
      ['at', when],
    ]),
  ],
  ['message-deleted', new Map<string, Check>([type, messageId, ['at', when]])],
  [
    'status',
    new Map<string, Check>([
      type,
      messageId,
      ['status', oneOf(['sent', 'delivered', 'read', 'failed'])],
      ['error', optional(error)],
      ['optedOut', optional(flag)],
      ['at', when],
    ]),
  ],
  [
    'reaction',
    new Map<string, Check>([
      type,
      messageId,
      ['from', from],
      ['emoji', text(64)],
      ['removed', optional(flag)],
    ]),
  ],
  ['typing', new Map<string, Check>([type, ['from', from]])],
  ['consent', new Map<string, Check>([type, ['from', from], ['optedOut', flag], ['at', when]])],
  ['ping', new Map<string, Check>([type])],
])
