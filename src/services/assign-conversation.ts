import type { AssignConversationCommand } from '../domain/commands.ts'
import { AppError } from '../domain/errors.ts'
import type { AgentId, ChannelId, ConversationId } from '../domain/ids.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { Bus } from './bus.ts'
import { openConversation } from './conversation-access.ts'
import { eventLine } from './event-line.ts'
import type { OrderClock } from './order-clock.ts'
import { presentConversation, presentMessage } from './present.ts'
import { type Principal, requirePermission } from './principal.ts'

export interface AssignDeps {
  readonly conversations: ConversationStore
  readonly messages: MessageStore
  /** The agent's name when he is active and may see the channel. */
  readonly assignable: (
    agentId: AgentId,
    channelId: ChannelId,
  ) => Promise<{ readonly name: string } | undefined>
  readonly bus: Bus
  readonly orderClock: OrderClock
  readonly now: () => number
}

/**
 * Gives a conversation to an agent, or takes it from whoever has it. A person's choice wins over a running router:
 * the router's claim holds only while nobody owns the conversation.
 * @throws AppError `not-found`, `permission-denied`, `version-conflict`, `invalid-input` for an agent who cannot have it
 */
export async function assignConversation(
  id: ConversationId,
  { assigneeId, version }: AssignConversationCommand,
  principal: Principal,
  deps: AssignDeps,
): Promise<StoredConversation> {
  const conversation = await openConversation(id, principal, 'conversation.write', deps)
  if (conversation.version !== version) throw new AppError('version-conflict')
  if ((conversation.assigneeId ?? null) === assigneeId) return conversation
  requireMayAssign(conversation, assigneeId, principal)
  const agent =
    assigneeId === null ? undefined : await deps.assignable(assigneeId as AgentId, conversation.channelId)
  if (assigneeId !== null && !agent) {
    throw new AppError('invalid-input', {
      field: 'assigneeId',
      detail: 'There is no active agent with this id who may see the conversation',
    })
  }
  const changed = await deps.conversations.change(id, version, {
    assigneeId: assigneeId as AgentId | null,
    // Whoever takes work from an agent by hand wants a person to look at it, not the router to hand it on.
    routing: { ...conversation.routing, status: 'settled', sinceMs: deps.now() },
  })
  if (!changed) throw new AppError('version-conflict')
  const line = eventLine(
    changed,
    agent ? { name: 'assigned', agentName: agent.name, value: 'by hand' } : { name: 'unassigned' },
    principal,
    deps,
  )
  await deps.messages.record([line])
  const view = presentConversation(changed)
  deps.bus.publish([
    { type: agent ? 'conversation.assigned' : 'conversation.unassigned', conversation: view },
    { type: 'message.created', message: presentMessage(line), conversation: view },
  ])
  return changed
}

/** Agents take for themselves and give away their own; more needs the supervisor's permission. */
function requireMayAssign(
  conversation: StoredConversation,
  assigneeId: string | null,
  principal: Principal,
): void {
  const own = conversation.assigneeId === principal.agentId
  const taking = conversation.assigneeId === undefined && assigneeId === principal.agentId
  if (!own && !taking) requirePermission(principal, 'conversation.assign-others')
}
