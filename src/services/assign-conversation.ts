import type { AssignConversationCommand } from '../domain/commands.ts'
import { AppError } from '../domain/errors.ts'
import type { AgentId, ChannelId, ConversationId } from '../domain/ids.ts'
import { restartQueue } from '../domain/routing/after-assignment.ts'
import type { MessageView } from '../domain/views.ts'
import type { ConversationChange, ConversationStore } from '../store/conversation-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import { freshId } from '../store/object-id.ts'
import type { TeamRecord, TeamStore } from '../store/routing-group-stores.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import { addNote, noteOfChange, tellOfNote } from './add-note.ts'
import type { Bus } from './bus.ts'
import { openConversation } from './conversation-access.ts'
import { eventLine } from './event-line.ts'
import type { OrderClock } from './order-clock.ts'
import { isOverCapacity, type OverCapacityDeps } from './over-capacity.ts'
import { presentConversation, presentMessage } from './present.ts'
import { type Principal, requirePermission } from './principal.ts'
import { queueOf } from './reroute.ts'
import type { PolicyOf } from './routing-snapshot.ts'

export interface AssignDeps extends OverCapacityDeps {
  readonly conversations: ConversationStore
  readonly messages: MessageStore
  readonly teams: Pick<TeamStore, 'get'>
  /** The agent's name when he is active and may see the channel. */
  readonly assignable: (
    agentId: AgentId,
    channelId: ChannelId,
  ) => Promise<{ readonly name: string } | undefined>
  readonly policyOf: PolicyOf
  readonly bus: Bus
  readonly orderClock: OrderClock
  readonly now: () => number
}

/** An assignment by hand, and what the person should know of it. */
export interface Assigned {
  readonly conversation: StoredConversation
  /** The agent now has more than the router would give him. */
  readonly warning?: 'over-capacity'
}

type Line = NonNullable<MessageView['event']>

/** Who gets it, looked up: null = nobody, undefined = as it was. */
interface Receivers {
  readonly agent: { readonly id: AgentId; readonly name: string } | null | undefined
  readonly team: TeamRecord | null | undefined
}

/**
 * Gives a conversation to an agent, a team or both, or takes it from whoever has it. A person's choice wins over a
 * running router: the router's claim holds only while nobody owns the conversation. What is given to a team and to
 * nobody in it is owed a routing run, which may give it to a member; so is what is taken from its owner, where the
 * policy does not leave it to people.
 * @throws AppError `not-found`, `permission-denied`, `version-conflict`, `invalid-input` for an agent who cannot have it
 * or a team that does not exist
 */
export async function assignConversation(
  id: ConversationId,
  command: AssignConversationCommand,
  principal: Principal,
  deps: AssignDeps,
): Promise<Assigned> {
  const conversation = await openConversation(id, principal, 'conversation.write', deps)
  if (conversation.version !== command.version) throw new AppError('version-conflict')
  const wanted = changesOf(conversation, command)
  if (wanted.agent || wanted.team) requireMayAssign(conversation, command.assigneeId, principal)
  const receivers = await findReceivers(conversation, command, wanted, deps)
  const { note } = command
  if (wanted.agent || wanted.team) await give(conversation, receivers, note, principal, deps)
  else if (note !== undefined) await addNote(id, { clientMessageId: freshId(), text: note }, principal, deps)
  const after = (await deps.conversations.find(id)) ?? conversation
  const { agent } = receivers
  const over = agent ? await isOverCapacity(agent.id, after, deps) : false
  return over ? { conversation: after, warning: 'over-capacity' } : { conversation: after }
}

function changesOf(
  conversation: StoredConversation,
  { assigneeId, teamId }: AssignConversationCommand,
): { readonly agent: boolean; readonly team: boolean } {
  return {
    agent: (conversation.assigneeId ?? null) !== assigneeId,
    // Naming the team that the router chose makes it a person's choice.
    team:
      teamId !== undefined &&
      ((conversation.teamId ?? null) !== teamId || (teamId !== null && !conversation.teamByHand)),
  }
}

async function findReceivers(
  { channelId }: StoredConversation,
  { assigneeId, teamId }: AssignConversationCommand,
  wanted: { readonly agent: boolean; readonly team: boolean },
  deps: AssignDeps,
): Promise<Receivers> {
  const agentId = assigneeId as AgentId | null
  const known = wanted.agent && agentId !== null ? await deps.assignable(agentId, channelId) : undefined
  if (wanted.agent && agentId !== null && !known) {
    throw new AppError('invalid-input', {
      field: 'assigneeId',
      detail: 'There is no active agent with this id who may see the conversation',
    })
  }
  const team = wanted.team && typeof teamId === 'string' ? await deps.teams.get(teamId) : undefined
  if (wanted.team && typeof teamId === 'string' && !team) {
    throw new AppError('invalid-input', { field: 'teamId', detail: `There is no team ${teamId}.` })
  }
  return {
    agent: wanted.agent ? (agentId !== null && known ? { id: agentId, name: known.name } : null) : undefined,
    team: wanted.team ? (team ?? null) : undefined,
  }
}

async function give(
  conversation: StoredConversation,
  { agent, team }: Receivers,
  text: string | undefined,
  principal: Principal,
  deps: AssignDeps,
): Promise<void> {
  const changed = await deps.conversations.change(conversation.id, conversation.version, {
    ...(agent === undefined ? {} : { assigneeId: agent?.id ?? null }),
    ...(await routingAfter(conversation, { agent, team }, deps)),
    ...(team === undefined ? {} : { teamId: team?.id ?? null, teamByHand: team !== null }),
  })
  if (!changed) throw new AppError('version-conflict')
  const lines = linesOf(conversation, { agent, team }).map((line) =>
    eventLine(changed, line, principal, deps),
  )
  const note = text === undefined ? undefined : noteOfChange(changed, text, principal, deps)
  await deps.messages.record(note ? [...lines, note] : lines)
  const view = presentConversation(changed)
  const kept = agent === undefined
  deps.bus.publish([
    {
      type: kept ? 'conversation.updated' : agent ? 'conversation.assigned' : 'conversation.unassigned',
      conversation: view,
    },
    ...lines.map((line) => ({
      type: 'message.created' as const,
      message: presentMessage(line),
      conversation: view,
    })),
  ])
  if (note) await tellOfNote(note, changed, deps)
  // Whoever gave it away has room for another one.
  deps.bus.signal({ kind: 'routing-wanted' })
}

/**
 * What the router does next: nothing, or run the policy afresh, of a team that a person named among its members. What
 * waited keeps its place, and whoever had it is not asked again.
 */
async function routingAfter(
  conversation: StoredConversation,
  { agent, team }: Receivers,
  deps: AssignDeps,
): Promise<ConversationChange> {
  const { routing, status, assigneeId, teamByHand } = conversation
  const owned = agent === undefined ? assigneeId !== undefined : agent !== null
  const settled = { routing: { ...routing, status: 'settled', sinceMs: deps.now() } } as const
  if (owned || status !== 'open') return settled
  const waited = agent === undefined && routing.status !== 'settled'
  const wanted = team || waited || (await deps.policyOf(conversation))?.onUnassign === 're-route'
  if (!wanted) return settled
  const queue = restartQueue(queueOf(conversation), deps.now(), assigneeId)
  return {
    queue,
    // The router chose the team: it chooses anew.
    ...(teamByHand ? {} : { teamId: null }),
    routing: { ...routing, status: 'pending', sinceMs: queue.enteredAtMs },
  }
}

function linesOf({ teamId }: StoredConversation, { agent, team }: Receivers): readonly Line[] {
  const lines: Line[] = []
  if (agent) lines.push({ name: 'assigned', agentName: agent.name, value: 'by hand' })
  if (agent === null) lines.push({ name: 'unassigned' })
  if (team !== undefined && (team?.id ?? undefined) !== teamId) {
    lines.push({ name: 'team-changed', value: team?.name ?? '' })
  }
  return lines
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
