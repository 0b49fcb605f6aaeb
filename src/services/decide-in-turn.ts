import { randomUUID } from 'node:crypto'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { WorkType } from '../domain/conversation.ts'
import type { AgentId, ConversationId, RoutingDecisionId } from '../domain/ids.ts'
import type { RoutingAgent, RoutingConversation } from '../domain/routing/agent-state.ts'
import { createRoutingBatch, type RoutingBatch } from '../domain/routing/batch.ts'
import { demandsOf, isInTarget, memberExclusion, totalLoad } from '../domain/routing/eligibility.ts'
import { type AssignmentPolicy, policyOf } from '../domain/routing/policy.ts'
import { EMPTY_RING, lastTurnOf, type OpenRing, openRing } from '../domain/routing/ring.ts'
import type { RoutingTrace } from '../domain/routing/trace.ts'
import type { AgentLoadStore, Reservation } from '../store/agent-load-store.ts'
import type { GivenTurn, RoutingRingStore, StoredRing } from '../store/routing-ring-store.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { PolicyInForce } from './routing-snapshot.ts'

/** A conversation that is to be decided, and by what. */
export interface Wanted {
  readonly conversation: StoredConversation
  readonly view: RoutingConversation
  readonly inForce: PolicyInForce
}

/** A decision whose winner's capacity is taken. */
export interface Decided extends Wanted {
  readonly decisionId: RoutingDecisionId
  readonly trace: RoutingTrace
  /** It goes back to whoever had it before it was resolved. */
  readonly isReturn: boolean
  readonly durationMs: number
}

/** What a run decided, in the order given, without what another run was deciding at the same moment. */
export interface DecidedRun {
  readonly decided: readonly Decided[]
  /** Whether the reservations are still fresh enough to claim on. */
  readonly holds: () => boolean
  /** To be called when the claims are made: gives back what came to nothing. */
  readonly close: (lost: ReadonlySet<RoutingDecisionId>) => Promise<void>
}

export interface DecideDeps {
  /** The agents as they are now. */
  readonly agents: () => Promise<readonly RoutingAgent[]>
  readonly loads: Pick<AgentLoadStore, 'reserve' | 'release'>
  readonly rings: Pick<RoutingRingStore, 'read' | 'advance' | 'giveBack' | 'close'>
  readonly routing: { newDecisionId(): RoutingDecisionId }
  /** A conversation that cannot be decided; the others of its run are. */
  readonly onBroken: (id: ConversationId, error: unknown) => void
  readonly now: () => number
  readonly random: () => number
}

/** Tells which of these conversations still wait for somebody. */
export type StillWaiting = (ids: readonly ConversationId[]) => Promise<ReadonlySet<ConversationId>>

/** How often a batch is decided anew when other nodes move the ring or take capacity at the same time. */
const MOST_ROUNDS = 100
const LONGEST_STEP_ASIDE_MS = 40
/** Capacity that was refused this often is not there, whatever the reading says. */
const MOST_REFUSALS = 2
/** Older reservations may have been taken for drift: nothing is claimed on them. */
export const RESERVATION_LIFE_MS = 8_000
/** A run leaves alone what another took from the ring this recently: two that compete would share turns unevenly. */
const BUSY_MS = 3_000
/** Agents that were read longer ago are read again before anything is claimed. */
const FRESH_MS = 250
/** Decisions let others have a turn of the event loop after as long. */
const BREATHE_AFTER_MS = 20

interface Turns {
  readonly scope: string
  readonly run: string
  turns: readonly GivenTurn[]
}

/**
 * Decides conversations one after the other and takes the capacity of the winners by one conditional update for each,
 * which sees at the same moment that he is active, online and below his limits. Who was taken by another node in the
 * meantime is seen anew, and what he would have got is decided again. The ring moves on before anything is claimed, so
 * that several nodes share it.
 * @param stillWaiting for conversations that exist, which another run may be deciding too: by turns each is decided by
 * one of them only, the others leave it alone
 */
export async function decideInTurn(
  wanted: readonly Wanted[],
  deps: DecideDeps,
  stillWaiting?: StillWaiting,
): Promise<DecidedRun> {
  const startedAt = performance.now()
  let readAt = startedAt
  const batch = createRoutingBatch(await deps.agents())
  const returning = new Map<AgentId, AssignmentPolicy>()
  const refusals = new Map<AgentId, number>()
  const decided: Decided[] = []
  const given: Turns[] = []
  let open = wanted
  for (let round = 0; open.length > 0; round += 1) {
    if (round === MOST_ROUNDS) throw new Error('the round-robin ring keeps moving')
    // Whoever lost steps aside for a moment of his own, so that two who met do not meet again.
    if (round > 0) await sleep(deps.random() * Math.min(LONGEST_STEP_ASIDE_MS, 2 ** round))
    const stand = await standOf(open, given, deps, stillWaiting)
    const tried = await decideOnce(stand, batch, returning, deps)
    given.push(...tried.given)
    const held = await reserve(tried.decided, tried.moved, batch, deps)
    const lost = tried.decided.filter((one) => !isHeld(one, tried.moved, held))
    for (const { trace, view } of lost) if (trace.winner) batch.release(trace.winner, view.workType)
    decided.push(...tried.decided.filter((one) => isHeld(one, tried.moved, held)))
    open = lost
    if (lost.length === 0) {
      if (performance.now() - readAt < FRESH_MS) continue
      readAt = performance.now()
      open = await takeBackUnfit(decided, given, batch, returning, deps)
      continue
    }
    await giveBack(tried.given, new Set(lost.map(({ decisionId }) => decisionId)), deps)
    const refused = lost.filter(({ inForce }) => tried.moved.has(inForce.scope))
    await lookAgain(new Set(refused.flatMap(({ trace }) => trace.winner ?? [])), refusals, batch, deps)
  }
  return {
    decided,
    holds: () => performance.now() - startedAt < RESERVATION_LIFE_MS,
    close: async (lost) => {
      await release(
        decided.filter(({ decisionId }) => lost.has(decisionId)),
        deps,
      )
      if (lost.size > 0) await giveBack(given, lost, deps)
      await Promise.all(given.map(({ scope, run }) => deps.rings.close(scope, run)))
    },
  }
}

interface Tried {
  readonly decided: readonly Decided[]
  /** The scopes whose rings stand as decided. */
  readonly moved: ReadonlySet<string>
  readonly given: readonly Turns[]
}

/** What is to be decided, and the rings as they are before. */
interface Stand {
  readonly wanted: readonly Wanted[]
  readonly stored: ReadonlyMap<string, StoredRing>
}

/**
 * Reads the rings, then leaves out what other runs are deciding or have given away: in this order, because a run that
 * begins later moves a ring on and makes this one decide again.
 */
async function standOf(
  wanted: readonly Wanted[],
  own: readonly Turns[],
  deps: DecideDeps,
  stillWaiting: StillWaiting | undefined,
): Promise<Stand> {
  const turning = new Set(wanted.filter(turns).map(({ inForce }) => inForce.scope))
  if (turning.size === 0) return { wanted, stored: new Map() }
  const stored = await deps.rings.read([...turning], deps.now() - BUSY_MS)
  if (!stillWaiting) return { wanted, stored }
  const ownRuns = new Set(own.map(({ run }) => run))
  const isBusy = ({ conversation, inForce }: Wanted): boolean => {
    const run = stored.get(inForce.scope)?.busy.get(conversation.id)
    return run !== undefined && !ownRuns.has(run)
  }
  const free = wanted.filter((one) => !isBusy(one))
  const waiting = await stillWaiting(free.filter(turns).map(({ conversation }) => conversation.id))
  return { wanted: free.filter((one) => !turns(one) || waiting.has(one.conversation.id)), stored }
}

const turns = ({ inForce }: Wanted): boolean =>
  inForce.policy.steps.some(({ strategy }) => strategy === 'round-robin')

/** Does something for one conversation; a failure is told and costs none of the others anything. */
export function attempt<Result>(
  { conversation }: Pick<Wanted, 'conversation'>,
  { onBroken }: Pick<DecideDeps, 'onBroken'>,
  act: () => Result,
): Result | undefined {
  try {
    return act()
  } catch (error) {
    onBroken(conversation.id, error)
    return undefined
  }
}

async function decideOnce(
  { wanted, stored }: Stand,
  batch: RoutingBatch,
  returning: Map<AgentId, AssignmentPolicy>,
  deps: DecideDeps,
): Promise<Tried> {
  const rings = new Map<string, OpenRing>()
  const turnsOf = new Map<string, GivenTurn[]>()
  const decided: Decided[] = []
  // One instant for all: what one asked for in vain, the next one like it need not ask for again.
  const nowMs = deps.now()
  let breathedAt = performance.now()
  for (const one of wanted) {
    const { scope } = one.inForce
    const startedAt = performance.now()
    if (startedAt - breathedAt > BREATHE_AFTER_MS) {
      await nextTurn()
      breathedAt = performance.now()
    }
    const ring = rings.get(scope) ?? openRing(stored.get(scope) ?? EMPTY_RING)
    rings.set(scope, ring)
    const found = attempt(one, deps, () => decide(one, batch, ring, returning, nowMs, deps.random))
    if (!found) continue
    const { trace, isReturn } = found
    const decisionId = deps.routing.newDecisionId()
    if (trace.ringTurn) {
      const { agentId, turn } = trace.ringTurn
      const before = lastTurnOf(ring, agentId)
      const all = turnsOf.get(scope) ?? []
      all.push({ agentId, turn, before, conversationId: one.conversation.id, decisionId })
      turnsOf.set(scope, all)
    }
    batch.apply(one.view, trace, ring)
    decided.push({ ...one, trace, isReturn, decisionId, durationMs: performance.now() - startedAt })
  }
  const moved = new Set(wanted.map(({ inForce }) => inForce.scope))
  const given: Turns[] = []
  await Promise.all(
    [...turnsOf].map(async ([scope, all]) => {
      const run = randomUUID()
      const before = stored.get(scope) ?? EMPTY_RING
      if (await deps.rings.advance(scope, before, { run, turns: all }, deps.now()))
        given.push({ scope, run, turns: all })
      else moved.delete(scope)
    }),
  )
  return { decided, moved, given }
}

/** What opened again goes to whoever had it, if he is available; else as the policy says. */
function decide(
  { conversation, view, inForce }: Wanted,
  batch: RoutingBatch,
  ring: OpenRing,
  returning: Map<AgentId, AssignmentPolicy>,
  nowMs: number,
  random: () => number,
): Pick<Decided, 'trace' | 'isReturn'> {
  const { lastAgentId, routing } = conversation
  const { policy } = inForce
  if (routing.returning && lastAgentId && policy.onReopen === 'same-agent-if-available') {
    const back = batch.decide(view, backTo(lastAgentId, returning), ring, nowMs, random)
    if (back.outcome === 'assigned') return { trace: back, isReturn: true }
  }
  return { trace: batch.decide(view, policy, ring, nowMs, random), isReturn: false }
}

function backTo(agentId: AgentId, known: Map<AgentId, AssignmentPolicy>): AssignmentPolicy {
  const found = known.get(agentId)
  if (found) return found
  const target = { kind: 'fixed-agent', agentId } as const
  const policy = policyOf([{ target, strategy: 'least-open', availableOnly: true, waitMs: 0 }])
  known.set(agentId, policy)
  return policy
}

const isHeld = (
  { trace, inForce }: Decided,
  moved: ReadonlySet<string>,
  held: ReadonlySet<AgentId>,
): boolean => trace.winner === undefined || (moved.has(inForce.scope) && held.has(trace.winner))

async function reserve(
  decided: readonly Decided[],
  moved: ReadonlySet<string>,
  batch: RoutingBatch,
  deps: DecideDeps,
): Promise<ReadonlySet<AgentId>> {
  const wanted = new Map<AgentId, { counts: Partial<Record<WorkType, number>>; onlineOnly: boolean }>()
  for (const { trace, view, inForce, isReturn } of decided) {
    const { winner, step = 0 } = trace
    if (!winner || !moved.has(inForce.scope)) continue
    const known = wanted.get(winner) ?? { counts: {}, onlineOnly: false }
    known.counts[view.workType] = (known.counts[view.workType] ?? 0) + 1
    known.onlineOnly ||= isReturn || (inForce.policy.steps[step]?.availableOnly ?? true)
    wanted.set(winner, known)
  }
  const reservations = [...wanted].map(([agentId, { counts, onlineOnly }]): Reservation => {
    const agent = batch.agent(agentId)
    return {
      agentId,
      counts,
      onlineOnly,
      capacity: agent?.capacity ?? {},
      ...(agent?.fairCap ? { fairCap: agent.fairCap } : {}),
    }
  })
  return deps.loads.reserve(reservations, randomUUID(), deps.now())
}

async function release(lost: readonly Decided[], deps: DecideDeps): Promise<void> {
  const counts = new Map<AgentId, Partial<Record<WorkType, number>>>()
  for (const { trace, view } of lost) {
    if (!trace.winner) continue
    const known = counts.get(trace.winner) ?? {}
    known[view.workType] = (known[view.workType] ?? 0) + 1
    counts.set(trace.winner, known)
  }
  await deps.loads.release([...counts].map(([agentId, count]) => ({ agentId, counts: count })))
}

async function giveBack(
  given: readonly Turns[],
  lost: ReadonlySet<RoutingDecisionId>,
  deps: DecideDeps,
): Promise<void> {
  for (const one of given) {
    if (!one.turns.some(({ decisionId }) => lost.has(decisionId))) continue
    await deps.rings.giveBack(one.scope, one.turns, lost)
    one.turns = one.turns.filter(({ decisionId }) => !lost.has(decisionId))
  }
}

/**
 * Looks once more at whom a long run chose, for who was there at its beginning may have left. Capacity was taken in the
 * meantime and is not asked again.
 * @returns what is to be decided anew, taken out of `decided`
 */
async function takeBackUnfit(
  decided: Decided[],
  given: readonly Turns[],
  batch: RoutingBatch,
  returning: ReadonlyMap<AgentId, AssignmentPolicy>,
  deps: DecideDeps,
): Promise<readonly Decided[]> {
  const agents = new Map((await deps.agents()).map((agent) => [agent.id, agent]))
  const nowMs = deps.now()
  const unfit = decided.filter((one) => {
    const { winner } = one.trace
    return winner !== undefined && !fits(agents.get(winner), one, returning, nowMs)
  })
  if (unfit.length === 0) return unfit
  for (const id of new Set(unfit.flatMap(({ trace }) => trace.winner ?? []))) {
    const before = batch.agent(id)
    const agent = agents.get(id) ?? (before && { ...before, active: false })
    if (agent) batch.setAgent(agent)
  }
  for (const { trace, view } of unfit) if (trace.winner) batch.release(trace.winner, view.workType)
  await release(unfit, deps)
  await giveBack(given, new Set(unfit.map(({ decisionId }) => decisionId)), deps)
  const gone = new Set(unfit)
  decided.splice(0, decided.length, ...decided.filter((one) => !gone.has(one)))
  return unfit
}

function fits(
  agent: RoutingAgent | undefined,
  { view, inForce, trace, isReturn }: Decided,
  returning: ReadonlyMap<AgentId, AssignmentPolicy>,
  nowMs: number,
): boolean {
  if (!agent) return false
  const policy = (isReturn && returning.get(agent.id)) || inForce.policy
  const step = policy.steps[isReturn ? 0 : (trace.step ?? 0)]
  if (!step || !isInTarget(agent, step.target, view)) return false
  const { fairCap: _taken, ...others } = agent
  const demands = demandsOf(view, policy, nowMs)
  return memberExclusion({ ...others, capacity: {} }, step.availableOnly, demands, nowMs) === undefined
}

/** Somebody else was faster, or the agent just left: the rest of the run goes by what he is now. */
async function lookAgain(
  refused: ReadonlySet<AgentId>,
  refusals: Map<AgentId, number>,
  batch: RoutingBatch,
  deps: DecideDeps,
): Promise<void> {
  if (refused.size === 0) return
  for (const agent of await deps.agents()) {
    if (!refused.has(agent.id)) continue
    const count = (refusals.get(agent.id) ?? 0) + 1
    refusals.set(agent.id, count)
    const full = { ...agent, capacity: { total: totalLoad(agent.load) } }
    batch.setAgent(count > MOST_REFUSALS ? full : agent)
  }
}
