import { describe, expect, it } from 'vitest'
import type { AssignmentStep } from '../../../src/domain/routing/policy.ts'
import { policyOf } from '../../../src/domain/routing/policy.ts'
import {
  draftOf,
  placeIssues,
  placeOf,
  policyOfDraft,
  presetOf,
  samePolicy,
  withoutStep,
  withSettings,
  withStepAdded,
  withStepChanged,
  withStepMoved,
  withSteps,
} from './policy-draft.ts'

const step = (waitMs: number): AssignmentStep => ({
  target: { kind: 'contact-owner' },
  strategy: 'round-robin',
  availableOnly: true,
  waitMs,
})
const THREE = policyOf([step(1), step(2), step(3)])
const waits = (draft: ReturnType<typeof draftOf>) => draft.steps.map(({ step: { waitMs } }) => waitMs)

describe('a policy in the editor', () => {
  it('comes out as it went in', () => {
    expect(policyOfDraft(draftOf(THREE))).toEqual(THREE)
  })

  it.each([
    [1, 0, [1, 2, 3]],
    [1, 2, [2, 3, 1]],
    [3, 0, [3, 1, 2]],
    [2, 99, [1, 3, 2]],
    [2, -1, [2, 1, 3]],
    [99, 0, [1, 2, 3]],
  ])('moves step %i to place %i', (key, to, expected) => {
    expect(waits(withStepMoved(draftOf(THREE), key, to))).toEqual(expected)
  })

  it('gives every step a key of its own, also after others came and went', () => {
    const draft = withStepAdded(withoutStep(withStepAdded(draftOf(THREE)), 4))
    expect(new Set(draft.steps.map(({ key }) => key)).size).toBe(4)
    const replaced = withSteps(draft, [step(9)])
    expect(replaced.steps.every(({ key }) => key >= draft.nextKey)).toBe(true)
  })

  it('changes one step and leaves the others', () => {
    expect(waits(withStepChanged(draftOf(THREE), 2, { waitMs: 7 }))).toEqual([1, 7, 3])
  })

  it('takes a setting away that is undefined', () => {
    const draft = withSettings(draftOf(policyOf([], { silentAfterMs: 5 })), { silentAfterMs: undefined })
    expect('silentAfterMs' in policyOfDraft(draft)).toBe(false)
  })

  it('keeps what holds besides the steps when a preset replaces them', () => {
    const draft = withSteps(draftOf(policyOf([step(1)], { customerMessage: 'Hello' })), [step(2)])
    expect(policyOfDraft(draft)).toEqual(policyOf([step(2)], { customerMessage: 'Hello' }))
  })
})

describe('comparing policies', () => {
  it('does not mind the order of members', () => {
    const turned = Object.fromEntries(Object.entries(THREE).reverse()) as unknown as typeof THREE
    expect(samePolicy(THREE, turned)).toBe(true)
    expect(samePolicy(THREE, policyOf([step(1), step(3), step(2)]))).toBe(false)
  })

  it('knows a preset whatever team it was set to', () => {
    const teamOnly = (teamId: string) =>
      policyOf([{ ...step(0), target: { kind: 'team', teamId: teamId as never } }])
    const presets = [
      { key: 'pick', policy: policyOf([]) },
      { key: 'team-only', policy: teamOnly('') },
    ]
    expect(presetOf(teamOnly('a'), presets)?.key).toBe('team-only')
    expect(presetOf(policyOf([]), presets)?.key).toBe('pick')
    expect(presetOf(THREE, presets)).toBeUndefined()
  })
})

describe('issues', () => {
  const issue = (path: string, severity: 'error' | 'warning' = 'warning') =>
    ({ path, severity, code: 'x', message: 'm' }) as never

  it('go to the step that their path names, in either way of writing it', () => {
    const placed = placeIssues([issue('steps.1.target'), issue('policy.steps[0].waitMs'), issue('skills.0')])
    expect(placed.ofStep(1)).toHaveLength(1)
    expect(placed.ofStep(0)).toHaveLength(1)
    expect(placed.ofSetting('skills')).toHaveLength(1)
    expect(placed.rest).toHaveLength(0)
    expect(placed.hasErrors).toBe(false)
    expect(placeIssues([issue('steps', 'error')]).hasErrors).toBe(true)
    expect(placeIssues([issue('steps'), issue('onResolve')]).rest).toHaveLength(2)
  })

  it('know which part of a step they mean', () => {
    expect(placeOf(issue('steps.2.target.teamId'))).toEqual({ setting: 'steps', index: 2, part: 'target' })
    expect(placeOf(issue('policy.steps[0].waitMs'))).toEqual({ setting: 'steps', index: 0, part: 'waitMs' })
    expect(placeOf(issue('steps.1'))).toEqual({ setting: 'steps', index: 1 })
  })
})
