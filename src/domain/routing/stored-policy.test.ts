import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AgentId, TeamId } from '../ids.ts'
import { LONGEST_STEP_WAIT_MS, PICK_POLICY, policyOf } from './policy.ts'
import { readStoredPolicy, readStoredSkills } from './stored-policy.ts'

describe('a stored policy', () => {
  it('of the first shape reads as the one of today', () => {
    const step = { strategy: 'round-robin', availableOnly: true } as const
    const stored = {
      steps: [
        { target: { kind: 'agents', agentIds: 'all' }, ...step },
        { target: { kind: 'agents', agentIds: ['a', 'b'] }, ...step, availableOnly: false },
        { target: { kind: 'none' }, strategy: 'pick', availableOnly: true },
      ],
    }
    const teams = { teamIds: [], primaryTeamOnly: false }
    expect(readStoredPolicy(stored)).toEqual(
      policyOf([
        { target: { kind: 'agents-and-teams', agentIds: 'all', ...teams }, ...step, waitMs: 0 },
        {
          target: { kind: 'agents-and-teams', agentIds: ['a', 'b'] as AgentId[], ...teams },
          strategy: 'round-robin',
          availableOnly: false,
          waitMs: 0,
        },
        { target: { kind: 'none' }, strategy: 'pick', availableOnly: true, waitMs: 0 },
      ]),
    )
  })

  it('of today reads as it was written', () => {
    const policy = policyOf(
      [
        { target: { kind: 'contact-owner' }, strategy: 'random', availableOnly: true, waitMs: 60_000 },
        { target: { kind: 'last-agent' }, strategy: 'least-open', availableOnly: true, waitMs: 0 },
        {
          target: { kind: 'fixed-agent', agentId: 'a' as AgentId },
          strategy: 'round-robin',
          availableOnly: false,
          waitMs: LONGEST_STEP_WAIT_MS,
        },
        {
          target: { kind: 'team', teamId: 't' as TeamId },
          strategy: 'load-balanced',
          availableOnly: true,
          waitMs: 0,
        },
      ],
      {
        ownerOffline: 're-route',
        onUnassign: 'wait',
        silentAfterMs: 300_000,
        silentMost: 2,
        onResolve: 'drop-assignee',
        onReopen: 're-route',
        newConversationAfterMs: 86_400_000,
        rerouteOnCategoryChange: true,
        skills: [{ skill: 'Billing', level: 3, mode: 'prefer', relaxAfterMs: 60_000 }],
        requireLanguage: { relaxAfterMs: 60_000 },
        customerMessage: 'Hello from {{agent}}',
        showQueuePlace: true,
      },
    )
    expect(readStoredPolicy(JSON.parse(JSON.stringify(policy)))).toEqual(policy)
  })

  it('with what no build knows gives nothing away by itself', () => {
    const [step] = readStoredPolicy({
      steps: [{ target: { kind: 'assistant' }, strategy: 'clairvoyant', waitMs: 1e12 }],
    }).steps
    expect(step).toEqual({
      target: { kind: 'none' },
      strategy: 'pick',
      availableOnly: true,
      waitMs: LONGEST_STEP_WAIT_MS,
    })
    expect(readStoredPolicy(undefined)).toEqual(PICK_POLICY)
    expect(readStoredSkills([{ skill: 'x', level: 9 }, { skill: 'y' }, 7])).toEqual([
      { skill: 'x', level: 5, mode: 'require' },
    ])
  })

  it('never throws, and read twice is the same', () => {
    fc.assert(
      fc.property(fc.anything(), fc.array(fc.anything()), (junk, steps) => {
        readStoredPolicy(junk)
        const once = readStoredPolicy({ steps, skills: steps, requireLanguage: junk, silentMost: junk })
        expect(readStoredPolicy(once)).toEqual(once)
      }),
    )
  })
})
