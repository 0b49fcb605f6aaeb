import { describe, expect, it } from 'vitest'
import {
  agentOf,
  conversationOf,
  NOW_MS,
  neverAsked,
  stepOf,
  teamId,
} from '../../../test/harness/routing-state.ts'
import type { RoutingConversation } from './agent-state.ts'
import { createRoutingBatch } from './batch.ts'
import { policyOf } from './policy.ts'
import { EMPTY_RING, openRing } from './ring.ts'

const policy = policyOf([stepOf({ strategy: 'least-open' })])
const queue = { step: 0, stepSinceMs: NOW_MS, enteredAtMs: NOW_MS, lapses: [] }
const full = agentOf('ana', { capacity: { total: 1 }, load: { email: 1 } })

/** A batch that decides at one instant, as the live router does. */
function open(...agents: Parameters<typeof createRoutingBatch>[0]) {
  const batch = createRoutingBatch(agents)
  const ring = openRing(EMPTY_RING)
  const winnerOf = (change: Partial<RoutingConversation> = {}, used = policy) =>
    batch.decide(conversationOf('x', change), used, ring, NOW_MS, neverAsked).winner
  return { batch, ring, winnerOf }
}

describe('a batch', () => {
  it('finds who was freed within the same instant', () => {
    const { batch, winnerOf } = open(full)
    expect(winnerOf()).toBeUndefined()
    batch.release(full.id, 'email')
    expect(winnerOf()).toBe('ana')
  })

  it('finds who was changed, or came, within the same instant', () => {
    const { batch, winnerOf } = open(full)
    expect(winnerOf()).toBeUndefined()
    batch.setAgent({ ...full, capacity: {} })
    expect(winnerOf()).toBe('ana')
    batch.setAgent(full)
    expect(winnerOf()).toBeUndefined()
    batch.setAgent(agentOf('bo'))
    expect(winnerOf()).toBe('bo')
  })

  it('knows the members of a team anew when somebody joins it', () => {
    const target = {
      kind: 'agents-and-teams' as const,
      agentIds: [],
      teamIds: [teamId('t')],
      primaryTeamOnly: false,
    }
    const ofTeam = policyOf([stepOf({ target })])
    const { batch, winnerOf } = open(agentOf('ana'))
    expect(winnerOf({}, ofTeam)).toBeUndefined()
    batch.setAgent(agentOf('ana', { teamIds: [teamId('t')] }))
    expect(winnerOf({}, ofTeam)).toBe('ana')
  })

  it.each([
    ['let it lapse', { queue: { ...queue, lapses: [{ agentId: full.id, atMs: 1 }] } }],
    ['sent it back', { queue: { ...queue, sentBackBy: [full.id] } }],
    ['may not have its channel', { channelId: 'c9' as RoutingConversation['channelId'] }],
    ['lacks what it asks for', { requirements: [{ skill: 's', level: 1, mode: 'require' as const }] }],
    ['has no room for its kind', { workType: 'calling' as const }],
    ['is not of its team', { teamId: teamId('t'), teamByHand: true }],
  ])('refuses others nothing because of one whom the agent %s', (_name, change) => {
    const only = agentOf('ana', {
      channels: new Set([conversationOf('x').channelId]),
      capacity: { perWorkType: { calling: 0 } },
    })
    const { winnerOf } = open(only)
    expect(winnerOf(change)).toBeUndefined()
    expect(winnerOf()).toBe('ana')
  })

  it('grows the load only when a trace takes effect, and leaves what it was given alone', () => {
    const one = agentOf('ana', { capacity: { total: 1 } })
    const { batch, ring, winnerOf } = open(one)
    expect([winnerOf(), winnerOf()]).toEqual(['ana', 'ana'])
    const conversation = conversationOf('x')
    batch.apply(conversation, batch.decide(conversation, policy, ring, NOW_MS, neverAsked), ring)
    expect(winnerOf()).toBeUndefined()
    expect(batch.agent(one.id)?.load.messaging).toBe(1)
    expect(one.load).toEqual({})
  })
})
