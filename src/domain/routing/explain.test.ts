import { describe, expect, it } from 'vitest'
import { agentId, agentOf, NOW_MS, stateOf, stepOf, teamId } from '../../../test/harness/routing-state.ts'
import type { RoutingAgent, RoutingConversation } from './agent-state.ts'
import { decideRouting } from './decide.ts'
import { explainTrace } from './explain.ts'
import { type AssignmentPolicy, PICK_POLICY, policyOf } from './policy.ts'
import { EXCLUSION_REASONS } from './trace.ts'

const words = (
  agents: readonly RoutingAgent[],
  policy: AssignmentPolicy,
  conversation: Partial<RoutingConversation> = {},
) =>
  explainTrace(
    decideRouting(stateOf(agents, conversation), policy, NOW_MS, () => 0),
    { timeZone: 'Europe/Madrid', teamName: 'Sales' },
  ).text

const ana = agentOf('1', { name: 'Ana', load: { email: 3 }, recentLoad: { messaging: 2 } })
const bo = agentOf('2', { name: 'Bo', load: { email: 4 }, recentLoad: { messaging: 5 } })
const queue = { step: 0, stepSinceMs: NOW_MS, enteredAtMs: NOW_MS, lapses: [] }

describe('an explanation', () => {
  it.each([
    ['least-open', 'Assigned to Ana: fewest open (3). 1 other could have had it.'],
    ['load-balanced', 'Assigned to Ana: fewest open of this kind of work (2). 1 other could have had it.'],
    ['round-robin', 'Assigned to Ana: next in turn, for the first time. 1 other could have had it.'],
    ['random', 'Assigned to Ana: by lot. 1 other could have had it.'],
  ] as const)('says why %s chose', (strategy, text) => {
    expect(words([ana, bo], policyOf([stepOf({ strategy })]))).toBe(text)
  })

  it('says that he alone was named, and which skills counted', () => {
    const own = policyOf([stepOf({ target: { kind: 'contact-owner' } })])
    expect(words([ana, bo], own, { contactOwnerId: agentId('1') })).toBe(
      'Assigned to Ana: the only one this step names. Nobody else could have had it.',
    )
    const skilled = policyOf([stepOf({ strategy: 'least-open' })], {
      skills: [{ skill: 'refunds', level: 1, mode: 'prefer' }],
    })
    expect(words([ana, agentOf('2', { ...bo, skills: { refunds: 1 } })], skilled)).toContain(
      'Bo has skills that were preferred.',
    )
  })

  it('says why nobody yet, and when it is looked at again', () => {
    const agents = [
      agentOf('1', { name: 'Ana', availability: 'offline', availabilitySinceMs: NOW_MS - 7_200_000 }),
      agentOf('2', { name: 'Bo', capacity: { total: 4 }, load: { email: 4 }, skills: { 'language:es': 1 } }),
      agentOf('3', { name: 'Cy' }),
      agentOf('4', {
        name: 'Di',
        hours: { within: false, closedBy: 'out-of-hours', untilMs: NOW_MS + 72_000_000 },
      }),
    ]
    const policy = policyOf([stepOf()], { requireLanguage: {} })
    expect(words(agents, policy, { language: 'es' })).toBe(
      'Nobody has it yet. Step 1: Ana (offline since 11:00). Bo (4 of 4). Cy (no Spanish). ' +
        'Di (outside working hours until 09:00 on 24 Nov 2026). ' +
        'It is looked at again at 09:00 on 24 Nov 2026 at the latest.',
    )
  })

  it('names a few and counts the others', () => {
    const agents = Array.from({ length: 12 }, (_, index) => agentOf(`${index}`, { availability: 'away' }))
    expect(words(agents, policyOf([stepOf()]))).toContain('4 (away), 7 more.')
  })

  it.each([
    [
      'a team that is set',
      policyOf([stepOf({ target: { kind: 'team', teamId: teamId('t') } })]),
      {},
      'It waits with Sales',
    ],
    ['pick', PICK_POLICY, {}, 'Agents pick'],
    ['steps that are spent', policyOf([stepOf()]), { queue: { ...queue, step: 1, fromStep: 1 } }, 'given up'],
    ['an owner', policyOf([stepOf()]), { assigneeId: agentId('1') }, 'owned it already'],
    ['a status', policyOf([stepOf()]), { status: 'snoozed' as const }, 'not open'],
    ['a step without members', policyOf([stepOf({ target: { kind: 'contact-owner' } })]), {}, 'names nobody'],
  ])('has words for %s', (_name, policy, conversation, text) => {
    expect(words([ana], policy, conversation)).toContain(text)
  })

  it('has words of its own for every exclusion', () => {
    const of = { step: 0, strategy: 'random', members: 1, eligible: 0, omitted: 0 } as const
    const all = EXCLUSION_REASONS.map(
      (excluded) =>
        explainTrace(
          {
            outcome: 'waiting',
            decidedAtMs: NOW_MS,
            tallies: [{ ...of, excluded: { [excluded]: 1 } }],
            candidates: [{ agentId: agentId('1'), name: 'Ana', step: 0, excluded, skill: 'x', level: 3 }],
          },
          { timeZone: 'Mars/Olympus' },
        ).text,
    )
    expect(new Set(all).size).toBe(EXCLUSION_REASONS.length)
    expect(all).toContain('Nobody has it yet. Step 1: Ana (no x at level 3).')
  })
})
