import type { AgentId, MessageId, TeamId } from '../domain/ids.ts'
import type { MessageView } from '../domain/views.ts'
import { derivedId } from '../store/object-id.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import type { OrderClock } from './order-clock.ts'

type Line = NonNullable<MessageView['event']>

export interface LineDeps {
  readonly orderClock: OrderClock
  readonly now: () => number
}

/** Who is called what. */
export interface Names {
  readonly agents: ReadonlyMap<AgentId, string>
  readonly teams: ReadonlyMap<TeamId, { readonly name: string }>
}

/** A line of the router; a run that is repeated after a crash writes the same one. */
export function routerLine(conversation: StoredConversation, event: Line, deps: LineDeps): StoredMessage {
  const { id, channelId, routing } = conversation
  const nowMs = deps.now()
  return {
    id: derivedId(
      routing.sinceMs,
      event.name,
      id,
      routing.decisionId ?? '',
      event.agentName ?? '',
    ) as MessageId,
    conversationId: id,
    channelId,
    direction: 'outbound',
    kind: 'event',
    author: { kind: 'system', name: 'Router' },
    text: '',
    attachments: [],
    event,
    createdAtMs: nowMs,
    order: deps.orderClock(nowMs),
    version: 1,
  }
}

/** What a run did to a conversation, said in its thread: who got it and how, and the team that it is with. */
export function linesOfRun(
  before: Pick<StoredConversation, 'teamId'>,
  after: StoredConversation,
  strategy: string,
  names: Names,
  deps: LineDeps,
): readonly StoredMessage[] {
  const { assigneeId, teamId } = after
  const lines: Line[] = []
  if (teamId && teamId !== before.teamId) {
    lines.push({ name: 'team-changed', value: names.teams.get(teamId)?.name ?? '' })
  }
  if (assigneeId) {
    lines.push({ name: 'assigned', agentName: names.agents.get(assigneeId) ?? '', value: strategy })
  }
  return lines.map((line) => routerLine(after, line, deps))
}
