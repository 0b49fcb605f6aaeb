import { AppError } from '../domain/errors.ts'
import type { AttachmentView } from '../domain/views.ts'
import type { StoredAttachment } from '../store/attachment-document.ts'
import type { AttachmentStore } from '../store/attachment-store.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { MessageGroupStore } from '../store/message-group-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import type { WaitingFile, WaitingFilesStore } from '../store/waiting-files-store.ts'
import type { Bus } from './bus.ts'
import type { FetchAttachment } from './fetch-attachment.ts'
import { publishChanged } from './publish-changed.ts'
import { presentAttachment } from './store-attachment.ts'

export interface WaitingFileDeps {
  readonly waitingFiles: WaitingFilesStore
  readonly attachments: Pick<AttachmentStore, 'get'>
  readonly fetchAttachment: FetchAttachment
  readonly messages: MessageStore
  readonly messageGroups: MessageGroupStore
  readonly conversations: ConversationStore
  readonly bus: Bus
  readonly now: () => number
  readonly random: () => number
}

/** A platform that has not given a file by then will not. */
const GIVEN_UP_AFTER_MS = 24 * 3_600_000
/** Nobody else tries what one node is at. */
const CLAIM_MS = 6 * 60_000
const FIRST_RETRY_MS = 5_000
const LONGEST_RETRY_MS = 3_600_000
/** The message that a file is of is being recorded; where that takes longer, something else is the matter. */
const UNRECORDED_RETRY_MS = 1_000
const LONGEST_UNRECORDED_RETRY_MS = 600_000

/**
 * Fetches the file that waits longest, and lets its message show what it is. Safe to repeat at any point.
 * @returns false when none is due
 */
export async function fetchWaitingFile(deps: WaitingFileDeps): Promise<boolean> {
  const nowMs = deps.now()
  const waiting = await deps.waitingFiles.claim(nowMs, nowMs + CLAIM_MS)
  if (!waiting) return false
  const { file } = waiting
  const before = file.messageId && (await deps.messages.find(file.messageId))
  if (before && !hasFile(before, file)) {
    await deps.waitingFiles.settle(file.id)
    return true
  }
  const lost = await fetchOrLose(waiting, deps)
  if (lost === 'later') return true
  const now = lost ? { ...file, lost } : await deps.attachments.get(file.id)
  if (lost) await deps.waitingFiles.giveUp(file.id, lost)
  // It may have been fetched before its message was recorded.
  const message = file.messageId && (await deps.messages.find(file.messageId))
  if (!message && nowMs - waiting.createdAtMs < GIVEN_UP_AFTER_MS) {
    const waitMs = Math.min(LONGEST_UNRECORDED_RETRY_MS, UNRECORDED_RETRY_MS * 2 ** waiting.failures)
    await deps.waitingFiles.postpone(file.id, deps.now() + waitMs)
    return true
  }
  if (message) await showFile(message, presentAttachment({ ...now, waits: false }), deps)
  await deps.waitingFiles.settle(file.id)
  return true
}

const hasFile = ({ attachments }: StoredMessage, { id }: StoredAttachment): boolean =>
  attachments.some((one) => one.id === id)

/** @returns why it will never be here, or that it may be later */
async function fetchOrLose(
  { file, failures, createdAtMs }: WaitingFile,
  deps: WaitingFileDeps,
): Promise<NonNullable<StoredAttachment['lost']> | 'later' | undefined> {
  try {
    await deps.fetchAttachment(file)
    return undefined
  } catch (error) {
    const code = error instanceof AppError ? error.code : undefined
    if (code === 'attachment-too-large') return 'too-large'
    const nowMs = deps.now()
    if (code === 'not-found' || nowMs - createdAtMs >= GIVEN_UP_AFTER_MS) return 'gone'
    const seconds = error instanceof AppError ? (error.details.retryAfterSeconds ?? 0) : 0
    const backoffMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures)
    const waitMs = Math.max(seconds * 1_000, backoffMs * (0.75 + deps.random() / 2))
    await deps.waitingFiles.postpone(file.id, nowMs + waitMs)
    return 'later'
  }
}

async function showFile(message: StoredMessage, view: AttachmentView, deps: WaitingFileDeps): Promise<void> {
  const shown = (views: readonly AttachmentView[]): readonly AttachmentView[] =>
    views.map((one) => (one.id === view.id ? view : one))
  const { channelId, groupKey } = message
  const changed =
    groupKey === undefined
      ? await deps.messages.replaceFile(message.id, view)
      : (
          await deps.messageGroups.change(channelId, { groupKey }, (parts) =>
            parts.map((part) => ({ ...part, attachments: shown(part.attachments) })),
          )
        )?.message
  if (changed) await publishChanged([changed], deps)
}
