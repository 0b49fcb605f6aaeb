import type { VisitorMessageView } from '../../../src/domain/events.ts'
import type { AttachmentView } from '../../../src/domain/views.ts'
import type { PendingMessage } from './keepsake.ts'

/** How far a message of the visitor's own has come. */
export type Tick = 'sending' | 'sent' | 'delivered' | 'read' | 'failed'

/** One bubble. */
export interface Bubble {
  readonly key: string
  readonly from: VisitorMessageView['from']
  readonly author: string
  readonly text: string
  readonly attachments: readonly AttachmentView[]
  readonly deleted: boolean
  readonly atMs: number
  readonly tick?: Tick
  readonly pending?: PendingMessage
}

/** Bubbles of one author in a row, not far apart. */
export interface Group {
  readonly key: string
  readonly from: VisitorMessageView['from']
  readonly author: string
  readonly bubbles: readonly Bubble[]
  /** Set on the first group of a day. */
  readonly dayMs?: number
}

const GROUP_GAP_MS = 5 * 60_000

/** Puts new and changed messages into a history, oldest first; of each id the higher version stays. */
export function mergeMessages(
  known: readonly VisitorMessageView[],
  arrived: readonly VisitorMessageView[],
): readonly VisitorMessageView[] {
  const byId = new Map(known.map((message) => [message.id, message]))
  for (const message of arrived) {
    const old = byId.get(message.id)
    if (old === undefined || message.version > old.version) byId.set(message.id, message)
  }
  return [...byId.values()].sort((one, two) => one.order - two.order || compare(one.id, two.id))
}

const compare = (one: string, two: string): number => (one < two ? -1 : one > two ? 1 : 0)

/** Joins the newest page with what is known; a page that does not touch it replaces it, so that no gap is hidden. */
export function joinNewest(
  known: readonly VisitorMessageView[],
  page: readonly VisitorMessageView[],
  isWhole: boolean,
): { readonly messages: readonly VisitorMessageView[]; readonly replaced: boolean } {
  const ids = new Set(known.map(({ id }) => id))
  const touches = isWhole || page.some(({ id }) => ids.has(id))
  return touches
    ? { messages: mergeMessages(known, page), replaced: false }
    : { messages: mergeMessages([], page), replaced: true }
}

/** What is still on its way: not what the history already shows. */
export function stillPending(
  pending: readonly PendingMessage[],
  messages: readonly VisitorMessageView[],
): readonly PendingMessage[] {
  const shown = new Set(messages.flatMap(({ clientMessageId }) => clientMessageId ?? []))
  return pending.some((message) => shown.has(message.clientMessageId))
    ? pending.filter((message) => !shown.has(message.clientMessageId))
    : pending
}

/** Lays a history and what is still on its way out as groups of bubbles, with a mark at each new day. */
export function layOut(
  messages: readonly VisitorMessageView[],
  pending: readonly PendingMessage[],
): readonly Group[] {
  const groups: (Group & { bubbles: Bubble[] })[] = []
  let day = ''
  for (const bubble of [...messages.map(shown), ...pending.map(unsent)]) {
    const today = new Date(bubble.atMs).toDateString()
    const last = groups.at(-1)
    const before = last?.bubbles.at(-1)
    const joins =
      last !== undefined &&
      before !== undefined &&
      today === day &&
      last.from === bubble.from &&
      last.author === bubble.author &&
      bubble.atMs - before.atMs < GROUP_GAP_MS
    if (joins) last.bubbles.push(bubble)
    else {
      const { key, from, author, atMs } = bubble
      groups.push({ key, from, author, bubbles: [bubble], ...(today !== day && { dayMs: atMs }) })
    }
    day = today
  }
  return groups
}

function shown(message: VisitorMessageView): Bubble {
  const { id, clientMessageId, from, authorName = '', text, attachments, deleted, at, status } = message
  return {
    // A bubble keeps its key when the server's view takes its place, so it neither blinks nor is read out again.
    key: from === 'visitor' ? (clientMessageId ?? id) : id,
    from,
    author: from === 'visitor' ? '' : authorName,
    text,
    attachments,
    deleted,
    atMs: Date.parse(at),
    ...(from === 'visitor' && { tick: tickOf(status) }),
  }
}

function tickOf(status: VisitorMessageView['status']): Tick {
  return status === 'read' || status === 'failed' ? status : 'delivered'
}

function unsent(pending: PendingMessage): Bubble {
  const { clientMessageId, text, attachments, sentAtMs, state } = pending
  return {
    key: clientMessageId,
    from: 'visitor',
    author: '',
    text,
    attachments,
    deleted: false,
    atMs: sentAtMs,
    tick: state === 'accepted' ? 'sent' : state,
    pending,
  }
}
