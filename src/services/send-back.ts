import type { SendBackCommand } from '../domain/commands.ts'
import { AppError } from '../domain/errors.ts'
import type { ConversationId } from '../domain/ids.ts'
import { restartQueue } from '../domain/routing/after-assignment.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import { noteOfChange, tellOfNote } from './add-note.ts'
import type { WakeDeps } from './change-conversation.ts'
import { openConversation } from './conversation-access.ts'
import { eventLine } from './event-line.ts'
import { presentConversation, presentMessage } from './present.ts'
import { type Principal, requirePermission } from './principal.ts'
import { queueOf } from './reroute.ts'

/**
 * Sends a conversation back to the queue: its policy runs afresh, and whoever had it is not asked again. It keeps its
 * place by arrival.
 * @throws AppError `not-found`, `permission-denied`, `version-conflict`, `invalid-input` for one that is not open
 */
export async function sendBack(
  id: ConversationId,
  { version, note: text }: SendBackCommand,
  principal: Principal,
  deps: WakeDeps,
): Promise<StoredConversation> {
  const conversation = await openConversation(id, principal, 'conversation.write', deps)
  if (conversation.version !== version) throw new AppError('version-conflict')
  const { assigneeId, status, routing, teamByHand } = conversation
  if (assigneeId !== undefined && assigneeId !== principal.agentId) {
    requirePermission(principal, 'conversation.assign-others')
  }
  if (status !== 'open') {
    throw new AppError('invalid-input', {
      field: 'status',
      detail: 'Only an open conversation can be sent back',
    })
  }
  const queue = restartQueue(queueOf(conversation), deps.now(), assigneeId)
  const changed = await deps.conversations.change(id, version, {
    assigneeId: null,
    queue,
    // The router chose the team: it chooses anew.
    ...(teamByHand ? {} : { teamId: null }),
    routing: { ...routing, status: 'pending', sinceMs: queue.enteredAtMs },
  })
  if (!changed) throw new AppError('version-conflict')
  const line = eventLine(changed, { name: 'sent-back' }, principal, deps)
  const note = text === undefined ? undefined : noteOfChange(changed, text, principal, deps)
  await deps.messages.record(note ? [line, note] : [line])
  const view = presentConversation(changed)
  deps.bus.publish([
    { type: 'conversation.unassigned', conversation: view },
    { type: 'message.created', message: presentMessage(line), conversation: view },
  ])
  if (note) await tellOfNote(note, changed, deps)
  deps.bus.signal({ kind: 'routing-wanted' })
  return (await deps.conversations.find(id)) ?? changed
}
