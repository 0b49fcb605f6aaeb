import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  advanceRing,
  applyAssignment,
  closeRing,
  withAssignment,
} from '../../../test/harness/apply-assignment.ts'
import {
  agentOf,
  chanceFrom,
  conversationOf,
  NOW_MS,
  stepOf,
  teamId,
} from '../../../test/harness/routing-state.ts'
import { AVAILABILITIES } from '../agent.ts'
import { PRIORITIES, WORK_TYPES, type WorkType } from '../conversation.ts'
import type { AgentId } from '../ids.ts'
import { afterSilence, restartQueue } from './after-assignment.ts'
import type { RoutingAgent, RoutingConversation } from './agent-state.ts'
import { createRoutingBatch } from './batch.ts'
import { decideRouting, type RoutingState } from './decide.ts'
import { type AssignmentPolicy, type AssignmentStep, policyOf } from './policy.ts'
import { compareWaiting } from './queue-order.ts'
import { EMPTY_RING, openRing, type RoutingRing } from './ring.ts'
import type { RoutingTrace } from './trace.ts'

/** `r1` to `r3` are never touched: they are eligible from the first to the last. */
const REGULARS = ['r1', 'r2', 'r3'] as const
const OTHERS = ['o1', 'o2', 'o3', 'o4'] as const

const nth = fc.nat(30)
const other = fc.constantFrom(...OTHERS)
const event = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('arrives' as const),
      priority: fc.constantFrom(...PRIORITIES),
      workType: fc.constantFrom(...WORK_TYPES),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('resolves' as const), nth }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('flips' as const),
      who: other,
      availability: fc.constantFrom(...AVAILABILITIES),
      present: fc.boolean(),
      hours: fc.constantFrom(undefined, { within: false }, { within: true }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('limits' as const),
      who: other,
      total: fc.option(fc.nat(3), { nil: undefined }),
      email: fc.option(fc.nat(2), { nil: undefined }),
      most: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leaves' as const), who: other }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('joins' as const), who: other }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('is transferred' as const), nth, who: other }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('is sent back' as const), nth }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lapses' as const), nth }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('time goes by' as const), minutes: fc.nat(60) }) },
)
type Event = typeof event extends fc.Arbitrary<infer One> ? One : never

interface World {
  nowMs: number
  agents: Map<string, RoutingAgent>
  conversations: RoutingConversation[]
  ring: RoutingRing
  /** How often the router gave to whom. */
  readonly given: Map<string, number>
}

/** The rule, said again in the plainest words, for comparison. */
function mayGet(agent: RoutingAgent, step: AssignmentStep, workType: WorkType, nowMs: number): boolean {
  const all = (agent.load.messaging ?? 0) + (agent.load.email ?? 0) + (agent.load.calling ?? 0)
  const recent = (agent.recentAssignmentsAtMs ?? []).filter(
    (atMs) => atMs > nowMs - (agent.fairCap?.windowMs ?? 0),
  )
  const available = agent.availability === 'online' && agent.present && agent.hours?.within !== false
  return (
    agent.active &&
    (available || !step.availableOnly) &&
    all < (agent.capacity.total ?? Number.POSITIVE_INFINITY) &&
    (agent.load[workType] ?? 0) < (agent.capacity.perWorkType?.[workType] ?? Number.POSITIVE_INFINITY) &&
    recent.length < (agent.fairCap?.most ?? Number.POSITIVE_INFINITY)
  )
}

const loadOf = (world: World, id: string) => {
  const load = { messaging: 0, email: 0, calling: 0 }
  for (const { assigneeId, status, workType } of world.conversations)
    if (assigneeId === id && status === 'open') load[workType] += 1
  return load
}

function setOwner(world: World, index: number, change: Partial<RoutingConversation>): void {
  const before = world.conversations[index]
  if (!before) return
  world.conversations[index] = { ...before, ...change }
  for (const id of [before.assigneeId, change.assigneeId]) {
    const agent = id && world.agents.get(id)
    if (agent) world.agents.set(id, { ...agent, load: loadOf(world, id), recentLoad: loadOf(world, id) })
  }
}

function happen(world: World, happening: Event): void {
  const owned = world.conversations.flatMap(({ assigneeId, status }, index) =>
    assigneeId !== undefined && status === 'open' ? [index] : [],
  )
  const chosen = 'nth' in happening ? owned[happening.nth % Math.max(1, owned.length)] : undefined
  const owner = chosen === undefined ? undefined : world.conversations[chosen]?.assigneeId
  const queue = chosen === undefined ? undefined : world.conversations[chosen]?.queue
  const agent = 'who' in happening ? world.agents.get(happening.who) : undefined
  switch (happening.kind) {
    case 'arrives': {
      const { priority, workType } = happening
      const id = String(world.conversations.length).padStart(4, '0')
      world.conversations.push(conversationOf(id, { priority, workType }))
      return
    }
    case 'resolves':
      if (chosen !== undefined) setOwner(world, chosen, { status: 'resolved' })
      return
    case 'flips': {
      const { availability, present, hours } = happening
      if (agent) world.agents.set(agent.id, { ...agent, availability, present, hours })
      return
    }
    case 'limits': {
      const { total, email, most } = happening
      if (!agent) return
      const fairCap = most === undefined ? undefined : { most, windowMs: 900_000 }
      world.agents.set(agent.id, { ...agent, capacity: { total, perWorkType: { email } }, fairCap })
      return
    }
    case 'leaves':
      if (agent) world.agents.set(agent.id, { ...agent, active: false })
      return
    case 'joins':
      if (agent) world.agents.set(agent.id, { ...agent, active: true })
      else world.agents.set(happening.who, agentOf(happening.who))
      return
    case 'is transferred':
      if (chosen !== undefined && agent) setOwner(world, chosen, { assigneeId: agent.id })
      return
    case 'is sent back':
    case 'lapses':
      if (chosen === undefined || owner === undefined) return
      setOwner(world, chosen, {
        assigneeId: undefined,
        queue:
          happening.kind === 'lapses'
            ? afterSilence(queue, policyOf([], { silentMost: 99 }), owner, world.nowMs).queue
            : restartQueue(queue, world.nowMs, owner),
      })
      return
    case 'time goes by':
      world.nowMs += happening.minutes * 60_000
  }
}

/** Routes whatever waits, in the order of the queue, and holds every decision against the rules. */
function route(world: World, policy: AssignmentPolicy, random: () => number): void {
  const batch = createRoutingBatch([...world.agents.values()])
  const ring = openRing(world.ring)
  const waiting = world.conversations
    .flatMap((conversation, index) =>
      conversation.assigneeId === undefined && conversation.status === 'open'
        ? [
            {
              index,
              conversation,
              ...conversation,
              enteredAtMs: conversation.queue?.enteredAtMs ?? world.nowMs,
            },
          ]
        : [],
    )
    .sort(compareWaiting)
  const refused = new Set<string>()
  for (const { index, conversation } of waiting) {
    const { workType, queue } = conversation
    const trace = batch.decide(conversation, policy, ring, world.nowMs, random)
    const personal = (queue?.lapses.length ?? 0) > 0 || queue?.sentBackBy !== undefined
    const kind = `${workType} ${queue?.step ?? 0}`
    if (trace.winner === undefined) {
      expect(trace.outcome).toBe('waiting')
      if (!personal) refused.add(kind)
      world.conversations[index] = { ...conversation, queue: trace.queue }
      continue
    }
    // Nobody of the same kind is overtaken by who came later.
    if (!personal) expect(refused.has(kind)).toBe(false)
    take(world, index, policy, trace)
    batch.apply(conversation, trace, ring)
  }
  expect(closeRing(ring)).toEqual(world.ring)
}

function take(world: World, index: number, policy: AssignmentPolicy, trace: RoutingTrace): void {
  const conversation = world.conversations[index]
  const winner = trace.winner as AgentId
  const agent = world.agents.get(winner)
  const step = policy.steps[trace.step ?? -1]
  if (!agent || !step || !conversation) throw new Error('a winner or step out of nowhere')
  expect(conversation.assigneeId).toBeUndefined()
  expect(mayGet(agent, step, conversation.workType, world.nowMs)).toBe(true)
  expect(conversation.queue?.lapses.some(({ agentId }) => agentId === winner) ?? false).toBe(false)
  expect(conversation.queue?.sentBackBy?.includes(winner) ?? false).toBe(false)
  const atMs = world.nowMs
  world.agents.set(winner, withAssignment(agent, conversation.workType, atMs))
  setOwner(world, index, { assigneeId: winner, queue: trace.queue })
  if (trace.ringTurn) world.ring = advanceRing(world.ring, trace.ringTurn)
  world.given.set(winner, (world.given.get(winner) ?? 0) + 1)
}

function play(events: readonly Event[], policy: AssignmentPolicy, seed: number): World {
  const world: World = {
    nowMs: NOW_MS,
    agents: new Map([...REGULARS, 'o1', 'o2'].map((id) => [id, agentOf(id)])),
    conversations: [],
    ring: EMPTY_RING,
    given: new Map(),
  }
  const random = chanceFrom(seed)
  for (const happening of events) {
    happen(world, happening)
    route(world, policy, random)
  }
  return world
}

const history = fc.array(event as fc.Arbitrary<Event>, { minLength: 10, maxLength: 40 })
const named = (ids: readonly string[]): AssignmentStep['target'] => ({
  kind: 'agents-and-teams',
  agentIds: ids as AgentId[],
  teamIds: [teamId('t')],
  primaryTeamOnly: false,
})
const anyPolicy = fc
  .array(
    fc.record({
      target: fc.constantFrom(stepOf().target, named(['r1', 'o1', 'o2']), named(['o3', 'o4', 'r2'])),
      strategy: fc.constantFrom('round-robin', 'least-open', 'load-balanced', 'random'),
      availableOnly: fc.boolean(),
      waitMs: fc.constantFrom(0, 600_000),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((steps) => policyOf(steps))

describe('any history of joins, leaves, flips, limits, resolves, transfers, lapses and returns', () => {
  it('keeps every rule, whatever the policy', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(history, anyPolicy, fc.nat(), (events, policy, seed) => {
        const world = play(events, policy, seed)
        const owners = world.conversations.filter(({ assigneeId }) => assigneeId !== undefined)
        expect(new Set(owners.map(({ id }) => id)).size).toBe(owners.length)
      }),
      { numRuns: 6_000 },
    )
  })

  it('gives by turns: those who were always eligible differ by at most one', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(history, fc.nat(), (events, seed) => {
        const personal = new Set(['is sent back', 'lapses'])
        const world = play(
          events.filter(({ kind }) => !personal.has(kind)),
          policyOf([stepOf()]),
          seed,
        )
        const totals = REGULARS.map((id) => world.given.get(id) ?? 0)
        expect(Math.max(...totals) - Math.min(...totals)).toBeLessThanOrEqual(1)
        // Who is always there never gets less, to within one, than who came and went.
        for (const id of OTHERS) expect(world.given.get(id) ?? 0).toBeLessThanOrEqual(Math.min(...totals) + 1)
      }),
      { numRuns: 4_000 },
    )
  })

  it('comes to the same end each time', () => {
    fc.assert(
      fc.property(history, anyPolicy, fc.nat(), (events, policy, seed) => {
        expect(play(events, policy, seed)).toEqual(play(events, policy, seed))
      }),
      { numRuns: 300 },
    )
  })
})

describe('a batch', () => {
  it('decides as the pure decision would, one after the other', () => {
    fc.assert(
      fc.property(history, anyPolicy, fc.nat(), (events, policy, seed) => {
        const world = play(
          events,
          policyOf([stepOf({ target: { kind: 'fixed-agent', agentId: 'o1' as AgentId } })]),
          seed,
        )
        const agents = [...world.agents.values()]
        const batch = createRoutingBatch(agents)
        const ring = openRing(world.ring)
        const [one, other] = [chanceFrom(seed), chanceFrom(seed)]
        let state: RoutingState = { conversation: conversationOf('x'), agents, ring: world.ring }
        for (const conversation of world.conversations) {
          state = { ...state, conversation }
          const pure = decideRouting(state, policy, world.nowMs, one)
          const batched = batch.decide(conversation, policy, ring, world.nowMs, other)
          expect(batched).toEqual(pure)
          batch.apply(conversation, batched, ring)
          state = applyAssignment(state, pure)
          expect(closeRing(ring)).toEqual(state.ring)
        }
      }),
      { numRuns: 500 },
    )
  })
})
