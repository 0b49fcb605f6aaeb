import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AVAILABILITIES } from './agent.ts'
import type { AgentId, ChannelId, ConversationId } from './ids.ts'
import { type AssignmentPolicy, PICK_POLICY, policyOf, type RoutingTarget } from './routing/policy.ts'
import {
  decideRouting,
  EMPTY_RING,
  ROUND_ROBIN_POLICY,
  type RoutingAgent,
  type RoutingRing,
  type RoutingState,
} from './routing.ts'

const CHANNEL = 'c1' as ChannelId
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'] as const
const neverAsked = (): number => {
  throw new Error('round robin needs no chance')
}

const agentOf = (id: string, change: Partial<RoutingAgent> = {}): RoutingAgent => ({
  id: id as AgentId,
  name: id.toUpperCase(),
  active: true,
  availability: 'online',
  present: true,
  channels: 'all',
  ...change,
})

const stateOf = (agents: readonly RoutingAgent[], ring: RoutingRing = EMPTY_RING): RoutingState => ({
  conversation: { id: 'x' as ConversationId, channelId: CHANNEL, status: 'open' },
  agents,
  ring,
})

const decide = (state: RoutingState, policy: AssignmentPolicy = ROUND_ROBIN_POLICY) =>
  decideRouting(state, policy, 1_000, neverAsked)

const anyAgent = (id: string): fc.Arbitrary<RoutingAgent> =>
  fc
    .record({
      active: fc.boolean(),
      availability: fc.constantFrom(...AVAILABILITIES),
      present: fc.boolean(),
      seenAtMs: fc.nat(),
      channels: fc.constantFrom('all' as const, new Set([CHANNEL]), new Set<ChannelId>()),
    })
    .map((facts) => agentOf(id, facts))

const anyTeam = fc.subarray([...NAMES]).chain((ids) => fc.tuple(...ids.map(anyAgent)))
const anyRing: fc.Arbitrary<RoutingRing> = fc.record({
  turn: fc.integer({ min: 20, max: 40 }),
  served: fc.dictionary(fc.constantFrom(...NAMES), fc.integer({ min: 1, max: 20 })),
})
const agentsOf = (agentIds: 'all' | AgentId[]): RoutingTarget => ({
  kind: 'agents-and-teams',
  agentIds,
  teamIds: [],
  primaryTeamOnly: false,
})
const target: fc.Arbitrary<RoutingTarget> = fc.oneof(
  fc.constant({ kind: 'none' } as const),
  fc.constant(agentsOf('all')),
  fc.subarray([...NAMES]).map((ids) => agentsOf(ids as unknown as AgentId[])),
)
const anyPolicy: fc.Arbitrary<AssignmentPolicy> = fc
  .array(
    fc.record({
      target,
      strategy: fc.constantFrom('pick', 'round-robin'),
      availableOnly: fc.boolean(),
      waitMs: fc.constant(0),
    }),
    { maxLength: 4 },
  )
  .map((steps) => policyOf(steps))
const isEligible = (agent: RoutingAgent): boolean =>
  agent.active &&
  agent.availability === 'online' &&
  agent.present &&
  (agent.channels === 'all' || agent.channels.has(CHANNEL))

describe('round robin', () => {
  it('serves those who were always eligible equally, to within one, whatever the others do', () => {
    /** Each turn: who else is there, and whether the claim of the winner holds (a person was faster otherwise). */
    const history = fc.array(
      fc.record({ others: fc.subarray(['d', 'e', 'f']), flips: fc.subarray(['e', 'f']) }),
      {
        maxLength: 120,
      },
    )
    fc.assert(
      fc.property(history, anyRing, (turns, start) => {
        const totals = new Map<string, number>([
          ['a', 0],
          ['b', 0],
          ['c', 0],
        ])
        let ring = start
        for (const { others, flips } of turns) {
          const team = ['a', 'b', 'c', ...others].map((id) =>
            agentOf(id, flips.includes(id) ? { availability: 'away' } : {}),
          )
          const trace = decide(stateOf(team, ring))
          ring = trace.ring
          const winner = trace.winner ?? ''
          expect(flips).not.toContain(winner)
          if (totals.has(winner)) totals.set(winner, (totals.get(winner) ?? 0) + 1)
        }
        const counts = [...totals.values()]
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
      }),
      { numRuns: 500 },
    )
  })

  it('lets nobody who comes back, or is new, take more than his next turn', () => {
    let ring = EMPTY_RING
    for (let turn = 0; turn < 30; turn += 1) ring = decide(stateOf([agentOf('a'), agentOf('b')], ring)).ring
    const winners: string[] = []
    for (let turn = 0; turn < 6; turn += 1) {
      const trace = decide(stateOf([agentOf('a'), agentOf('b'), agentOf('z')], ring))
      winners.push(trace.winner ?? '')
      ring = trace.ring
    }
    expect(winners).toEqual(['z', 'a', 'b', 'z', 'a', 'b'])
  })

  it('does not depend on the order in which the agents are read', () => {
    fc.assert(
      fc.property(anyTeam, anyRing, anyPolicy, (team, ring, policy) => {
        const backwards = [...team].reverse()
        expect(decide(stateOf(backwards, ring), policy).winner).toBe(
          decide(stateOf(team, ring), policy).winner,
        )
      }),
    )
  })
})

describe('a decision', () => {
  it('never falls on somebody excluded, and explains every agent of every step it tried', () => {
    fc.assert(
      fc.property(anyTeam, anyRing, anyPolicy, (team, ring, policy) => {
        const trace = decide(stateOf(team, ring), policy)
        const tried = [...new Set(trace.candidates.map(({ step }) => step))]
        for (const step of tried) {
          const seen = trace.candidates.filter((candidate) => candidate.step === step)
          expect(seen.map(({ agentId }) => agentId).sort()).toEqual(team.map(({ id }) => id).sort())
        }
        for (const { excluded, score } of trace.candidates)
          expect(excluded === undefined).toBe(score !== undefined)
        if (trace.outcome !== 'assigned') {
          expect(trace.winner).toBeUndefined()
          expect(trace.ring).toBe(ring)
          expect(trace.candidates.every(({ excluded }) => excluded !== undefined)).toBe(true)
          return
        }
        const won = trace.candidates.find(
          ({ agentId, step }) => agentId === trace.winner && step === trace.step,
        )
        expect(won?.excluded).toBeUndefined()
        const agent = team.find(({ id }) => id === trace.winner)
        const step = policy.steps[trace.step ?? -1]
        expect(agent?.active).toBe(true)
        if (agent && step?.availableOnly) expect(isEligible(agent)).toBe(true)
        if (step?.target.kind === 'agents-and-teams' && step.target.agentIds !== 'all')
          expect(step.target.agentIds).toContain(trace.winner)
        expect(trace.ring).toEqual({
          turn: ring.turn + 1,
          served: { ...ring.served, [trace.winner as string]: ring.turn + 1 },
        })
      }),
      { numRuns: 1_000 },
    )
  })

  it('is pure: the same state gives the same trace, and nothing handed in is changed', () => {
    fc.assert(
      fc.property(anyTeam, anyRing, anyPolicy, (team, ring, policy) => {
        const state = stateOf(team, ring)
        const before = structuredClone({ state, policy })
        expect(decide(state, policy)).toEqual(decide(state, policy))
        expect({ state, policy }).toEqual(before)
      }),
    )
  })

  it('goes to the first step that finds somebody', () => {
    const policy = policyOf([
      { target: agentsOf(['a' as AgentId]), strategy: 'round-robin', availableOnly: true, waitMs: 0 },
      { target: agentsOf('all'), strategy: 'round-robin', availableOnly: false, waitMs: 0 },
    ])
    const away = stateOf([agentOf('a', { availability: 'away' }), agentOf('b', { availability: 'offline' })])
    expect(decide(away, policy)).toMatchObject({ outcome: 'assigned', winner: 'a', step: 1 })
    expect(decide(stateOf([agentOf('a'), agentOf('b')]), policy)).toMatchObject({ winner: 'a', step: 0 })
  })

  it.each([
    [{ active: false }, 'deactivated'],
    [{ channels: new Set<ChannelId>() }, 'no-channel-access'],
    [{ availability: 'away' }, 'away'],
    [{ availability: 'offline' }, 'offline'],
    [{ present: false }, 'not-connected'],
  ] as const)('says why %j was not asked: %s', (change, excluded) => {
    const trace = decide(stateOf([agentOf('a', change as Partial<RoutingAgent>)]))
    expect(trace).toMatchObject({ outcome: 'nobody-eligible', candidates: [{ agentId: 'a', excluded }] })
  })

  it('tells waiting for somebody from wanting nobody', () => {
    expect(decide(stateOf([])).outcome).toBe('nobody-eligible')
    expect(decide(stateOf([agentOf('a')]), PICK_POLICY)).toMatchObject({ outcome: 'pick', candidates: [] })
    const owned = stateOf([agentOf('a')])
    const conversation = { ...owned.conversation, assigneeId: 'b' as AgentId }
    expect(decide({ ...owned, conversation }).outcome).toBe('already-assigned')
    for (const status of ['pending', 'snoozed', 'resolved'] as const)
      expect(decide({ ...owned, conversation: { ...owned.conversation, status } }).outcome).toBe('not-open')
  })
})
