import { describe, expect, it } from 'vitest'
import { agentId, stepOf, teamId } from '../../../test/harness/routing-state.ts'
import type { CategoryId } from '../ids.ts'
import { fillCustomerMessage, unknownVariables } from './customer-message.ts'
import { type AssignmentPolicy, type AssignmentStep, policyOf } from './policy.ts'
import { checkPolicy, type PolicyFacts } from './policy-check.ts'
import { POLICY_PRESETS } from './presets.ts'

const DAY = 86_400_000
const facts: PolicyFacts = {
  agents: new Map([
    [agentId('ana'), { name: 'Ana', active: true }],
    [agentId('gone'), { name: 'Gone', active: false }],
  ]),
  teams: new Map([
    [teamId('sales'), { name: 'Sales', memberIds: [agentId('ana')] }],
    [teamId('empty'), { name: 'Empty', memberIds: [] }],
    [teamId('left'), { name: 'Left', memberIds: [agentId('gone')] }],
  ]),
  skills: new Set(['refunds']),
  categories: new Map([['billing' as CategoryId, {}]]),
}
const target = (change: object): Partial<AssignmentStep> => ({
  target: { kind: 'agents-and-teams', agentIds: [], teamIds: [], primaryTeamOnly: false, ...change },
})
const step = (change: Partial<AssignmentStep>) => policyOf([stepOf(change)])
const settings = (change: Partial<AssignmentPolicy>) => policyOf([stepOf()], change)

describe('a policy', () => {
  it.each<[string, AssignmentPolicy, string, string, string]>([
    ['empty steps', policyOf([]), 'warning', 'steps', 'empty-steps'],
    [
      'too many steps',
      policyOf(
        Array.from({ length: 21 }, (_, index) => stepOf({ strategy: index % 2 ? 'random' : 'least-open' })),
      ),
      'error',
      'steps',
      'too-many-steps',
    ],
    [
      'an unknown agent',
      step({ target: { kind: 'fixed-agent', agentId: agentId('who') } }),
      'error',
      'steps.0.target.agentId',
      'unknown-agent',
    ],
    [
      'an unknown agent of a list',
      step(target({ agentIds: ['ana', 'who'] })),
      'error',
      'steps.0.target.agentIds.1',
      'unknown-agent',
    ],
    [
      'a deactivated default agent',
      step({ target: { kind: 'fixed-agent', agentId: agentId('gone') } }),
      'error',
      'steps.0.target.agentId',
      'deactivated-agent',
    ],
    [
      'a deactivated agent of a list',
      step(target({ agentIds: ['gone', 'ana'] })),
      'warning',
      'steps.0.target.agentIds.0',
      'deactivated-agent',
    ],
    [
      'an unknown team',
      step({ target: { kind: 'team', teamId: teamId('what') } }),
      'error',
      'steps.0.target.teamId',
      'unknown-team',
    ],
    [
      'a team without members',
      step(target({ teamIds: ['empty'] })),
      'warning',
      'steps.0.target.teamIds.0',
      'team-without-members',
    ],
    [
      'a team of people who left',
      step({ target: { kind: 'team', teamId: teamId('left') } }),
      'warning',
      'steps.0.target.teamId',
      'team-without-members',
    ],
    ['a step that names nobody', step(target({})), 'error', 'steps.0.target', 'nobody-named'],
    [
      'the same step twice',
      policyOf([
        stepOf(target({ teamIds: ['sales'], agentIds: ['ana', 'gone'] })),
        stepOf(target({ agentIds: ['gone', 'ana'], teamIds: ['sales'] })),
      ]),
      'warning',
      'steps.1',
      'repeated-step',
    ],
    [
      'an endless wait',
      policyOf([stepOf({ waitMs: 8 * DAY }), stepOf({ strategy: 'random' })]),
      'error',
      'steps.0.waitMs',
      'wait-out-of-range',
    ],
    [
      'a wait that is no number',
      step({ waitMs: Number.NaN }),
      'error',
      'steps.0.waitMs',
      'wait-out-of-range',
    ],
    ['a wait of the last step', step({ waitMs: 5 }), 'warning', 'steps.0.waitMs', 'wait-without-effect'],
    ['an absurd number of lapses', settings({ silentMost: 0 }), 'error', 'silentMost', 'limit-out-of-range'],
    ['an absurd silence', settings({ silentAfterMs: 1 }), 'error', 'silentAfterMs', 'limit-out-of-range'],
    [
      'an absurd age',
      settings({ newConversationAfterMs: -1 }),
      'error',
      'newConversationAfterMs',
      'limit-out-of-range',
    ],
    [
      'a level that does not exist',
      settings({ skills: [{ skill: 'refunds', level: 6, mode: 'require' }] }),
      'error',
      'skills.0.level',
      'limit-out-of-range',
    ],
    [
      'an unknown skill',
      settings({ skills: [{ skill: 'magic', level: 1, mode: 'prefer' }] }),
      'error',
      'skills.0.skill',
      'unknown-skill',
    ],
    [
      'a language that nobody can have',
      settings({ skills: [{ skill: 'language:spanish', level: 1, mode: 'require' }] }),
      'error',
      'skills.0.skill',
      'unknown-skill',
    ],
    [
      'a relaxing that never comes',
      settings({ requireLanguage: { relaxAfterMs: 99 * DAY } }),
      'error',
      'requireLanguage.relaxAfterMs',
      'limit-out-of-range',
    ],
    [
      'a cycle',
      policyOf([stepOf({ availableOnly: false })], { ownerOffline: 're-route' }),
      'error',
      'steps.0.availableOnly',
      'reroute-cycle',
    ],
    [
      'an unknown variable',
      settings({ customerMessage: 'Hi {{ contact }}, {{agnet}}' }),
      'warning',
      'customerMessage',
      'unknown-variable',
    ],
    [
      'an unknown target',
      step({ target: { kind: 'assistant' } as unknown as AssignmentStep['target'] }),
      'error',
      'steps.0.target',
      'unknown-target',
    ],
    [
      'an unknown strategy',
      step({ strategy: 'guess' as 'pick' }),
      'error',
      'steps.0.strategy',
      'unknown-strategy',
    ],
  ])('with %s is told of', (_name, policy, severity, path, code) => {
    expect(checkPolicy(policy, facts)).toMatchObject(
      code === 'deactivated-agent' && severity === 'warning'
        ? [{ severity, path, code }]
        : expect.arrayContaining([expect.objectContaining({ severity, path, code })]),
    )
  })

  it('that re-routes on a change that never comes is told of', () => {
    const policy = settings({ rerouteOnCategoryChange: true })
    expect(checkPolicy(policy, facts)).toEqual([])
    expect(checkPolicy(policy, { ...facts, categories: new Map() })).toMatchObject([
      { code: 'nothing-to-reroute' },
    ])
  })

  it('that asks for a language needs no entry for it', () => {
    expect(
      checkPolicy(settings({ skills: [{ skill: 'language:es', level: 1, mode: 'require' }] }), facts),
    ).toEqual([])
  })

  it.each(POLICY_PRESETS)(
    'of the preset $key has no fault but what must still be chosen',
    ({ policy, needs, key }) => {
      const codes = checkPolicy(policy, facts).map(({ code }) => code)
      expect(codes).toEqual(needs === 'team' ? ['unknown-team'] : key === 'pick' ? ['empty-steps'] : [])
    },
  )
})

describe('a message to the customer', () => {
  it('has its variables filled in, and the others left alone', () => {
    const text = 'Hello {{contact}}, {{ agent }} of {{team}} is here. {{price}} $& $1'
    expect(fillCustomerMessage(text, { contact: '$&', agent: 'Ana' })).toBe(
      'Hello $&, Ana of  is here. {{price}} $& $1',
    )
    expect(unknownVariables(`${text} {{price}}`)).toEqual(['price'])
  })
})
