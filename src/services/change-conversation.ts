import type { UpdateConversationCommand } from '../domain/commands.ts'
import type { ConversationStatus } from '../domain/conversation.ts'
import { AppError } from '../domain/errors.ts'
import type { DomainEvent } from '../domain/events.ts'
import type { CategoryId, ConversationId } from '../domain/ids.ts'
import type { ConversationEventKind } from '../domain/message.ts'
import { restartQueue } from '../domain/routing/after-assignment.ts'
import type { AssignmentPolicy } from '../domain/routing/policy.ts'
import type { MessageView } from '../domain/views.ts'
import type { ConversationChange, ConversationStore } from '../store/conversation-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { CategoryStore } from '../store/routing-group-stores.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { AssignDeps } from './assign-conversation.ts'
import type { Bus } from './bus.ts'
import { openConversation } from './conversation-access.ts'
import { eventLine } from './event-line.ts'
import type { OrderClock } from './order-clock.ts'
import { presentConversation, presentMessage } from './present.ts'
import type { Principal } from './principal.ts'
import type { PolicyOf } from './routing-snapshot.ts'

export interface ChangeConversationDeps extends ReopenDeps {
  readonly categories: Pick<CategoryStore, 'get'>
  readonly policyOf: PolicyOf
}

export interface WakeDeps {
  readonly conversations: ConversationStore
  readonly messages: MessageStore
  readonly bus: Bus
  readonly orderClock: OrderClock
  readonly now: () => number
}

/** Whatever opens conversations again asks whether their owners may still have them. */
export type ReopenDeps = WakeDeps & Pick<AssignDeps, 'assignable'>

/** The longest that a conversation may sleep. */
const LONGEST_SNOOZE_MS = 2 * 365 * 86_400_000

/**
 * Changes status, priority, tags or category over the version the caller has seen.
 * @throws AppError `not-found`, `permission-denied`, `version-conflict`, `invalid-input` for a snooze that does not lie
 * ahead or a category that does not exist
 */
export async function changeConversation(
  id: ConversationId,
  command: UpdateConversationCommand,
  principal: Principal,
  deps: ChangeConversationDeps,
): Promise<StoredConversation> {
  const conversation = await openConversation(id, principal, 'conversation.write', deps)
  if (conversation.version !== command.version) throw new AppError('version-conflict')
  if (command.filed !== undefined && command.status !== undefined)
    throw new AppError('invalid-input', { field: 'filed', detail: 'filed and status say it both; name one.' })
  const category = await categoryOf(command, deps)
  const policy = await policyAfter(conversation, command, deps)
  const reopens = command.status === 'open' && conversation.status !== 'open'
  const ownerLeft = reopens && (await hasLostOwner(conversation, deps))
  const { change, lines } = planChange(conversation, command, {
    category,
    policy,
    ownerLeft,
    nowMs: deps.now(),
  })
  if (Object.keys(change).length === 0) return conversation
  const changed = await deps.conversations.change(id, command.version, change)
  if (!changed) throw new AppError('version-conflict')
  await tell(changed, lines, principal, deps)
  return changed
}

/** The category that a command names; undefined when it names none. */
async function categoryOf(
  { categoryId }: UpdateConversationCommand,
  { categories }: Pick<ChangeConversationDeps, 'categories'>,
): Promise<NamedCategory | null | undefined> {
  if (categoryId === null || categoryId === undefined) return categoryId
  const found = await categories.get(categoryId)
  if (found) return found
  throw new AppError('invalid-input', { field: 'categoryId', detail: `There is no category ${categoryId}.` })
}

/** The policy that will hold, where the change asks for one. */
async function policyAfter(
  { channelId, categoryId: current, tags }: StoredConversation,
  { status, categoryId }: UpdateConversationCommand,
  { policyOf }: ChangeConversationDeps,
): Promise<AssignmentPolicy | undefined> {
  if (status !== 'resolved' && categoryId === undefined) return undefined
  const next = categoryId === undefined ? current : ((categoryId ?? undefined) as CategoryId | undefined)
  return policyOf({ channelId, tags, ...(next ? { categoryId: next } : {}) })
}

interface NamedCategory {
  readonly id: CategoryId
  readonly name: string
}

/** Wakes a snoozed conversation whose time has come; another change at the same moment wins. */
export async function wakeConversation(conversation: StoredConversation, deps: ReopenDeps): Promise<void> {
  const ownerLeft = await hasLostOwner(conversation, deps)
  const change: ConversationChange = {
    status: 'open',
    snoozedUntilMs: null,
    lastActivityAtMs: deps.now(),
    ...reopening(conversation, ownerLeft, deps.now()),
  }
  const changed = await deps.conversations.change(conversation.id, conversation.version, change)
  if (changed) await tell(changed, [{ name: 'opened' }, ...lossOfOwner(conversation, change)], 'system', deps)
}

/** Whether whoever owns it has no active account any more, or may no longer see it. */
async function hasLostOwner(
  { assigneeId, channelId }: StoredConversation,
  { assignable }: Pick<ReopenDeps, 'assignable'>,
): Promise<boolean> {
  return assigneeId !== undefined && (await assignable(assigneeId, channelId)) === undefined
}

/** What a change goes by, looked up. */
interface Circumstances {
  /** The one that is named; undefined when none is. */
  readonly category: NamedCategory | null | undefined
  /** Where the change asks for one. */
  readonly policy: AssignmentPolicy | undefined
  /** It opens again, and its owner cannot have it any more. */
  readonly ownerLeft: boolean
  readonly nowMs: number
}

type Line = NonNullable<MessageView['event']>

function planChange(
  conversation: StoredConversation,
  command: UpdateConversationCommand,
  { category, policy, ownerLeft, nowMs }: Circumstances,
): Plan {
  const status =
    planFiling(conversation, command.filed, nowMs) ?? planStatus(conversation, command, ownerLeft, nowMs)
  const lines: Line[] = [...status.lines]
  let change: ConversationChange = status.change
  if (change.status === 'resolved' && conversation.assigneeId && policy?.onResolve === 'drop-assignee') {
    change = { ...change, assigneeId: null }
  }
  if (command.priority !== undefined && command.priority !== conversation.priority) {
    change = { ...change, priority: command.priority }
    lines.push({ name: 'priority-changed', value: command.priority })
  }
  if (command.tags !== undefined) {
    const tags = [...new Set(command.tags)]
    if (tags.join('\n') !== conversation.tags.join('\n')) {
      change = { ...change, tags, ...retagged(conversation, change) }
      lines.push({ name: 'tags-changed', value: tags.join(', ') })
    }
  }
  if (category !== undefined && category?.id !== conversation.categoryId) {
    const open = (change.status ?? conversation.status) === 'open'
    change = {
      ...change,
      categoryId: category?.id ?? null,
      // Another policy may hold now: what waits for an owner is decided under it.
      ...(open ? recategorised(conversation, policy, nowMs) : {}),
    }
    lines.push({ name: 'category-changed', value: category?.name ?? '' })
  }
  return { change, lines: [...lines, ...lossOfOwner(conversation, change)] }
}

/** Says that a change takes the conversation from its owner. */
function lossOfOwner(
  { assigneeId: owner }: StoredConversation,
  { assigneeId }: ConversationChange,
): readonly Line[] {
  return owner !== undefined && assigneeId === null ? [{ name: 'unassigned' }] : []
}

interface Plan {
  readonly change: ConversationChange
  readonly lines: readonly Line[]
}

/** Files a conversation away, whatever its status, or takes it out. Undefined where nothing of that is said. */
function planFiling(
  conversation: StoredConversation,
  filed: UpdateConversationCommand['filed'],
  nowMs: number,
): Plan | undefined {
  if (filed === undefined) return undefined
  if (filed === (conversation.filed ?? null)) return { change: {}, lines: [] }
  if (filed === null) {
    return {
      change: {
        status: 'open',
        ...freshRun(conversation, nowMs),
        assigneeId: null,
        routing: { ...conversation.routing, status: 'pending', sinceMs: nowMs },
      },
      lines: [{ name: 'unfiled' }],
    }
  }
  return {
    change: {
      status: 'resolved',
      filed,
      snoozedUntilMs: null,
      assigneeId: null,
      ...resting(conversation, nowMs),
    },
    lines: [{ name: 'filed-spam' }],
  }
}

function planStatus(
  conversation: StoredConversation,
  { status, snoozedUntil }: UpdateConversationCommand,
  ownerLeft: boolean,
  nowMs: number,
): Plan {
  if (status === undefined) {
    if (snoozedUntil !== undefined) throw badSnooze('goes with status "snoozed"')
    return { change: {}, lines: [] }
  }
  if (status === 'snoozed') {
    const until = Date.parse(snoozedUntil ?? '')
    if (!(until > nowMs)) throw badSnooze('must be an instant in the future')
    if (until > nowMs + LONGEST_SNOOZE_MS) throw badSnooze('lies more than two years ahead')
    if (conversation.status === 'snoozed' && conversation.snoozedUntilMs === until)
      return { change: {}, lines: [] }
    return {
      change: { status, snoozedUntilMs: until, ...resting(conversation, nowMs) },
      lines: [{ name: 'snoozed', value: new Date(until).toISOString() }],
    }
  }
  if (status === conversation.status) return { change: {}, lines: [] }
  const wakes = status === 'open'
  return {
    change: {
      status,
      snoozedUntilMs: null,
      ...(wakes ? reopening(conversation, ownerLeft, nowMs) : resting(conversation, nowMs)),
    },
    lines: [{ name: conversation.filed ? 'unfiled' : lineOf(conversation.status, status) }],
  }
}

function badSnooze(message: string): AppError {
  return new AppError('invalid-input', { field: 'snoozedUntil', detail: `snoozedUntil ${message}` })
}

function lineOf(from: ConversationStatus, to: Exclude<ConversationStatus, 'snoozed'>): ConversationEventKind {
  if (to === 'open') return from === 'resolved' ? 'reopened' : 'opened'
  return to
}

/** Tags may ask for skills: what waits may suit others now, and no longer those it waited for with the rest. */
function retagged(
  { routing }: StoredConversation,
  { routing: planned }: ConversationChange,
): ConversationChange {
  return routing.status === 'waiting' && !planned ? { routing: { ...routing, status: 'pending' } } : {}
}

/**
 * An unowned conversation goes through the new policy from its start and keeps its place by arrival; an owned one where
 * the policy wants it.
 */
function recategorised(
  conversation: StoredConversation,
  policy: AssignmentPolicy | undefined,
  nowMs: number,
): ConversationChange {
  const fresh = freshRun(conversation, nowMs)
  if (conversation.assigneeId === undefined) {
    const { routing } = conversation
    const sinceMs = routing.status === 'settled' ? nowMs : routing.sinceMs
    return { routing: { ...routing, status: 'pending', sinceMs }, ...fresh }
  }
  if (!policy?.rerouteOnCategoryChange) return {}
  return {
    assigneeId: null,
    routing: { ...conversation.routing, status: 'pending', sinceMs: nowMs },
    ...fresh,
  }
}

/** Through the policy from its start, whose own choice of a team is made anew. */
function freshRun({ queue, teamByHand }: StoredConversation, nowMs: number): ConversationChange {
  return {
    ...(teamByHand ? {} : { teamId: null }),
    ...(queue ? { queue: restartQueue(queue, nowMs) } : {}),
  }
}

/** What opens again and has no owner, or one who cannot have it any more, is owed a routing run. */
function reopening(conversation: StoredConversation, ownerLeft: boolean, nowMs: number): ConversationChange {
  if (conversation.assigneeId !== undefined && !ownerLeft) return {}
  return {
    ...(ownerLeft ? { assigneeId: null } : {}),
    ...(ownerLeft || conversation.status === 'resolved' ? freshRun(conversation, nowMs) : {}),
    routing: { ...conversation.routing, status: 'pending', sinceMs: nowMs },
  }
}

/** What is not open waits for no agent. */
function resting({ routing }: StoredConversation, nowMs: number): ConversationChange {
  return routing.status === 'settled' ? {} : { routing: { ...routing, status: 'settled', sinceMs: nowMs } }
}

async function tell(
  changed: StoredConversation,
  lines: readonly Line[],
  by: Principal | 'system',
  deps: WakeDeps,
): Promise<void> {
  const messages = lines.map((line) => eventLine(changed, line, by, deps))
  await deps.messages.record(messages)
  const view = presentConversation(changed)
  deps.bus.publish([
    { type: eventOf(lines), conversation: view },
    ...(lines.some(({ name }) => name === 'unassigned')
      ? [{ type: 'conversation.unassigned' as const, conversation: view }]
      : []),
    ...messages.map(
      (message): DomainEvent => ({
        type: 'message.created',
        message: presentMessage(message),
        conversation: view,
      }),
    ),
  ])
  deps.bus.signal({ kind: 'routing-wanted' })
}

function eventOf(
  lines: readonly Line[],
): 'conversation.updated' | 'conversation.resolved' | 'conversation.reopened' {
  if (lines.some(({ name }) => name === 'resolved')) return 'conversation.resolved'
  if (lines.some(({ name }) => name === 'reopened')) return 'conversation.reopened'
  return 'conversation.updated'
}
