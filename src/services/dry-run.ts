import { setTimeout as pause } from 'node:timers/promises'
import { AppError } from '../domain/errors.ts'
import type { CategoryId, ChannelId } from '../domain/ids.ts'
import type { DryRunCommand, DryRunOutcomeView, DryRunView } from '../domain/queue-views.ts'
import type { RoutingAgent } from '../domain/routing/agent-state.ts'
import type { AssignmentPolicy, RoutingTarget } from '../domain/routing/policy.ts'
import {
  type History,
  type PolicyChoice,
  type Simulation,
  simulateInSteps,
} from '../domain/routing/simulate.ts'
import type { HistoryScope, RoutingHistoryStore } from '../store/routing-history-store.ts'
import { requireSoundPolicy } from './check-policy.ts'
import { type PastAvailabilityDeps, readPastAvailability } from './past-availability.ts'
import { type PastConversationsDeps, toPastConversations } from './past-conversations.ts'
import { instant } from './present.ts'
import { type Principal, requireChannel, requirePermission } from './principal.ts'
import type { RoutingRulesDeps } from './routing-rules.ts'
import type { RoutingRules } from './routing-snapshot.ts'

/** What a dry run is made of. */
export interface DryRunDeps
  extends Pick<RoutingRulesDeps, 'agents' | 'teams' | 'categories' | 'skills'>,
    PastAvailabilityDeps,
    PastConversationsDeps {
  readonly routingHistory: Pick<RoutingHistoryStore, 'lastArrivals' | 'ownersOf'>
  readonly routingAgents: () => Promise<readonly RoutingAgent[]>
  readonly rules: () => Promise<RoutingRules>
}

/** Tries policies over what really happened. */
export type DryRun = (command: DryRunCommand, principal: Principal) => Promise<DryRunView>

/** Work in one go; then everybody else has his turn for as long. */
const SLICE_MS = 5
/** Work for both policies together. */
const BUDGET_MS = 10_000
/** Dry runs that may wait for the one at work. */
const MOST_WAITING = 4
const RETRY_AFTER_SECONDS = 10

/**
 * Says how the last conversations of a channel or category would have gone under a policy, beside the one of today.
 * One runs at a time, in small pieces, so that live routing does not feel it. Nothing is changed.
 */
export function createDryRun(deps: DryRunDeps): DryRun {
  let queue: Promise<unknown> = Promise.resolve()
  let waiting = 0
  return async (command, principal) => {
    requirePermission(principal, 'routing.manage')
    const rules = await deps.rules()
    const scope = await openScope(command, principal, rules, deps)
    const edited = await requireSoundPolicy(deps, command.policy)
    if (waiting > MOST_WAITING) {
      throw new AppError('rate-limited', {
        detail: 'Others try policies just now.',
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      })
    }
    waiting += 1
    const run = queue.then(() => compare(scope, edited, command.last, rules, deps))
    queue = run.catch(() => undefined)
    return run.finally(() => {
      waiting -= 1
    })
  }
}

async function openScope(
  { channelId, categoryId }: DryRunCommand,
  principal: Principal,
  { categories }: RoutingRules,
  { findChannel }: Pick<DryRunDeps, 'findChannel'>,
): Promise<HistoryScope> {
  if (channelId !== undefined) {
    const channel = await findChannel(channelId as ChannelId)
    if (!channel) throw new AppError('not-found')
    requireChannel(principal, channelId)
    const others = [...categories.values()].filter(({ policy }) => policy !== undefined)
    return { kind: 'channel', channelId: channel.id, otherCategoryIds: others.map(({ id }) => id) }
  }
  const category = categories.get(categoryId as CategoryId)
  if (!category) throw new AppError('not-found')
  return { kind: 'category', categoryId: category.id, channels: principal.channels }
}

async function compare(
  scope: HistoryScope,
  edited: AssignmentPolicy,
  last: number,
  rules: RoutingRules,
  deps: DryRunDeps,
): Promise<DryRunView> {
  const stored = await deps.routingHistory.lastArrivals(scope, last)
  if (!stored) throw tooLong('It takes too long to find so many conversations; ask for fewer.')
  const past = await toPastConversations(stored, edited, rules, deps)
  const policies = new Set([edited, ...past.policies.values()])
  const endsAtMs = deps.clock()
  const today = (await deps.routingAgents()).filter((agent) => mayGet(agent, policies))
  const fromMs = past.conversations[0]?.arrivedAtMs ?? endsAtMs
  const availability = await readPastAvailability(today, fromMs, endsAtMs, deps)
  const conversations = past.conversations.filter(({ arrivedAtMs }) => arrivedAtMs >= availability.fromMs)
  const history: History = { ...availability, conversations, endsAtMs }
  const budget = { leftMs: BUDGET_MS }
  const before = await drive(history, ({ id }) => past.policies.get(id) ?? edited, budget)
  const after = await drive(history, edited, budget)
  const { completeFromMs } = availability
  const [first, newest] = [conversations[0], conversations.at(-1)]
  return {
    conversations: conversations.length,
    ...(first && newest ? { fromAt: instant(first.arrivedAtMs), toAt: instant(newest.arrivedAtMs) } : {}),
    ...(completeFromMs === undefined ? {} : { historyFrom: instant(completeFromMs) }),
    today: outcomeOf(before),
    edited: outcomeOf(after),
  }
}

const tooLong = (detail: string): AppError => new AppError('invalid-input', { field: 'last', detail })

/** Whether any of the policies names an agent, now or for some conversation. */
function mayGet(agent: RoutingAgent, policies: ReadonlySet<AssignmentPolicy>): boolean {
  const names = (target: RoutingTarget): boolean => {
    switch (target.kind) {
      case 'agents-and-teams':
        return (
          target.agentIds === 'all' ||
          target.agentIds.includes(agent.id) ||
          target.teamIds.some((id) => agent.teamIds.includes(id))
        )
      case 'fixed-agent':
        return target.agentId === agent.id
      case 'contact-owner':
      case 'last-agent':
        return true
      default:
        return false
    }
  }
  return [...policies].some(({ steps }) => steps.some(({ target }) => names(target)))
}

async function drive(
  history: History,
  policy: PolicyChoice,
  budget: { leftMs: number },
): Promise<Simulation> {
  const steps = simulateInSteps(history, policy, chance())
  for (;;) {
    const beganAtMs = performance.now()
    while (performance.now() - beganAtMs < SLICE_MS) {
      const { done, value } = steps.next()
      if (done) return value
    }
    budget.leftMs -= performance.now() - beganAtMs
    if (budget.leftMs < 0) {
      throw tooLong('So many conversations take too long with so many agents; ask for fewer.')
    }
    await pause(SLICE_MS)
  }
}

/** The same chance for both policies, and for whoever runs it again (mulberry32). */
function chance(): () => number {
  let state = 0x5eed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

function outcomeOf({ assignments: _each, perAgent, ...figures }: Simulation): DryRunOutcomeView {
  return { ...figures, perAgent }
}
