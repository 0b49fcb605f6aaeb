import type { AgentId } from '../domain/ids.ts'
import { afterSilence, losesOwner } from '../domain/routing/after-assignment.ts'
import type { QueueState, RoutingAgent } from '../domain/routing/agent-state.ts'
import { totalLoad } from '../domain/routing/eligibility.ts'
import type { MessageView } from '../domain/views.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { PolicyScope, RoutingQueueStore } from '../store/routing-queue-store.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { ActiveChannel } from './active-channel.ts'
import { routerLine } from './assignment-lines.ts'
import type { Bus } from './bus.ts'
import type { OrderClock } from './order-clock.ts'
import { presentConversation, presentMessage } from './present.ts'
import type { RoutingTrigger, RunResult } from './route-conversations.ts'
import type { PolicyOf, RoutingRules } from './routing-snapshot.ts'

export interface RerouteDeps {
  readonly conversations: ConversationStore
  readonly messages: MessageStore
  readonly routingQueue: Pick<RoutingQueueStore, 'silent' | 'ownedBy'>
  readonly channels: () => Promise<readonly ActiveChannel[]>
  readonly rules: () => Promise<RoutingRules>
  readonly policyOf: PolicyOf
  readonly agents: () => Promise<readonly RoutingAgent[]>
  readonly route: (
    conversations: readonly StoredConversation[],
    trigger: RoutingTrigger,
  ) => Promise<RunResult>
  readonly bus: Bus
  readonly orderClock: OrderClock
  readonly now: () => number
}

type Line = NonNullable<MessageView['event']>

const BATCH = 100

/**
 * Takes conversations from assignees who were silent for too long, and lets them go to somebody else. After too many
 * the next step of the policy begins, and supervisors are told.
 * @returns how many were taken
 */
export async function rerouteSilent(deps: RerouteDeps): Promise<number> {
  const due = await deps.routingQueue.silent(deps.now(), BATCH)
  if (due.length === 0) return 0
  const names = new Map((await deps.agents()).map(({ id, name }) => [id, name]))
  return takeEach(due, 'silence', (conversation) => lapse(conversation, names, deps), deps)
}

/**
 * Takes conversations one by one and lets the router have them. One that fails holds up none of the others.
 * @throws the first failure, when all were tried
 */
async function takeEach(
  conversations: readonly StoredConversation[],
  trigger: RoutingTrigger,
  take: (conversation: StoredConversation) => Promise<StoredConversation | undefined>,
  deps: Pick<RerouteDeps, 'route'>,
): Promise<number> {
  const taken: StoredConversation[] = []
  const failures: unknown[] = []
  for (const conversation of conversations) {
    try {
      const after = await take(conversation)
      if (after) taken.push(after)
    } catch (error) {
      failures.push(error)
    }
  }
  await deps.route(taken, trigger)
  if (failures.length > 0) throw failures[0]
  return taken.length
}

async function lapse(
  conversation: StoredConversation,
  names: ReadonlyMap<AgentId, string>,
  deps: RerouteDeps,
): Promise<StoredConversation | undefined> {
  const { id, version, assigneeId, silence, status } = conversation
  const policy = await deps.policyOf(conversation)
  // Of a channel that is gone nobody takes anything away, and it must not stand before others for ever.
  if (!assigneeId || !silence || status !== 'open' || !policy) {
    await deps.conversations.change(id, version, { silence: null })
    return undefined
  }
  const { queue, escalated } = afterSilence(queueOf(conversation), policy, assigneeId, deps.now())
  const agentName = names.get(assigneeId) ?? ''
  const lines: Line[] = [{ name: 'lapsed', agentName }]
  if (escalated) lines.push({ name: 'escalated', value: String(queue.lapses.length) })
  return takeBack(conversation, queue, lines, deps)
}

/**
 * Takes conversations from owners who went offline beyond the grace period, where the policy wants it.
 * @returns how many were taken
 */
export async function rerouteOfOffline(deps: RerouteDeps): Promise<number> {
  const rules = await deps.rules()
  const scope = await scopeOf(rules, deps)
  if (scope.channelIds.length === 0 && scope.categoryIds.length === 0) return 0
  const offlineSinceMs = deps.now() - rules.settings.presenceGraceMs
  const gone = (await deps.agents()).filter(
    (agent) => totalLoad(agent.load) > 0 && isGone(agent, offlineSinceMs),
  )
  if (gone.length === 0) return 0
  const owners = new Map<AgentId, RoutingAgent>(gone.map((agent) => [agent.id, agent]))
  const owned = await deps.routingQueue.ownedBy([...owners.keys()], scope, BATCH)
  const leave = async (conversation: StoredConversation) => {
    const owner = conversation.assigneeId && owners.get(conversation.assigneeId)
    const policy = await deps.policyOf(conversation)
    if (!owner || !policy || !losesOwner(policy, owner)) return undefined
    const line: Line = { name: 'owner-left', agentName: owner.name }
    return takeBack(conversation, queueOf(conversation), [line], deps)
  }
  return takeEach(owned, 'offline', leave, deps)
}

/** Without a device he was there within the grace period; who says himself that he is offline has it too. */
function isGone(
  { active, availability, availabilitySinceMs = 0, present, reachableByPush = false }: RoutingAgent,
  offlineSinceMs: number,
): boolean {
  if (!active || (!present && !reachableByPush)) return true
  return availability === 'offline' && availabilitySinceMs <= offlineSinceMs
}

async function scopeOf({ categories }: RoutingRules, deps: RerouteDeps): Promise<PolicyScope> {
  const own = [...categories.values()].filter(({ policy }) => policy !== undefined)
  return {
    channelIds: (await deps.channels())
      .filter(({ policy }) => policy.ownerOffline === 're-route')
      .map(({ id }) => id),
    categoryIds: own.filter(({ policy }) => policy?.ownerOffline === 're-route').map(({ id }) => id),
    otherCategoryIds: own.map(({ id }) => id),
  }
}

/** Where a conversation stands in its policy, also when nobody noted it. */
export function queueOf({ queue, createdAtMs }: StoredConversation): QueueState {
  return queue ?? { step: 0, stepSinceMs: createdAtMs, enteredAtMs: createdAtMs, lapses: [] }
}

/** Unassigns over the version that was read: whoever changes it at the same moment wins. */
async function takeBack(
  conversation: StoredConversation,
  queue: QueueState,
  events: readonly Line[],
  deps: RerouteDeps,
): Promise<StoredConversation | undefined> {
  const { id, version, routing } = conversation
  const after = await deps.conversations.change(id, version, {
    assigneeId: null,
    silence: null,
    queue,
    routing: { ...routing, status: 'pending', sinceMs: queue.enteredAtMs },
  })
  if (!after) return undefined
  const lines = events.map((event) => routerLine(after, event, deps))
  await deps.messages.recordInbound(lines)
  const view = presentConversation(after)
  deps.bus.publish([
    { type: 'conversation.unassigned', conversation: view },
    ...(events.some(({ name }) => name === 'escalated')
      ? [{ type: 'conversation.escalated' as const, conversation: view }]
      : []),
    ...lines.map((line) => ({
      type: 'message.created' as const,
      message: presentMessage(line),
      conversation: view,
    })),
  ])
  return after
}
