import type { AttachmentView } from '../../../src/domain/views.ts'
import { isPassing } from '../../shared/problem.ts'
import { watchable } from '../live/store.ts'
import { api, connection, live } from './client.ts'

/** A message the server has not acknowledged yet. */
export interface PendingMessage {
  /** Made once, when the agent pressed send; every attempt carries it, so that attempts never double. */
  readonly clientMessageId: string
  readonly conversationId: string
  readonly kind: 'message' | 'note'
  readonly text: string
  readonly attachments: readonly AttachmentView[]
  readonly createdAt: string
  readonly state: 'sending' | 'waiting' | 'refused'
  readonly problem?: string
}

const STORED = 'tributary-unsent'
const RETRY_AFTER_MS = 4_000

/** Messages on their way; kept over a reload of the page. */
export const pendingMessages = watchable<readonly PendingMessage[]>(restored())

function restored(): readonly PendingMessage[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORED) ?? '[]')
    if (!Array.isArray(stored)) return []
    return (stored as PendingMessage[]).map((message) => ({ ...message, state: 'waiting' as const }))
  } catch {
    return []
  }
}

function change(update: (messages: readonly PendingMessage[]) => readonly PendingMessage[]): void {
  pendingMessages.set(update(pendingMessages.get()))
  try {
    localStorage.setItem(STORED, JSON.stringify(pendingMessages.get()))
  } catch {
    // A full or forbidden storage costs only the memory over a reload.
    return
  }
}

const mark = (id: string, state: PendingMessage['state'], problem?: string) =>
  change((messages) =>
    messages.map((message) =>
      message.clientMessageId === id ? { ...message, state, ...(problem ? { problem } : {}) } : message,
    ),
  )

/** Takes a message off the list, sent or given up. */
export const forgetPending = (id: string): void =>
  change((messages) => messages.filter(({ clientMessageId }) => clientMessageId !== id))

/** Queues a message and sends it. */
export function sendPending(message: Omit<PendingMessage, 'state'>): void {
  change((messages) => [...messages, { ...message, state: 'sending' }])
  void attempt(message.clientMessageId)
}

/** Sends a message again, under the same id. */
export function retryPending(id: string): void {
  mark(id, 'sending')
  void attempt(id)
}

async function attempt(id: string): Promise<void> {
  const message = pendingMessages.get().find(({ clientMessageId }) => clientMessageId === id)
  if (!message) return
  try {
    const stored = await deliver(message)
    live.absorb(
      stored.map((item) => ({ type: 'message.updated', message: item, channelId: '' as never }) as const),
    )
    forgetPending(id)
  } catch (error) {
    if (isPassing(error)) {
      mark(id, 'waiting')
      setTimeout(() => void retryWaiting(), RETRY_AFTER_MS)
    } else {
      mark(id, 'refused', error instanceof Error ? error.message : String(error))
    }
  }
}

async function deliver({ kind, conversationId, clientMessageId, text, attachments }: PendingMessage) {
  if (kind === 'note') return [await api.addNote(conversationId, { clientMessageId, text })]
  const attachmentIds = attachments.map(({ id }) => id)
  return (await api.sendMessage(conversationId, { clientMessageId, text, attachmentIds })).items
}

/** One at a time and in order, so that a conversation's messages do not overtake each other. */
let retrying = false
async function retryWaiting(): Promise<void> {
  if (retrying) return
  retrying = true
  try {
    for (const { clientMessageId, state } of pendingMessages.get()) {
      if (state !== 'waiting') continue
      mark(clientMessageId, 'sending')
      await attempt(clientMessageId)
    }
  } finally {
    retrying = false
  }
}

/** From now on whatever waits is sent as soon as the connection stands. */
export function watchConnection(): () => void {
  if (connection.get() === 'live') void retryWaiting()
  return connection.subscribe(() => {
    if (connection.get() === 'live') void retryWaiting()
  })
}
