import { type ContinuedAnswer, continuationBody, continuationSubject } from '../domain/continuity.ts'
import { AppError } from '../domain/errors.ts'
import type { AgentId, ConversationId } from '../domain/ids.ts'
import { planOutbound } from '../domain/outbound.ts'
import type { AttachmentView } from '../domain/views.ts'
import type { PendingContinuation } from '../store/continuation-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import { derivedId } from '../store/object-id.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import type { LiveChannel } from './channel-directory.ts'
import type { ForwardFiles } from './forward-files.ts'
import type { OrderClock } from './order-clock.ts'
import { type PreparedLetter, prepareLetter, recordLetter, type WriteLetterDeps } from './write-letter.ts'

export interface WriteContinuationDeps extends WriteLetterDeps {
  readonly messages: Pick<MessageStore, 'find' | 'latestLetter' | 'record'>
  readonly forward: ForwardFiles
  readonly orderClock: OrderClock
}

/** What a letter passes on, and by which channel. */
export interface WantedContinuation {
  readonly conversation: StoredConversation
  /** In their order, at least one. */
  readonly answers: readonly StoredMessage[]
  readonly channel: LiveChannel
  /** Of the chat, or whose it is. */
  readonly title: string
  readonly pending: PendingContinuation
}

/**
 * Records the letter that passes answers on, as any letter that waits to be sent; the same one however often it is
 * called.
 * @throws AppError what the channel cannot carry
 */
export async function writeContinuation(
  { conversation, answers, channel, title, pending }: WantedContinuation,
  deps: WriteContinuationDeps,
): Promise<void> {
  const last = answers.at(-1)
  if (!last) throw new Error('a letter passes something on')
  const { messageId, address, atMs } = pending
  const conversationId = laneOf(conversation.id, pending)
  const prepare = (attached: boolean): Promise<PreparedLetter> =>
    prepareText(answers, attached, { conversation, conversationId, channel, title, address }, deps)
  const files = answers.flatMap(({ attachments }) => attachments)
  const owner = { agentId: (last.author.id ?? '') as AgentId, conversationId, messageId }
  let letter = await prepare(true)
  let copies: readonly AttachmentView[] | undefined
  if (isCarried(letter, files, channel, atMs))
    copies = await copiesOf(files, () => deps.forward(files, owner))
  if (!copies) letter = await prepare(false)
  if (!isCarried(letter, [], channel, atMs)) {
    throw new AppError('message-refused', { detail: 'The channel cannot carry this letter.' })
  }
  const { text, letter: head } = await recordLetter(messageId, letter, deps)
  await deps.messages.record([
    {
      id: messageId,
      conversationId,
      channelId: channel.id,
      direction: 'outbound',
      kind: 'message',
      author: last.author,
      text,
      attachments: copies ?? [],
      status: 'queued',
      recipient: address,
      continues: conversation.id,
      letter: head,
      delivery: { state: 'queued', attempts: 0, attemptsBefore: 0, nextAttemptAtMs: atMs },
      createdAtMs: atMs,
      order: deps.orderClock(atMs),
      version: 1,
    },
  ])
}

/** Letters to one address about one conversation go out one after the other. No conversation has this id. */
const laneOf = (id: ConversationId, { channelId, address }: PendingContinuation): ConversationId =>
  derivedId(0, 'continuation', id, channelId, address) as ConversationId

interface Place {
  readonly conversation: StoredConversation
  readonly conversationId: ConversationId
  readonly channel: LiveChannel
  readonly title: string
  readonly address: string
}

async function prepareText(
  answers: readonly StoredMessage[],
  attached: boolean,
  { conversation, conversationId, channel, title, address }: Place,
  deps: WriteContinuationDeps,
): Promise<PreparedLetter> {
  const { text, html } = continuationBody(
    answers.map(
      ({ author, text: said, attachments, createdAtMs }): ContinuedAnswer => ({
        authorName: author.name,
        text: said,
        fileNames: attached ? [] : attachments.map(({ name }) => name),
        atMs: createdAtMs,
      }),
    ),
  )
  // His own letter is answered where he wrote one, else our last one is followed.
  const his = await deps.messages.latestLetter(conversation.id)
  const id = his?.channelId === channel.id ? conversation.id : conversationId
  return prepareLetter(
    { text, letter: { html, subject: continuationSubject(title), to: [address] } },
    channel,
    { id, identityExternalId: address },
    deps,
  )
}

function isCarried(
  { recipients, body }: PreparedLetter,
  attachments: readonly AttachmentView[],
  { capabilities }: LiveChannel,
  atMs: number,
): boolean {
  const message = { text: body.text, attachments, letter: { recipients, forwards: false } }
  return planOutbound(message, capabilities, {}, atMs).ok
}

/** Undefined where one of the files is not to be had any more: then they are only named. */
async function copiesOf(
  files: readonly AttachmentView[],
  forward: () => Promise<readonly AttachmentView[]>,
): Promise<readonly AttachmentView[] | undefined> {
  if (files.length === 0) return []
  try {
    return await forward()
  } catch (error) {
    if (error instanceof AppError && error.category === 'not-found') return undefined
    throw error
  }
}
