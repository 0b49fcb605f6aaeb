import { randomBytes } from 'node:crypto'
import type { VisitorMessageView } from '../../../src/domain/events.ts'
import type { AttachmentId, MessageId } from '../../../src/domain/ids.ts'
import type { AttachmentView } from '../../../src/domain/views.ts'
import type { VisitorSettings } from '../../../src/domain/visitor.ts'

/** What the fake knows of one visitor. */
export interface FakeVisitor {
  readonly id: string
  messages: VisitorMessageView[]
}

/** A stored file. */
export interface FakeFile {
  readonly view: AttachmentView
  readonly bytes: Buffer
}

/** Everything the fake keeps, and the faults it was told to make. */
export interface FakeState {
  settings: VisitorSettings
  online: boolean
  /** Answers every post with this status instead of taking it. */
  postsFailWith: number | undefined
  /** Takes the next post, but the answer never arrives. */
  loseNextAnswer: boolean
  /** Answers the widget's first question with this problem. */
  refuseWith: { readonly status: number; readonly code: string } | undefined
  readonly visitors: Map<string, FakeVisitor>
  readonly files: Map<string, FakeFile>
  /** Bodies of all posts as they came, lost answers included. */
  readonly posts: Record<string, unknown>[]
  readonly sessions: Record<string, unknown>[]
}

/** Ids rise, as the real ones do. */
let lastMessage = 0

const DEFAULTS: VisitorSettings = {
  title: '',
  greeting: '',
  offlineText: '',
  color: '#0e7490',
  position: 'right',
  locale: 'auto',
  colorScheme: 'auto',
  preChat: false,
  attachments: true,
  emoji: true,
  maxTextLength: 10_000,
  maxAttachmentBytes: 25 * 1024 * 1024,
}

export function createFakeState(settings: Partial<VisitorSettings> = {}): FakeState {
  return {
    settings: { ...DEFAULTS, ...settings },
    online: true,
    postsFailWith: undefined,
    loseNextAnswer: false,
    refuseWith: undefined,
    visitors: new Map(),
    files: new Map(),
    posts: [],
    sessions: [],
  }
}

export function visitorOf(state: FakeState, id: string): FakeVisitor {
  const known = state.visitors.get(id) ?? { id, messages: [] }
  state.visitors.set(id, known)
  return known
}

/** Adds a message, or changes it under a higher version; the same client id is one message. */
export function record(
  visitor: FakeVisitor,
  part: Partial<VisitorMessageView> & Pick<VisitorMessageView, 'from'>,
): VisitorMessageView {
  const known = visitor.messages.find(
    ({ clientMessageId }) => clientMessageId !== undefined && clientMessageId === part.clientMessageId,
  )
  if (known) return known
  const at = part.at ?? new Date().toISOString()
  const message: VisitorMessageView = {
    id: (++lastMessage).toString(16).padStart(24, '0') as MessageId,
    text: '',
    attachments: [],
    status: part.from === 'agent' ? 'sent' : 'delivered',
    at,
    order: Date.parse(at) * 1_000 + (lastMessage % 1_000),
    deleted: false,
    version: 1,
    ...part,
  }
  visitor.messages.push(message)
  return message
}

export function changeStatus(
  visitor: FakeVisitor,
  ids: readonly string[],
  status: VisitorMessageView['status'],
): VisitorMessageView[] {
  const changed: VisitorMessageView[] = []
  visitor.messages = visitor.messages.map((message) => {
    if (!ids.includes(message.id) || message.status === 'read' || message.status === status) return message
    const next = { ...message, status, version: message.version + 1 }
    changed.push(next)
    return next
  })
  return changed
}

export function storeFile(
  state: FakeState,
  name: string,
  contentType: string,
  bytes: Buffer,
): AttachmentView {
  const view: AttachmentView = {
    id: randomBytes(16).toString('hex') as AttachmentId,
    name,
    contentType,
    sizeBytes: bytes.length,
  }
  state.files.set(view.id, { view, bytes })
  return view
}
