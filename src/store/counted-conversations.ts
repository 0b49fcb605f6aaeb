import type { ConversationStatus } from '../domain/conversation.ts'
import type { AgentId } from '../domain/ids.ts'
import type { AgentLoadStore } from './agent-load-store.ts'
import type { ConversationChange } from './conversation-change.ts'
import type { ConversationStore, InboundUpdate } from './conversation-store.ts'
import type { RoutingSettingsStore } from './routing-settings-store.ts'
import type { StoredConversation } from './stored-conversation.ts'

/** How long an assignment counts as recent. */
export const RECENT_MS = 30 * 86_400_000

/** The statuses in which a conversation counts as load. */
export function countedStatuses(settings: {
  readonly countPending: boolean
  readonly countSnoozed: boolean
}): readonly ConversationStatus[] {
  return [
    'open',
    ...(settings.countPending ? (['pending'] as const) : []),
    ...(settings.countSnoozed ? (['snoozed'] as const) : []),
  ]
}

export interface CountedDeps {
  readonly loads: AgentLoadStore
  readonly settings: Pick<RoutingSettingsStore, 'read'>
  readonly now: () => number
}

/** Who has the conversation as load. */
function bearerOf(
  { status, assigneeId }: Pick<StoredConversation, 'status' | 'assigneeId'>,
  counted: readonly ConversationStatus[],
): AgentId | undefined {
  return counted.includes(status) ? assigneeId : undefined
}

/**
 * The conversations, with the loads of their owners kept as they change hands or status. What an agent gains is
 * counted before the change and what he loses after it, so that whatever breaks off in between, nobody ever has more
 * than is counted.
 */
export function countedConversations(conversations: ConversationStore, deps: CountedDeps): ConversationStore {
  const { loads, settings, now } = deps
  const isRecent = ({ assignedAtMs, createdAtMs }: StoredConversation): boolean =>
    (assignedAtMs ?? createdAtMs) >= now() - RECENT_MS

  const changeCounted = async (
    before: StoredConversation,
    change: ConversationChange,
  ): Promise<StoredConversation | undefined> => {
    const { id, version, workType } = before
    const counted = countedStatuses(await settings.read())
    const { status = before.status } = change
    const assigneeId = change.assigneeId === undefined ? before.assigneeId : (change.assigneeId ?? undefined)
    const from = bearerOf(before, counted)
    const to = bearerOf({ status, ...(assigneeId ? { assigneeId } : {}) }, counted)
    const whole = withTraces(before, change, now())
    if (from === to) return conversations.change(id, version, whole)
    const gained = to && (await loads.add(to, workType, to === before.assigneeId ? undefined : now()))
    const epoch = from ? await loads.epochOf(from) : 0
    const after = await conversations.change(id, version, whole)
    if (!after && to && typeof gained === 'number') await loads.subtract(to, workType, true, gained)
    if (after && from) await loads.subtract(from, workType, isRecent(before), epoch)
    return after
  }

  return {
    ...conversations,

    async change(id, version, change) {
      if (change.assigneeId === undefined && change.status === undefined) {
        return conversations.change(id, version, change)
      }
      const before = await conversations.find(id)
      return before?.version === version ? changeCounted(before, change) : undefined
    },

    async applyInbound(updates, batch) {
      const woken = await wakened(updates, settings)
      const epochs = await Promise.all(woken.map(({ next, to }) => loads.add(to, next.workType, undefined)))
      const lost = await conversations.applyInbound(updates, batch)
      for (const [index, { was, next, to }] of woken.entries()) {
        if (lost.has(was.id)) await loads.subtract(to, next.workType, true, epochs[index] ?? 0)
      }
      return lost
    },
  }
}

type Woken = InboundUpdate & { readonly to: AgentId }

/** What a customer's message makes count again for its owner. */
async function wakened(
  updates: readonly InboundUpdate[],
  settings: CountedDeps['settings'],
): Promise<readonly Woken[]> {
  const candidates = updates.flatMap((update): Woken[] => {
    const { was, next } = update
    return was.status !== 'open' && next.assigneeId ? [{ ...update, to: next.assigneeId }] : []
  })
  if (candidates.length === 0) return []
  const counted = countedStatuses(await settings.read())
  return candidates.filter(({ was }) => bearerOf(was, counted) === undefined)
}

/** What every such change leaves behind for the router. */
function withTraces(
  before: StoredConversation,
  change: ConversationChange,
  nowMs: number,
): ConversationChange {
  const { assigneeId, status } = change
  const given = typeof assigneeId === 'string' && assigneeId !== before.assigneeId
  return {
    ...(given ? { assignedAtMs: nowMs, assignedBy: 'person' as const, lastAgentId: assigneeId } : {}),
    ...(before.silence && (assigneeId !== undefined || (status ?? 'open') !== 'open')
      ? { silence: null }
      : {}),
    ...(status === 'resolved' ? { resolvedAtMs: nowMs, ...(before.queue ? { queue: null } : {}) } : {}),
    ...change,
  }
}
