import type { MessageCard } from './message-card.ts'
import type { TextSpan } from './text-spans.ts'
import type { AttachmentView } from './views.ts'

/** One of the parts that a platform delivers of what its users see as one message, such as a picture of an album. */
export interface MessagePart {
  /** The platform's id of the part. */
  readonly id: string
  readonly text: string
  readonly spans?: readonly TextSpan[]
  readonly cards?: readonly MessageCard[]
  readonly attachments: readonly AttachmentView[]
  readonly editedAtMs?: number
  /** Tells edits of the same instant apart. */
  readonly editOrder?: number
  readonly deletedAtMs?: number
}

/** What the parts are together. */
export interface ComposedParts {
  /** The id of the first part: by it the platform finds the whole. */
  readonly externalId: string
  readonly partIds: readonly string[]
  readonly text: string
  readonly spans: readonly TextSpan[]
  readonly cards: readonly MessageCard[]
  readonly attachments: readonly AttachmentView[]
  readonly editedAtMs?: number
  /** When the last part went, once all are gone. */
  readonly deletedAtMs?: number
}

/** The most parts of one message; a platform that sends more begins another one. */
export const MOST_PARTS = 100

/** The order of parts: by the numbers in their ids where these differ in nothing else, `m9` before `m10`. */
export function comparePartIds(a: string, b: string): number {
  const [left, right] = [a.split(/(\d+)/u), b.split(/(\d+)/u)]
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const [one = '', other = ''] = [left[index], right[index]]
    if (one === other) continue
    // Digits stand at odd places of both.
    if (index % 2 === 1) {
      const [first, second] = [one.replace(/^0+/u, ''), other.replace(/^0+/u, '')]
      if (first.length !== second.length) return first.length - second.length
      if (first !== second) return first < second ? -1 : 1
    }
    return one < other ? -1 : 1
  }
  return left.length - right.length
}

/** Makes one message of its parts: the same whatever the order in which they came. @param parts at least one */
export function composeParts(parts: readonly MessagePart[]): ComposedParts {
  const sorted = [...parts].sort((a, b) => comparePartIds(a.id, b.id))
  const standing = sorted.filter(({ deletedAtMs }) => deletedAtMs === undefined)
  const edits = standing.flatMap(({ editedAtMs }) => editedAtMs ?? [])
  const deletions = sorted.flatMap(({ deletedAtMs }) => deletedAtMs ?? [])
  return {
    externalId: sorted[0]?.id ?? '',
    partIds: sorted.map(({ id }) => id),
    ...joined(standing),
    cards: standing.flatMap(({ cards = [] }) => cards),
    attachments: standing.flatMap(({ attachments }) => attachments),
    ...(edits.length > 0 ? { editedAtMs: Math.max(...edits) } : {}),
    ...(standing.length === 0 ? { deletedAtMs: Math.max(...deletions) } : {}),
  }
}

const SEAM = '\n\n'

function joined(parts: readonly MessagePart[]): Pick<ComposedParts, 'text' | 'spans'> {
  let text = ''
  const spans: TextSpan[] = []
  for (const part of parts) {
    if (part.text === '') continue
    const start = text === '' ? 0 : text.length + SEAM.length
    text = text === '' ? part.text : `${text}${SEAM}${part.text}`
    for (const span of part.spans ?? []) spans.push({ ...span, offset: span.offset + start })
  }
  return { text, spans }
}

/** The parts after some more came; those that are known stay as they are. */
export function withParts(
  known: readonly MessagePart[],
  more: readonly MessagePart[],
): readonly MessagePart[] {
  const ids = new Set(known.map(({ id }) => id))
  const fresh = more.filter(({ id }) => ids.size < ids.add(id).size)
  return fresh.length === 0 ? known : [...known, ...fresh]
}

/** What a part says from now on. */
export type PartEdit = Pick<MessagePart, 'text' | 'spans' | 'editOrder'> & { readonly editedAtMs: number }

const isLater = (edit: PartEdit, { editedAtMs = -1, editOrder = -1 }: MessagePart): boolean =>
  edit.editedAtMs > editedAtMs || (edit.editedAtMs === editedAtMs && (edit.editOrder ?? -1) > editOrder)

/** The parts after one was edited: the later of two edits stands, and what is gone stays gone. */
export function withEditedPart(
  parts: readonly MessagePart[],
  id: string,
  edit: PartEdit,
): readonly MessagePart[] {
  const part = parts.find((one) => one.id === id)
  if (!part || part.deletedAtMs !== undefined || !isLater(edit, part)) return parts
  const { spans: _spans, editOrder: _order, ...rest } = part
  const { text, spans = [], editedAtMs, editOrder } = edit
  const edited: MessagePart = {
    ...rest,
    text,
    ...(spans.length > 0 ? { spans } : {}),
    editedAtMs,
    ...(editOrder === undefined ? {} : { editOrder }),
  }
  return parts.map((one) => (one === part ? edited : one))
}

/** The parts after one was deleted: of it nothing remains but that it was there. */
export function withoutPart(
  parts: readonly MessagePart[],
  id: string,
  deletedAtMs: number,
): readonly MessagePart[] {
  const part = parts.find((one) => one.id === id)
  if (!part || part.deletedAtMs !== undefined) return parts
  return parts.map((one) => (one === part ? { id, text: '', attachments: [], deletedAtMs } : one))
}
