import type { AgentId, ConversationId } from '../ids.ts'
import type { RoutingAgent, RoutingConversation } from './agent-state.ts'
import { createRoutingBatch } from './batch.ts'
import { percentile } from './estimate.ts'
import { createEventQueue } from './event-queue.ts'
import type { AssignmentPolicy } from './policy.ts'
import { compareWaiting } from './queue-order.ts'
import { EMPTY_RING, type OpenRing, openRing } from './ring.ts'
import type { RoutingTrace } from './trace.ts'

/** A conversation as it came in once. */
export interface PastConversation {
  /** As it arrived: open, nobody owns it. */
  readonly conversation: RoutingConversation
  readonly arrivedAtMs: number
  /** How long it took from the assignment to the resolve, milliseconds; absent = as long as the median of the others. */
  readonly handlingMs?: number
}

/** What changed of an agent at an instant: availability, presence, hours, limits, teams. Not the load. */
export interface PastChange {
  readonly atMs: number
  readonly agentId: AgentId
  readonly change: Partial<Omit<RoutingAgent, 'id' | 'load' | 'recentLoad' | 'lastAssignedAtMs'>>
}

/** What a dry run is made of: what came in, and how the agents stood meanwhile. */
export interface History {
  readonly conversations: readonly PastConversation[]
  /** As they stood when the first conversation came in, with the load that they had then. */
  readonly agents: readonly RoutingAgent[]
  readonly changes: readonly PastChange[]
  /** Where the history ends: what waits then is unassigned. */
  readonly endsAtMs: number
}

/** What became of one conversation in a dry run. */
export interface SimulatedAssignment {
  readonly conversationId: ConversationId
  /** Absent = nobody, up to the end of the history. */
  readonly agentId?: AgentId
  /** The step that found the agent. */
  readonly step?: number
  /** From the arrival to the assignment, or to the end of the history, milliseconds. */
  readonly waitMs: number
  /** How it stood in the end. */
  readonly outcome: RoutingTrace['outcome']
}

/** What one agent got in a dry run. */
export interface SimulatedLoad {
  readonly agentId: AgentId
  readonly name: string
  readonly assigned: number
  /** The most that were open with the agent at the same time, of those of the dry run. */
  readonly mostOpen: number
}

/** What a policy would have made of a history. Waits are those of the assigned, milliseconds; absent = there are none. */
export interface Simulation {
  readonly assignments: readonly SimulatedAssignment[]
  readonly perAgent: readonly SimulatedLoad[]
  readonly assigned: number
  /** Still waiting in the end, or given up. */
  readonly unassigned: number
  /** Left to the agents of a team or to whoever picks them. */
  readonly leftToPick: number
  readonly medianWaitMs?: number
  readonly p90WaitMs?: number
  readonly maxWaitMs?: number
  /** Most minus fewest assignments, of the agents who got any or were listed as able to get one. */
  readonly spread: number
}

/** One policy for all, or that of each conversation by itself. Give the same object for the same policy: it has one ring. */
export type PolicyChoice = AssignmentPolicy | ((conversation: RoutingConversation) => AssignmentPolicy)

/** How long a conversation takes when nothing is known of any, milliseconds. */
export const UNKNOWN_HANDLING_MS = 30 * 60_000

type SimEvent =
  | { readonly atMs: number; readonly kind: 'change'; readonly past: PastChange }
  | { readonly atMs: number; readonly kind: 'due'; readonly one: Passing }
  | { readonly atMs: number; readonly kind: 'end'; readonly one: Passing; readonly agentId: AgentId }

/** A conversation on its way through a dry run. */
interface Passing {
  conversation: RoutingConversation
  readonly id: ConversationId
  readonly priority: RoutingConversation['priority']
  readonly enteredAtMs: number
  readonly handlingMs: number
  /** When one of these is refused, those of the same key behind it are refused as well. */
  readonly key: string
  trace?: RoutingTrace
}

/**
 * Runs a policy over a history with the very decision of the live router: real arrivals, real availability, real
 * handling times. Pure; nothing is claimed. Its cost grows with the conversations times those that wait at a time.
 * @param random uniform in [0, 1); give the same seed to two policies that are to be compared
 */
export function simulate(history: History, policy: PolicyChoice, random: () => number): Simulation {
  const run = simulateInSteps(history, policy, random)
  for (;;) {
    const { done, value } = run.next()
    if (done) return value
  }
}

/**
 * The same as {@link simulate}, handing back control after each instant and each decision: a long history need not
 * hold up whoever runs it.
 */
export function* simulateInSteps(
  history: History,
  policy: PolicyChoice,
  random: () => number,
): Generator<undefined, Simulation, undefined> {
  const passing = openPassing(history)
  const rings = new Map<AssignmentPolicy, OpenRing>()
  const policyFor = typeof policy === 'function' ? policy : () => policy
  const batch = createRoutingBatch(history.agents)
  const open = new Map<AgentId, number>()
  const mostOpen = new Map<AgentId, number>()
  const eligible = new Set<AgentId>()
  const events = createEventQueue<SimEvent>()
  for (const past of history.changes) events.add({ atMs: past.atMs, kind: 'change', past })
  for (const one of passing) events.add({ atMs: one.enteredAtMs, kind: 'due', one })

  const decide = (one: Passing, nowMs: number): void => {
    const before = one.trace?.wakeAtMs
    const holding = policyFor(one.conversation)
    const ring = rings.get(holding) ?? openRing(EMPTY_RING)
    rings.set(holding, ring)
    const trace = batch.decide(one.conversation, holding, ring, nowMs, random)
    const { winner, teamId, wakeAtMs, queue } = trace
    one.trace = trace
    for (const { agentId, excluded } of trace.candidates) if (excluded === undefined) eligible.add(agentId)
    one.conversation = { ...one.conversation, queue, ...(teamId === undefined ? {} : { teamId }) }
    if (winner === undefined) {
      if (wakeAtMs !== undefined && wakeAtMs !== before) events.add({ atMs: wakeAtMs, kind: 'due', one })
      return
    }
    batch.apply(one.conversation, trace, ring)
    const held = (open.get(winner) ?? 0) + 1
    open.set(winner, held)
    mostOpen.set(winner, Math.max(held, mostOpen.get(winner) ?? 0))
    events.add({ atMs: nowMs + one.handlingMs, kind: 'end', one, agentId: winner })
  }

  const free = (event: Exclude<SimEvent, { kind: 'due' }>): void => {
    if (event.kind === 'end') {
      open.set(event.agentId, (open.get(event.agentId) ?? 1) - 1)
      batch.release(event.agentId, event.one.conversation.workType)
      return
    }
    const agent = batch.agent(event.past.agentId)
    if (agent) batch.setAgent({ ...agent, ...event.past.change, id: agent.id })
  }

  let waiting: Passing[] = []
  for (;;) {
    const nowMs = events.nextAtMs()
    if (nowMs === undefined || nowMs > history.endsAtMs) break
    const due = new Set<Passing>()
    let freed = false
    // Whatever happens at one instant has happened before anybody is chosen.
    for (let event = events.take(); event; event = events.nextAtMs() === nowMs ? events.take() : undefined) {
      if (event.kind === 'due') due.add(event.one)
      else {
        freed = true
        free(event)
      }
    }
    const arrived = [...due].filter(({ trace }) => trace?.winner === undefined)
    const others = freed ? waiting.filter((one) => !due.has(one)) : []
    const turn = [...others, ...arrived].sort(compareWaiting)
    const refused = new Set<string>()
    for (const one of turn) {
      if (refused.has(one.key) && !due.has(one)) continue
      decide(one, nowMs)
      if (one.trace?.winner === undefined) refused.add(one.key)
      yield
    }
    yield
    if (turn.length === 0) continue
    const kept = freed ? turn : [...waiting.filter((one) => !due.has(one)), ...turn]
    waiting = kept.filter(({ trace }) => trace?.outcome === 'waiting')
  }
  return summarise(history, passing, mostOpen, eligible)
}

function openPassing({ conversations }: History): Passing[] {
  const known = conversations.flatMap(({ handlingMs }) => (handlingMs === undefined ? [] : [handlingMs]))
  const usual = percentile(known, 0.5) ?? UNKNOWN_HANDLING_MS
  return conversations.map(({ conversation, arrivedAtMs, handlingMs = usual }) => {
    const { id, priority, channelId, workType, teamId, teamByHand, language, requirements } = conversation
    const own = [conversation.contactOwnerId, conversation.lastAgentId]
    return {
      conversation: { ...conversation, status: 'open', assigneeId: undefined, queue: undefined },
      id,
      priority,
      enteredAtMs: arrivedAtMs,
      handlingMs: Math.max(1, handlingMs),
      key: JSON.stringify([priority, channelId, workType, teamByHand && teamId, language, requirements, own]),
    }
  })
}

function summarise(
  { agents, endsAtMs }: History,
  passing: readonly Passing[],
  mostOpen: ReadonlyMap<AgentId, number>,
  eligible: ReadonlySet<AgentId>,
): Simulation {
  const counts = new Map<AgentId, number>()
  const waits: number[] = []
  let leftToPick = 0
  const assignments = passing.map((one): SimulatedAssignment => {
    const { winner, step, outcome = 'waiting', decidedAtMs = endsAtMs } = one.trace ?? {}
    if (outcome === 'pick' || outcome === 'team-set') leftToPick += 1
    const waitMs = Math.max(0, (winner === undefined ? endsAtMs : decidedAtMs) - one.enteredAtMs)
    if (winner === undefined) return { conversationId: one.id, waitMs, outcome }
    counts.set(winner, (counts.get(winner) ?? 0) + 1)
    waits.push(waitMs)
    return { conversationId: one.id, agentId: winner, step, waitMs, outcome }
  })
  const totals = [...new Set([...eligible, ...counts.keys()])].map((id) => counts.get(id) ?? 0)
  return {
    assignments,
    perAgent: agents.map(({ id, name }) => ({
      agentId: id,
      name,
      assigned: counts.get(id) ?? 0,
      mostOpen: mostOpen.get(id) ?? 0,
    })),
    assigned: waits.length,
    unassigned: passing.length - waits.length - leftToPick,
    leftToPick,
    ...(waits.length === 0
      ? {}
      : {
          medianWaitMs: percentile(waits, 0.5),
          p90WaitMs: percentile(waits, 0.9),
          maxWaitMs: percentile(waits, 1),
        }),
    spread: totals.length === 0 ? 0 : Math.max(...totals) - Math.min(...totals),
  }
}
