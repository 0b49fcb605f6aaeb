import type { Readable } from 'node:stream'
import { AppError } from '../domain/errors.ts'
import type { MessageId } from '../domain/ids.ts'
import { seesChannel } from '../domain/permissions.ts'
import type { AttachmentView, LetterBodyView } from '../domain/views.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { KeptSource, LetterSourceStore } from '../store/letter-source-store.ts'
import type { LetterStore, StoredLetterBody } from '../store/letter-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import { reportName } from './keep-reports.ts'
import { type Principal, requirePermission } from './principal.ts'
import { sourceName } from './record-arrivals.ts'
import { withPictures } from './sanitise-letter.ts'

/** What reading letters needs. */
export interface ReadLetterDeps {
  readonly conversations: Pick<ConversationStore, 'find'>
  readonly messages: Pick<MessageStore, 'find'>
  readonly letters: Pick<LetterStore, 'get'>
  readonly letterSources: Pick<LetterSourceStore, 'find' | 'read'>
}

/** A raw source that its reader may have. */
export interface OpenedSource extends KeptSource {
  /** Of the message. */
  readonly id: MessageId
  /** Its bytes, from the beginning. */
  read(): Readable
}

/** Where an agent reads a file; the addresses of a letter's own pictures. */
const addressOf = ({ id }: AttachmentView): string => `/api/v1/attachments/${id}?inline=1`

/**
 * A letter whole: its text with all that it quotes, its formatted body, its headers.
 * @throws AppError `not-found` alike for what does not exist, is no letter or is not in sight; `permission-denied`
 */
export async function readLetter(
  id: MessageId,
  principal: Principal,
  deps: ReadLetterDeps,
): Promise<LetterBodyView> {
  const { message, body } = await openBody(id, principal, deps)
  const byContentId = new Map(message.attachments.map((one) => [one.contentId, one]))
  const picture = (contentId: string): string | undefined => {
    const one = byContentId.get(contentId)
    return one && addressOf(one)
  }
  return {
    text: body.text,
    ...(body.html === undefined ? {} : { html: withPictures(body.html, picture) }),
    remoteImages: body.remoteImages.length,
    headers: body.headers,
  }
}

/** The raw source of a letter. @throws AppError `not-found`, `permission-denied` */
export async function openSource(
  id: MessageId,
  principal: Principal,
  deps: ReadLetterDeps,
): Promise<OpenedSource> {
  await openMessage(id, principal, deps)
  return opened(id, sourceName(id), deps)
}

/** The platform's report on a message of ours that failed. @throws AppError `not-found`, `permission-denied` */
export async function openReport(
  id: MessageId,
  principal: Principal,
  deps: ReadLetterDeps,
): Promise<OpenedSource> {
  const { channelId, externalId, delivery } = await openMessage(id, principal, deps)
  if (externalId === undefined || !delivery?.hasReport) throw new AppError('not-found')
  return opened(id, reportName(channelId, externalId), deps)
}

/** The address of a remote picture that a letter names. @throws AppError `not-found`, `permission-denied` */
export async function remotePictureOf(
  id: MessageId,
  place: number,
  principal: Principal,
  deps: ReadLetterDeps,
): Promise<string> {
  const { body } = await openBody(id, principal, deps)
  const url = body.remoteImages[place]
  if (url === undefined) throw new AppError('not-found')
  return url
}

async function openBody(
  id: MessageId,
  principal: Principal,
  deps: ReadLetterDeps,
): Promise<{ readonly message: StoredMessage; readonly body: StoredLetterBody }> {
  const message = await openMessage(id, principal, deps)
  const body = await deps.letters.get(id)
  if (!body) throw new AppError('not-found')
  return { message, body }
}

async function openMessage(
  id: MessageId,
  principal: Principal,
  { conversations, messages }: ReadLetterDeps,
): Promise<StoredMessage> {
  requirePermission(principal, 'conversation.read')
  const message = await messages.find(id)
  if (!message || message.deletedAtMs !== undefined) throw new AppError('not-found')
  const conversation = await conversations.find(message.conversationId)
  if (!conversation || !seesChannel(principal.channels, conversation.channelId))
    throw new AppError('not-found')
  return message
}

async function opened(id: MessageId, name: string, { letterSources }: ReadLetterDeps): Promise<OpenedSource> {
  const found = await letterSources.find(name)
  if (!found) throw new AppError('not-found')
  return { id, ...found, read: () => letterSources.read(name) }
}
