import type { SendMessageCommand } from '../domain/commands.ts'
import { AppError } from '../domain/errors.ts'
import type { AgentId, ConversationId, MessageId } from '../domain/ids.ts'
import { type FilledTemplate, fillTemplate } from '../domain/message-template.ts'
import { type PlannedPart, planOutbound } from '../domain/outbound.ts'
import { readMarks } from '../domain/text-marks.ts'
import type { AttachmentView } from '../domain/views.ts'
import type { ContactStore } from '../store/contact-store.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { LiveChannel } from './channel-directory.ts'
import { standingOf } from './customer-standing.ts'
import type { ForwardFiles } from './forward-files.ts'
import type { Templates } from './list-templates.ts'
import type { Principal } from './principal.ts'
import { refusedMessage } from './refuse-message.ts'
import { formats } from './to-outbound.ts'
import { type PreparedLetter, prepareLetter, type WriteLetterDeps } from './write-letter.ts'

/** Files that an agent uploaded, looked up before the plan and tied to the message after it. */
export interface AgentAttachments {
  /** @throws AppError `not-found` with the field when one is not the agent's own unlinked upload */
  find(ids: readonly string[], agentId: AgentId): Promise<readonly AttachmentView[]>
  link(
    ids: readonly string[],
    owner: {
      readonly agentId: AgentId
      readonly conversationId: ConversationId
      readonly messageId: MessageId
    },
  ): Promise<void>
  /** Copies the files of a letter that is passed on. */
  readonly forward: ForwardFiles
}

export interface PlanMessageDeps extends Pick<WriteLetterDeps, 'letters'> {
  readonly conversations: ConversationStore
  readonly messages: MessageStore
  readonly contacts: Pick<ContactStore, 'findIdentities'>
  readonly attachments: AgentAttachments
  readonly templates: Templates
  readonly now: () => number
}

/** What planning a message needs to know of its conversation, which need not exist yet. */
export type PlannedFor = Pick<StoredConversation, 'id' | 'identityExternalId' | 'subject' | 'lastInboundAtMs'>

/** A message that may go out, with all that it is made of. */
export interface PlannedMessage {
  readonly uploads: readonly AttachmentView[]
  readonly letter?: PreparedLetter
  readonly template?: FilledTemplate
  /** The platform's id of the message that is answered. */
  readonly replyToExternalId?: string
  readonly parts: readonly PlannedPart[]
}

/** Works out all of a message that can be refused, and records nothing. @throws as `sendReply` */
export async function planMessage(
  conversation: PlannedFor,
  channel: LiveChannel,
  command: SendMessageCommand,
  principal: Principal,
  deps: PlanMessageDeps,
): Promise<PlannedMessage> {
  if (channel.deletedAtMs !== undefined) throw refusedMessage({ reason: 'channel-deleted' })
  if (channel.paused) throw new AppError('channel-paused')
  const filled = command.template && (await fillIn(command.template, channel, deps))
  const replyToExternalId = await answered(command.replyToId, conversation, deps)
  const uploads = await deps.attachments.find(command.attachmentIds, principal.agentId)
  const letter = channel.capabilities.letters
    ? await prepareLetter({ text: command.text, letter: command.letter ?? {} }, channel, conversation, deps)
    : undefined
  const asLetter = letter ?? (command.letter ? { recipients: 0, forwards: false } : undefined)
  const said = formats(channel.capabilities) ? readMarks(command.text) : { text: command.text }
  const plan = planOutbound(
    {
      ...said,
      attachments: [...uploads, ...(letter?.files ?? [])],
      ...(replyToExternalId === undefined ? {} : { replyToExternalId }),
      ...(asLetter && !filled ? { letter: asLetter } : {}),
      ...(filled ? { template: { text: filled.text } } : {}),
    },
    channel.capabilities,
    await standingOf(conversation, channel, deps),
    deps.now(),
  )
  if (!plan.ok) throw refusedMessage(plan.refusal)
  return {
    uploads,
    ...(letter ? { letter } : {}),
    ...(filled ? { template: filled.template } : {}),
    ...(replyToExternalId === undefined ? {} : { replyToExternalId }),
    parts: plan.parts,
  }
}

/** The approved message as the platform has it, with the gaps as the agent filled them. */
async function fillIn(
  { id, variables }: FilledTemplate,
  channel: LiveChannel,
  { templates }: Pick<PlanMessageDeps, 'templates'>,
): Promise<{ readonly template: FilledTemplate; readonly text: string }> {
  if (channel.capabilities.templates !== 'native') throw refusedMessage({ reason: 'templates-unsupported' })
  const template = (await templates.of(channel)).find((one) => one.id === id)
  if (!template) throw refusedMessage({ reason: 'template-unknown' })
  const { name, unusable } = template
  if (unusable !== undefined) throw refusedMessage({ reason: 'template-unusable', why: unusable })
  const filled = fillTemplate(template, variables)
  if (!filled.ok) {
    throw refusedMessage({ reason: 'template-incomplete', missing: filled.missing.join(', ') })
  }
  return { template: { id, name, variables }, text: filled.text }
}

/** @throws AppError `not-found` when the platform has no such message of this conversation */
async function answered(
  replyToId: string | undefined,
  { id }: PlannedFor,
  { messages }: Pick<PlanMessageDeps, 'messages'>,
): Promise<string | undefined> {
  if (replyToId === undefined) return undefined
  const message = await messages.find(replyToId as MessageId)
  const there = message?.conversationId === id && message.deletedAtMs === undefined
  if (!there || message.externalId === undefined) throw new AppError('not-found', { field: 'replyToId' })
  return message.externalId
}
