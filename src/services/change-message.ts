import type { ConnectorContext, OutboundMessage } from '../contract/connector.ts'
import { ConnectorError } from '../contract/connector-error.ts'
import type { Capabilities } from '../domain/capabilities.ts'
import type { EditMessageCommand } from '../domain/commands.ts'
import { AppError } from '../domain/errors.ts'
import type { MessageId } from '../domain/ids.ts'
import { readMarks } from '../domain/text-marks.ts'
import type { TextSpan } from '../domain/text-spans.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import type { LiveChannel } from './channel-directory.ts'
import { openConversation } from './conversation-access.ts'
import type { Principal } from './principal.ts'
import { publishChanged } from './publish-changed.ts'
import { refusedMessage } from './refuse-message.ts'
import type { SettleDeliveryDeps } from './settle-delivery.ts'
import { platformFailure } from './tell-platform-failure.ts'
import { formats, type ToOutboundDeps, toOutbound } from './to-outbound.ts'
import { withinLimit } from './within-limit.ts'

export interface ChangeMessageDeps
  extends ToOutboundDeps,
    Pick<SettleDeliveryDeps, 'messages' | 'conversations' | 'bus' | 'now'> {
  readonly findChannel: (id: string) => Promise<LiveChannel | undefined>
  readonly contextOf: (channel: LiveChannel, limit: AbortSignal) => ConnectorContext<LiveChannel['config']>
}

/** Somebody waits for it. */
const LIMIT_MS = 20_000

/**
 * Changes what a message of ours says, at the customer's too: first there, then here. Of two at the same time one is
 * refused as outdated.
 * @throws AppError `not-found`, `permission-denied`, `version-conflict`, `message-refused`, `channel-paused`,
 * `platform-refused`, `platform-unavailable`
 */
export async function editMessage(
  id: MessageId,
  { text, version }: EditMessageCommand,
  principal: Principal,
  deps: ChangeMessageDeps,
): Promise<StoredMessage> {
  const opened = await open(id, version, 'editMessage', principal, deps)
  const { message, channel } = opened
  const said = formats(channel.capabilities) ? readMarks(text) : { text, spans: [] }
  requireFit(said.text, message, channel.capabilities)
  const editedAtMs = deps.now()
  await atPlatform(opened, version, deps, (outbound, ctx) =>
    channel.connector.editMessage?.(opened.externalId, withText(outbound, said), ctx),
  )
  return written(opened, { ...said, editedAtMs }, deps)
}

/** Takes a message of ours back, at the customer's too. @throws as {@link editMessage} */
export async function deleteMessage(
  id: MessageId,
  version: number,
  principal: Principal,
  deps: ChangeMessageDeps,
): Promise<StoredMessage> {
  const opened = await open(id, version, 'deleteMessage', principal, deps)
  const { connector } = opened.channel
  await atPlatform(opened, version, deps, ({ to }, ctx) =>
    connector.deleteMessage?.(opened.externalId, to, ctx),
  )
  return written(opened, { deletedAtMs: deps.now() }, deps)
}

interface Opened {
  readonly message: StoredMessage
  readonly externalId: string
  readonly conversation: StoredConversation
  readonly channel: LiveChannel
}

async function open(
  id: MessageId,
  version: number,
  feature: 'editMessage' | 'deleteMessage',
  principal: Principal,
  deps: ChangeMessageDeps,
): Promise<Opened> {
  const message = await deps.messages.find(id)
  if (!message || message.continues !== undefined) throw new AppError('not-found')
  const conversation = await openConversation(message.conversationId, principal, 'message.send', deps)
  const { author, externalId } = message
  const own = author.kind === 'agent' && author.id === principal.agentId
  if (!own && principal.role === 'agent') throw new AppError('permission-denied')
  const channel = await deps.findChannel(message.channelId)
  if (!channel) throw new AppError('not-found')
  if (channel.deletedAtMs !== undefined) throw refusedMessage({ reason: 'channel-deleted' })
  if (channel.capabilities[feature] !== 'native') {
    throw refusedMessage({ reason: feature === 'editMessage' ? 'edit-unsupported' : 'delete-unsupported' })
  }
  const isFixed = feature === 'editMessage' && message.template !== undefined
  if (externalId === undefined || isFixed || !isChangeable(message)) {
    throw refusedMessage({ reason: 'not-changeable' })
  }
  if (channel.paused) throw new AppError('channel-paused')
  if (message.version !== version) throw new AppError('version-conflict')
  return { message, externalId, conversation, channel }
}

const isChangeable = ({ direction, kind, status, letter, deletedAtMs }: StoredMessage): boolean =>
  direction === 'outbound' &&
  kind === 'message' &&
  letter === undefined &&
  deletedAtMs === undefined &&
  (status === 'sent' || status === 'delivered' || status === 'read')

/** A message that stands is one message: what would have to be split is too long. */
function requireFit(text: string, { attachments: files }: StoredMessage, can: Capabilities): void {
  if (text.trim() === '') throw refusedMessage({ reason: 'empty' })
  const besideFiles = files.length > 0 ? can.attachments.maxTextLength : undefined
  const limit = Math.min(can.text.maxLength, besideFiles ?? Number.POSITIVE_INFINITY)
  if (text.length > limit) throw refusedMessage({ reason: 'text-too-long', limit, actual: text.length })
}

function withText(
  { spans: _before, ...outbound }: OutboundMessage,
  { text, spans }: { readonly text: string; readonly spans: readonly TextSpan[] },
): OutboundMessage {
  return { ...outbound, text, ...(spans.length > 0 ? { spans } : {}) }
}

/** Claims the message at its version and has the platform do it. Where that fails nothing is written. */
async function atPlatform(
  { message, conversation, channel }: Opened,
  version: number,
  deps: ChangeMessageDeps,
  act: (outbound: OutboundMessage, ctx: ConnectorContext<LiveChannel['config']>) => Promise<void> | undefined,
): Promise<void> {
  const claimed = await deps.messages.claim(message.id, version)
  if (!claimed) throw new AppError('version-conflict')
  try {
    const outbound = await toOutbound(claimed, channel, conversation, deps)
    await withinLimit(LIMIT_MS, async (limit) => act(outbound, deps.contextOf(channel, limit)), tooSlow)
  } catch (error) {
    // Its version has risen: whoever shows it must know, or could not try again.
    await publishChanged([claimed], deps)
    throw platformFailure(error)
  }
}

const tooSlow = (): ConnectorError =>
  new ConnectorError({
    code: 'timeout',
    detail: 'The platform did not answer in time; it may have done it all the same',
    retry: 'later',
    delivery: 'unknown',
  })

async function written(
  { message, externalId }: Opened,
  change: Parameters<MessageStore['edit']>[2],
  deps: ChangeMessageDeps,
): Promise<StoredMessage> {
  const changed = await deps.messages.edit(message.channelId, externalId, change)
  if (!changed) throw new AppError('not-found')
  await publishChanged([changed], deps)
  return changed
}
