import { describe, expect, it } from 'vitest'
import { applyAssignment } from '../../../test/harness/apply-assignment.ts'
import {
  agentId,
  agentOf,
  chanceFrom,
  NOW_MS,
  neverAsked,
  stateOf,
  stepOf,
  teamId,
} from '../../../test/harness/routing-state.ts'
import type { QueueState, RoutingAgent, RoutingConversation } from './agent-state.ts'
import { decideRouting } from './decide.ts'
import { type AssignmentPolicy, type AssignmentStep, PICK_POLICY, policyOf } from './policy.ts'
import { LISTED_WHOLE, MOST_CONTENDERS, MOST_EXCLUDED } from './short-list.ts'

const MINUTE = 60_000
const queueOf = (change: Partial<QueueState> = {}): QueueState => ({
  step: 0,
  stepSinceMs: NOW_MS,
  enteredAtMs: NOW_MS,
  lapses: [],
  ...change,
})
const decide = (
  agents: readonly RoutingAgent[],
  steps: readonly AssignmentStep[] | AssignmentPolicy,
  conversation: Partial<RoutingConversation> = {},
  random: () => number = neverAsked,
) => decideRouting(stateOf(agents, conversation), 'steps' in steps ? steps : policyOf(steps), NOW_MS, random)

const only = (...ids: string[]) =>
  stepOf({
    target: { kind: 'agents-and-teams', agentIds: ids.map(agentId), teamIds: [], primaryTeamOnly: false },
  })
const team = (id: string, waitMs = 0) =>
  stepOf({ target: { kind: 'team', teamId: teamId(id) }, strategy: 'pick', waitMs })
const offline = { availability: 'offline' } as const

describe('strategies', () => {
  const lazy = agentOf('lazy', { load: { email: 1 }, recentLoad: { messaging: 3 }, lastAssignedAtMs: 50 })
  const busy = agentOf('busy', { load: { email: 5 }, recentLoad: { messaging: 1 }, lastAssignedAtMs: 10 })

  it('least-open: the fewest open of all work types', () => {
    const trace = decide([busy, lazy], [stepOf({ strategy: 'least-open' })])
    expect(trace).toMatchObject({ winner: 'lazy', strategy: 'least-open', step: 0 })
    expect(trace.candidates).toMatchObject([
      { agentId: 'busy', score: 5 },
      { agentId: 'lazy', score: 1 },
    ])
    expect(trace.ringTurn).toBeUndefined()
  })

  it('load-balanced: the fewest recent ones of the same work type', () => {
    expect(decide([lazy, busy], [stepOf({ strategy: 'load-balanced' })]).winner).toBe('busy')
    expect(decide([lazy, busy], [stepOf({ strategy: 'load-balanced' })], { workType: 'email' }).winner).toBe(
      'busy',
    )
  })

  it('round-robin: whose turn is longest ago', () => {
    const ring = { turn: 9, served: { lazy: 9, busy: 4 } }
    const state = { ...stateOf([lazy, busy]), ring }
    const trace = decideRouting(state, policyOf([stepOf()]), NOW_MS, neverAsked)
    expect(trace).toMatchObject({ winner: 'busy', ringTurn: { agentId: 'busy', turn: 10 } })
    expect(applyAssignment(state, trace).ring).toEqual({ turn: 10, served: { lazy: 9, busy: 10 } })
  })

  it('random: each as likely as the other, by one draw', () => {
    const agents = ['a', 'b', 'c', 'd'].map((id) => agentOf(id, id === 'd' ? offline : {}))
    const chance = chanceFrom(7)
    const wins: Record<string, number> = {}
    for (let run = 0; run < 3_000; run += 1) {
      const winner = decide(agents, [stepOf({ strategy: 'random' })], {}, chance).winner ?? 'nobody'
      wins[winner] = (wins[winner] ?? 0) + 1
    }
    expect(Object.keys(wins).sort()).toEqual(['a', 'b', 'c'])
    for (const count of Object.values(wins)) expect(Math.abs(count - 1_000)).toBeLessThan(120)
    expect(decide(agents, [stepOf({ strategy: 'random' })], {}, () => 0.999_999).winner).toBe('c')
  })

  it('pick: nobody is chosen, and a person takes it', () => {
    expect(decide([lazy], PICK_POLICY)).toMatchObject({ outcome: 'pick', candidates: [], tallies: [] })
    expect(decide([lazy], [stepOf({ strategy: 'pick' })])).toMatchObject({ outcome: 'pick' })
    expect(decide([lazy], [stepOf({ target: { kind: 'none' } })])).toMatchObject({ outcome: 'pick' })
  })

  it('ties: who waited longest since his last assignment, never counting as longest, then the id', () => {
    const step = [stepOf({ strategy: 'least-open' })]
    const a = agentOf('a', { lastAssignedAtMs: 20 })
    const b = agentOf('b', { lastAssignedAtMs: 10 })
    expect(decide([a, b], step).winner).toBe('b')
    expect(decide([a, b, agentOf('z')], step).winner).toBe('z')
    expect(decide([agentOf('z'), agentOf('y')], step).winner).toBe('y')
  })

  it('preferred skills go before the strategy', () => {
    const policy = policyOf([stepOf({ strategy: 'least-open' })], {
      skills: [{ skill: 'refunds', level: 4, mode: 'prefer' }],
    })
    const expert = agentOf('expert', { skills: { refunds: 5 }, load: { email: 9 } })
    const able = agentOf('able', { skills: { refunds: 2 } })
    const trace = decide([agentOf('none'), able, expert], policy)
    expect(trace.winner).toBe('expert')
    expect(trace.candidates.map(({ preference }) => preference)).toEqual([0, 30, 60])
    expect(decide([agentOf('none'), able], policy).winner).toBe('able')
  })
})

describe('targets', () => {
  it.each([
    ['contact-owner', { contactOwnerId: agentId('b') }],
    ['last-agent', { lastAgentId: agentId('b') }],
  ] as const)('%s: him alone', (kind, conversation) => {
    const steps = [stepOf({ target: { kind } })]
    expect(decide([agentOf('a'), agentOf('b')], steps, conversation)).toMatchObject({
      winner: 'b',
      tallies: [{ members: 1 }],
    })
  })

  it('fixed-agent: always the same one', () => {
    const steps = [stepOf({ target: { kind: 'fixed-agent', agentId: agentId('b') }, availableOnly: false })]
    expect(decide([agentOf('a'), agentOf('b', offline)], steps).winner).toBe('b')
  })

  it('team: it is set, nobody owns the conversation', () => {
    expect(decide([agentOf('a')], [team('t1')])).toMatchObject({ outcome: 'team-set', teamId: 't1' })
    const again = decide([agentOf('a')], [team('t1')], { teamId: teamId('t1') })
    expect(again.outcome).toBe('team-set')
    expect(again.teamId).toBeUndefined()
  })

  it('team, then agents: both in one run, or agents once the wait is over', () => {
    expect(decide([agentOf('a')], [team('t1'), stepOf()])).toMatchObject({
      outcome: 'assigned',
      teamId: 't1',
      winner: 'a',
    })
    const steps = [team('t1', 5 * MINUTE), stepOf()]
    expect(decide([agentOf('a')], steps)).toMatchObject({
      outcome: 'team-set',
      wakeAtMs: NOW_MS + 5 * MINUTE,
    })
    const later = { teamId: teamId('t1'), queue: queueOf({ stepSinceMs: NOW_MS - 5 * MINUTE }) }
    expect(decide([agentOf('a')], steps, later)).toMatchObject({ outcome: 'assigned', winner: 'a', step: 1 })
  })

  it('the team that a person chose stays', () => {
    const byHand = { teamId: teamId('t2'), teamByHand: true }
    const trace = decide(
      [agentOf('a'), agentOf('b', { teamIds: [teamId('t2')] })],
      [team('t1'), stepOf()],
      byHand,
    )
    expect(trace.winner).toBe('b')
    expect(trace.teamId).toBeUndefined()
  })

  it('a kind that this build does not know is nobody', () => {
    const target = { kind: 'assistant' } as unknown as AssignmentStep['target']
    expect(decide([agentOf('a')], [stepOf({ target }), stepOf()])).toMatchObject({ winner: 'a', step: 1 })
  })
})

describe('steps', () => {
  const absent = agentOf('a', offline)

  it('the first that finds somebody, in order', () => {
    expect(decide([agentOf('a'), agentOf('b')], [only('b'), only('a')])).toMatchObject({
      winner: 'b',
      step: 0,
    })
    expect(decide([agentOf('a'), agentOf('b', offline)], [only('b'), only('a')])).toMatchObject({
      winner: 'a',
      step: 1,
    })
  })

  it('waits before the next one begins, and says when to look again', () => {
    const steps = [{ ...only('a'), waitMs: 10 * MINUTE }, only('b')]
    const trace = decide([absent, agentOf('b')], steps)
    expect(trace).toMatchObject({ outcome: 'waiting', wakeAtMs: NOW_MS + 10 * MINUTE, queue: queueOf() })
    const queue = queueOf({ stepSinceMs: NOW_MS - 10 * MINUTE })
    const then = decide([absent, agentOf('b')], steps, { queue })
    expect(then).toMatchObject({ winner: 'b', step: 1, queue: { step: 1, stepSinceMs: NOW_MS } })
  })

  it('begins as many as are due when the run comes late, each at its own time', () => {
    const steps = [{ ...only('a'), waitMs: MINUTE }, { ...only('b'), waitMs: 2 * MINUTE }, only('c')]
    const queue = queueOf({ stepSinceMs: NOW_MS - 4 * MINUTE })
    const trace = decide([absent, agentOf('b', offline), agentOf('c', offline)], steps, { queue })
    expect(trace).toMatchObject({ outcome: 'waiting', queue: { step: 2, stepSinceMs: NOW_MS - MINUTE } })
    expect(trace.tallies.map(({ step }) => step)).toEqual([0, 1, 2])
  })

  it('keeps the steps before in the running, ahead of the later ones', () => {
    const steps = [{ ...only('a'), waitMs: MINUTE }, only('b')]
    const queue = queueOf({ step: 1 })
    expect(decide([agentOf('a'), agentOf('b')], steps, { queue })).toMatchObject({ winner: 'a', step: 0 })
  })

  it('passes over at once a step that can find nobody: no owner, an empty team, a deactivated agent', () => {
    const hour = { waitMs: 60 * MINUTE }
    const steps = [
      stepOf({ target: { kind: 'contact-owner' }, ...hour }),
      stepOf({
        target: { kind: 'agents-and-teams', agentIds: [], teamIds: [teamId('t1')], primaryTeamOnly: false },
        ...hour,
      }),
      stepOf({ target: { kind: 'fixed-agent', agentId: agentId('gone') }, ...hour }),
      { ...only('d'), ...hour },
      only('b'),
    ]
    expect(decide([agentOf('d', { active: false }), agentOf('b')], steps)).toMatchObject({
      winner: 'b',
      step: 4,
    })
  })

  it('pick for a while, then somebody is chosen', () => {
    const steps = [stepOf({ target: { kind: 'none' }, waitMs: MINUTE }), stepOf()]
    expect(decide([agentOf('a')], steps)).toMatchObject({ outcome: 'waiting', wakeAtMs: NOW_MS + MINUTE })
    const queue = queueOf({ stepSinceMs: NOW_MS - MINUTE })
    expect(decide([agentOf('a')], steps, { queue })).toMatchObject({ outcome: 'assigned', winner: 'a' })
  })

  it('wakes when working hours begin, a requirement relaxes or a fair cap frees, whichever is first', () => {
    const closed = agentOf('a', {
      hours: { within: false, closedBy: 'out-of-hours', untilMs: NOW_MS + 9 * MINUTE },
    })
    expect(decide([closed], [stepOf()]).wakeAtMs).toBe(NOW_MS + 9 * MINUTE)
    const capped = agentOf('b', {
      fairCap: { most: 1, windowMs: 8 * MINUTE },
      recentAssignmentsAtMs: [NOW_MS],
    })
    expect(decide([closed, capped], [stepOf()]).wakeAtMs).toBe(NOW_MS + 8 * MINUTE)
    const policy = policyOf([stepOf()], {
      skills: [{ skill: 's', level: 1, mode: 'require', relaxAfterMs: 7 * MINUTE }],
    })
    expect(decide([closed, capped], policy)).toMatchObject({
      outcome: 'waiting',
      wakeAtMs: NOW_MS + 7 * MINUTE,
    })
    expect(decide([absent], [stepOf()]).wakeAtMs).toBeUndefined()
  })

  it('gives up for good the steps before the one named, and all of them when they are spent', () => {
    const steps = [only('a'), only('b')]
    const agents = [agentOf('a'), agentOf('b')]
    expect(decide(agents, steps, { queue: queueOf({ step: 1, fromStep: 1 }) })).toMatchObject({
      winner: 'b',
      step: 1,
    })
    expect(decide(agents, steps, { queue: queueOf({ step: 2, fromStep: 2 }) })).toMatchObject({
      outcome: 'unassigned',
    })
  })

  it('copes with a place that the policy no longer has', () => {
    expect(decide([agentOf('a')], [stepOf()], { queue: queueOf({ step: 7 }) })).toMatchObject({ winner: 'a' })
    expect(decide([agentOf('a')], PICK_POLICY, { queue: queueOf({ step: 7 }) })).toMatchObject({
      outcome: 'pick',
    })
  })
})

describe('a trace', () => {
  it('has nothing to decide when somebody owns it or it is not open', () => {
    expect(decide([agentOf('a')], [stepOf()], { assigneeId: agentId('b') }).outcome).toBe('already-assigned')
    for (const status of ['pending', 'snoozed', 'resolved'] as const)
      expect(decide([agentOf('a')], [stepOf()], { status }).outcome).toBe('not-open')
  })

  const crowd = (count: number, change: (index: number) => Partial<RoutingAgent>) =>
    Array.from({ length: count }, (_, index) =>
      agentOf(`a${String(index).padStart(3, '0')}`, { load: { email: 2 }, ...change(index) }),
    )

  it('of a step of up to 25 lists everybody, with his score or why not', () => {
    const agents = crowd(LISTED_WHOLE, (index) => (index % 2 === 0 ? { active: false } : {}))
    const { candidates, tallies } = decide(agents, [stepOf({ strategy: 'least-open' })])
    expect(candidates.map(({ agentId: id }) => id)).toEqual(agents.map(({ id }) => id))
    expect(candidates.filter(({ excluded }) => excluded === 'deactivated')).toHaveLength(13)
    expect(tallies[0]).toMatchObject({ omitted: 0 })
  })

  it('of a larger step lists who came first and some for each reason, and counts the others', () => {
    const agents = crowd(500, (index) =>
      index === 450
        ? { load: {} }
        : index < 100
          ? { active: false }
          : index < 150
            ? { load: { email: 1 } }
            : {},
    )
    const trace = decide(agents, [stepOf({ strategy: 'least-open' })])
    expect(trace.winner).toBe('a450')
    const scored = trace.candidates.filter(({ excluded }) => excluded === undefined)
    expect(scored.map(({ score }) => score)).toEqual([
      0,
      ...Array.from({ length: MOST_CONTENDERS - 1 }, () => 1),
    ])
    expect(scored[0]?.agentId).toBe('a450')
    expect(trace.candidates).toHaveLength(MOST_CONTENDERS + MOST_EXCLUDED)
    expect(trace.tallies).toEqual([
      {
        step: 0,
        strategy: 'least-open',
        members: 500,
        eligible: 400,
        excluded: { deactivated: 100 },
        omitted: 500 - MOST_CONTENDERS - MOST_EXCLUDED,
      },
    ])
  })

  it('lists a winner by lot among those of a larger step', () => {
    const trace = decide(
      crowd(300, () => ({})),
      [stepOf({ strategy: 'random' })],
      {},
      () => 0.999,
    )
    expect(trace.winner).toBe('a299')
    expect(trace.candidates.filter(({ agentId: id }) => id === 'a299')).toHaveLength(1)
    expect(trace.candidates).toHaveLength(MOST_CONTENDERS)
  })
})
