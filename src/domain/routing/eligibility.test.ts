import { describe, expect, it } from 'vitest'
import {
  agentId,
  agentOf,
  channelId,
  conversationOf,
  NOW_MS,
  stepOf,
  teamId,
} from '../../../test/harness/routing-state.ts'
import type { RoutingAgent, RoutingConversation } from './agent-state.ts'
import { demandsOf, describeExclusion, isInTarget, memberExclusion } from './eligibility.ts'
import { type AssignmentPolicy, type AssignmentStep, policyOf, type SkillRequirement } from './policy.ts'
import type { Exclusion } from './trace.ts'

interface Case {
  readonly agent?: Partial<RoutingAgent>
  readonly conversation?: Partial<RoutingConversation>
  readonly step?: Partial<AssignmentStep>
  readonly policy?: Partial<AssignmentPolicy>
}

/** What a step finds out of one agent. */
function excluded(given: Case): Exclusion | undefined {
  const agent = agentOf('ana', given.agent)
  const step = stepOf(given.step)
  const conversation = conversationOf('x', given.conversation)
  if (!isInTarget(agent, step.target, conversation)) return { excluded: 'not-in-step' }
  const demands = demandsOf(conversation, policyOf([step], given.policy), NOW_MS)
  const reason = memberExclusion(agent, step.availableOnly, demands, NOW_MS)
  return reason && describeExclusion(reason, agent, demands, NOW_MS)
}

const queue = { step: 0, stepSinceMs: NOW_MS, enteredAtMs: NOW_MS - 600_000, lapses: [] }
const spanish: SkillRequirement = { skill: 'language:es', level: 3, mode: 'require' }
const closed = { within: false, closedBy: 'out-of-hours', untilMs: NOW_MS + 5 } as const
const inTeams = (change: object) => ({
  target: {
    kind: 'agents-and-teams' as const,
    agentIds: [],
    teamIds: [teamId('t1')],
    primaryTeamOnly: false,
    ...change,
  },
})

describe('who is excluded, and why', () => {
  it.each<[string, Case, object]>([
    [
      'a step names others',
      { step: { target: { kind: 'fixed-agent', agentId: agentId('bo') } } },
      { excluded: 'not-in-step' },
    ],
    [
      'not in the team',
      { step: inTeams({}), agent: { teamIds: [teamId('t2')] } },
      { excluded: 'not-in-step' },
    ],
    [
      'the team is not the primary one',
      {
        step: inTeams({ primaryTeamOnly: true }),
        agent: { teamIds: [teamId('t1')], primaryTeamId: teamId('t2') },
      },
      { excluded: 'not-in-step' },
    ],
    [
      'somebody else owns the contact',
      { step: { target: { kind: 'contact-owner' } }, conversation: { contactOwnerId: agentId('bo') } },
      { excluded: 'not-in-step' },
    ],
    ['nobody was last', { step: { target: { kind: 'last-agent' } } }, { excluded: 'not-in-step' }],
    [
      'a person chose another team',
      { conversation: { teamId: teamId('t9'), teamByHand: true } },
      { excluded: 'not-in-team' },
    ],
    ['deactivated', { agent: { active: false } }, { excluded: 'deactivated' }],
    [
      'no access to the channel',
      { agent: { channels: new Set([channelId('c2')]) } },
      { excluded: 'no-channel-access' },
    ],
    [
      'sent it back',
      { conversation: { queue: { ...queue, sentBackBy: [agentId('ana')] } } },
      { excluded: 'sent-it-back' },
    ],
    [
      'let it lapse',
      { conversation: { queue: { ...queue, lapses: [{ agentId: agentId('ana'), atMs: 7 }] } } },
      { excluded: 'let-it-lapse', sinceMs: 7 },
    ],
    [
      'offline since he said so',
      { agent: { availability: 'offline', availabilitySinceMs: 5, seenAtMs: 9 } },
      { excluded: 'offline', sinceMs: 5 },
    ],
    [
      'offline since he was seen',
      { agent: { availability: 'offline', seenAtMs: 9 } },
      { excluded: 'offline', sinceMs: 9 },
    ],
    ['away', { agent: { availability: 'away', availabilitySinceMs: 5 } }, { excluded: 'away', sinceMs: 5 }],
    ['no device', { agent: { present: false, seenAtMs: 9 } }, { excluded: 'not-connected', sinceMs: 9 }],
    ['out of hours', { agent: { hours: closed } }, { excluded: 'out-of-hours', untilMs: NOW_MS + 5 }],
    [
      'time off',
      { agent: { hours: { ...closed, closedBy: 'time-off' } } },
      { excluded: 'time-off', untilMs: NOW_MS + 5 },
    ],
    [
      'a holiday',
      { agent: { hours: { ...closed, closedBy: 'holiday' } } },
      { excluded: 'holiday', untilMs: NOW_MS + 5 },
    ],
    [
      'a skill is missing',
      { policy: { skills: [spanish] } },
      { excluded: 'missing-skill', skill: 'language:es', level: 3 },
    ],
    [
      'a skill is too low',
      { policy: { skills: [spanish] }, agent: { skills: { 'language:es': 2 } } },
      { excluded: 'missing-skill', level: 3 },
    ],
    [
      'the language is missing',
      { policy: { requireLanguage: {} }, conversation: { language: 'es' } },
      { excluded: 'missing-skill', skill: 'language:es', level: 1 },
    ],
    [
      'a tag asks for a skill',
      { conversation: { requirements: [spanish] } },
      { excluded: 'missing-skill', skill: 'language:es' },
    ],
    [
      'at the total',
      { agent: { capacity: { total: 4 }, load: { messaging: 1, email: 3 } } },
      { excluded: 'at-capacity', load: 4, limit: 4 },
    ],
    [
      'at the limit of the work type',
      { agent: { capacity: { total: 9, perWorkType: { messaging: 2 } }, load: { messaging: 2 } } },
      { excluded: 'at-capacity', load: 2, limit: 2, workType: 'messaging' },
    ],
    [
      'beyond the limit by hand',
      { agent: { capacity: { total: 1 }, load: { email: 3 } } },
      { excluded: 'at-capacity', load: 3, limit: 1 },
    ],
    [
      'a capacity of nothing',
      { agent: { capacity: { total: 0 } } },
      { excluded: 'at-capacity', load: 0, limit: 0 },
    ],
    [
      'at the fair cap',
      {
        agent: {
          fairCap: { most: 2, windowMs: 1_000 },
          recentAssignmentsAtMs: [NOW_MS - 2_000, NOW_MS - 900, NOW_MS - 100],
        },
      },
      { excluded: 'fair-cap', load: 2, limit: 2, untilMs: NOW_MS + 100 },
    ],
  ])('%s', (_name, given, reason) => {
    expect(excluded(given)).toMatchObject(reason)
  })

  it.each<[string, Case]>([
    ['everything is well', {}],
    ['in the team', { step: inTeams({}), agent: { teamIds: [teamId('t1')] } }],
    [
      'in the primary team',
      {
        step: inTeams({ primaryTeamOnly: true }),
        agent: { teamIds: [teamId('t1')], primaryTeamId: teamId('t1') },
      },
    ],
    ['named beside the team', { step: inTeams({ agentIds: [agentId('ana')], primaryTeamOnly: true }) }],
    [
      'owns the contact',
      { step: { target: { kind: 'contact-owner' } }, conversation: { contactOwnerId: agentId('ana') } },
    ],
    ['was last', { step: { target: { kind: 'last-agent' } }, conversation: { lastAgentId: agentId('ana') } }],
    [
      'in the team a person chose',
      { conversation: { teamId: teamId('t1'), teamByHand: true }, agent: { teamIds: [teamId('t1')] } },
    ],
    ['the team was set by the router', { conversation: { teamId: teamId('t1') } }],
    [
      'offline, and the step does not ask',
      { step: { availableOnly: false }, agent: { availability: 'offline', present: false, hours: closed } },
    ],
    ['reachable by push', { agent: { present: false, reachableByPush: true } }],
    ['said online out of hours', { agent: { hours: closed, onlineOutOfHours: true } }],
    ['within hours', { agent: { hours: { within: true } } }],
    ['full of other work', { agent: { capacity: { perWorkType: { email: 1 } }, load: { email: 1 } } }],
    ['has the skill', { policy: { skills: [spanish] }, agent: { skills: { 'language:es': 3 } } }],
    ['the skill is only preferred', { policy: { skills: [{ ...spanish, mode: 'prefer' }] } }],
    [
      'the requirement has relaxed',
      { policy: { skills: [{ ...spanish, relaxAfterMs: 600_000 }] }, conversation: { queue } },
    ],
    ['the language was not recognised', { policy: { requireLanguage: {} } }],
    [
      'the window of the fair cap moved on',
      { agent: { fairCap: { most: 1, windowMs: 1_000 }, recentAssignmentsAtMs: [NOW_MS - 1_000] } },
    ],
  ])('nobody: %s', (_name, given) => {
    expect(excluded(given)).toBeUndefined()
  })

  it('asks for capacity also of those who need not be available', () => {
    const full = { capacity: { total: 1 }, load: { email: 1 } }
    expect(excluded({ step: { availableOnly: false }, agent: full })).toMatchObject({
      excluded: 'at-capacity',
    })
  })

  it('does not take a property of every object for a skill', () => {
    const odd: SkillRequirement = { skill: 'constructor', level: 1, mode: 'require' }
    expect(excluded({ policy: { skills: [odd] } })).toMatchObject({ excluded: 'missing-skill' })
  })
})
