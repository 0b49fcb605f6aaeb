import type { OutgoingLetter } from '../../../src/domain/commands.ts'
import type { FilledTemplate } from '../../../src/domain/message-template.ts'
import type { AttachmentView } from '../../../src/domain/views.ts'
import { isPassing, isProblem } from '../../shared/problem.ts'
import { watchable } from '../live/store.ts'
import { api, connection, live } from './client.ts'
import type { ReplyTarget } from './drafts.ts'
import type { LetterDraft } from './letter-drafts.ts'

/** A message the server has not acknowledged yet. */
export interface PendingMessage {
  /** Made once, when the agent pressed send; every attempt carries it, so that attempts never double. */
  readonly clientMessageId: string
  readonly conversationId: string
  readonly kind: 'message' | 'note'
  readonly text: string
  readonly attachments: readonly AttachmentView[]
  /** On channels that carry letters. */
  readonly letter?: OutgoingLetter
  /** What the letter was made of, to go on with when it is refused. */
  readonly draft?: LetterDraft
  /** The message that it answers, where the channel shows such. */
  readonly replyTo?: ReplyTarget
  /** It goes out as an approved message; `text` is then what the customer reads. */
  readonly template?: FilledTemplate
  readonly createdAt: string
  readonly state: 'sending' | 'waiting' | 'refused'
  readonly problem?: string
}

const RETRY_AFTER_MS = 4_000
/** Several people may use one browser: what one of them wrote never goes out under the name of another. */
const keyOf = (agentId: string): string => `tributary-unsent-${agentId}`

let writer: string | undefined

/** One's own messages on their way; kept over a reload of the page. */
export const pendingMessages = watchable<readonly PendingMessage[]>([])

function restored(agentId: string): readonly PendingMessage[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(keyOf(agentId)) ?? '[]')
    if (!Array.isArray(stored)) return []
    return (stored as PendingMessage[]).map((message) =>
      message.state === 'refused' ? message : { ...message, state: 'waiting' },
    )
  } catch {
    return []
  }
}

function change(update: (messages: readonly PendingMessage[]) => readonly PendingMessage[]): void {
  pendingMessages.set(update(pendingMessages.get()))
  try {
    if (writer) localStorage.setItem(keyOf(writer), JSON.stringify(pendingMessages.get()))
  } catch {
    // A full or forbidden storage costs only the memory over a reload.
    return
  }
}

const mark = (
  which: (message: PendingMessage) => boolean,
  state: PendingMessage['state'],
  problem?: string,
): void =>
  change((messages) =>
    messages.map((message) =>
      which(message) ? { ...message, state, ...(problem ? { problem } : {}) } : message,
    ),
  )

const isCalled =
  (id: string) =>
  ({ clientMessageId }: PendingMessage): boolean =>
    clientMessageId === id

const waitsIn =
  (id: string) =>
  ({ conversationId, state }: PendingMessage): boolean =>
    conversationId === id && state !== 'refused'

/** Takes a message off the list, sent or given up. */
export const forgetPending = (id: string): void =>
  change((messages) => messages.filter((message) => !isCalled(id)(message)))

/** Queues a message and sends it. */
export function sendPending(message: Omit<PendingMessage, 'state'>): void {
  change((messages) => [...messages, { ...message, state: 'sending' }])
  void serve(message.conversationId)
}

/** Sends a message again, under the same id. */
export function retryPending(id: string): void {
  mark(isCalled(id), 'sending')
  const message = pendingMessages.get().find(isCalled(id))
  if (message) void serve(message.conversationId)
}

const served = new Set<string>()

/** Sends what waits in a conversation, one at a time and in order: no message overtakes another. */
async function serve(conversationId: string): Promise<void> {
  if (served.has(conversationId)) return
  served.add(conversationId)
  try {
    for (;;) {
      const next = pendingMessages.get().find(waitsIn(conversationId))
      if (!next || !(await attempt(next))) return
    }
  } finally {
    served.delete(conversationId)
  }
}

/** @returns whether the next one may be sent */
async function attempt(message: PendingMessage): Promise<boolean> {
  const { clientMessageId: id, conversationId } = message
  mark(isCalled(id), 'sending')
  try {
    const stored = await deliver(message)
    live.absorb(
      stored.map((item) => ({ type: 'message.updated', message: item, channelId: '' as never }) as const),
    )
    forgetPending(id)
  } catch (error) {
    // A session that ended is begun again, and the message goes with it.
    if (isPassing(error) || isProblem(error, 'sign-in-required')) {
      mark(waitsIn(conversationId), 'waiting')
      setTimeout(() => void serve(conversationId), RETRY_AFTER_MS)
      return false
    }
    mark(isCalled(id), 'refused', error instanceof Error ? error.message : String(error))
  }
  return true
}

async function deliver(pending: PendingMessage) {
  const { kind, conversationId, clientMessageId, text, attachments, letter, replyTo, template } = pending
  if (kind === 'note') return [await api.addNote(conversationId, { clientMessageId, text })]
  const attachmentIds = attachments.map(({ id }) => id)
  const written = {
    clientMessageId,
    text: template ? '' : text,
    attachmentIds,
    ...(letter ? { letter } : {}),
    ...(replyTo ? { replyToId: replyTo.id } : {}),
    ...(template ? { template } : {}),
  }
  return (await api.sendMessage(conversationId, written)).items
}

function serveAll(): void {
  if (connection.get() !== 'live') return
  const conversations = new Set(pendingMessages.get().map(({ conversationId }) => conversationId))
  for (const conversationId of conversations) void serve(conversationId)
}

/** From now on whatever this agent has waiting is sent as soon as the connection stands. */
export function watchConnection(agentId: string): () => void {
  if (writer !== agentId) {
    writer = agentId
    pendingMessages.set(restored(agentId))
  }
  serveAll()
  return connection.subscribe(serveAll)
}
