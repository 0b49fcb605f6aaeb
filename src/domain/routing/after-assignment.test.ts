import { describe, expect, it } from 'vitest'
import { agentOf, conversationOf, NOW_MS, stepOf } from '../../../test/harness/routing-state.ts'
import { afterSilence, losesOwner, restartQueue, silentUntilMs } from './after-assignment.ts'
import { decideRouting } from './decide.ts'
import { policyOf } from './policy.ts'
import { EMPTY_RING } from './ring.ts'

const [ana, bo, cy] = ['ana', 'bo', 'cy'].map((id) => agentOf(id)) as [
  ReturnType<typeof agentOf>,
  ReturnType<typeof agentOf>,
  ReturnType<typeof agentOf>,
]

describe('an assignee who stays silent', () => {
  it('goes to the next agent, up to so many times, then to the next step with a notice, and in the end to nobody', () => {
    const everyone = stepOf({ strategy: 'least-open' })
    const last = stepOf({ target: { kind: 'fixed-agent', agentId: cy.id } })
    const policy = policyOf([everyone, last], { silentAfterMs: 60_000, silentMost: 2 })
    let conversation = conversationOf('x')
    const seen: string[] = []
    for (let minute = 0; minute < 5; minute += 1) {
      const nowMs = NOW_MS + minute * 60_000
      const trace = decideRouting(
        { conversation, agents: [ana, bo, cy], ring: EMPTY_RING },
        policy,
        nowMs,
        () => 0,
      )
      seen.push(trace.winner ?? trace.outcome)
      if (!trace.winner) break
      const { queue, escalated } = afterSilence(trace.queue, policy, trace.winner, nowMs + 60_000)
      if (escalated) seen.push('notice')
      conversation = conversationOf('x', { queue })
    }
    expect(seen).toEqual(['ana', 'bo', 'notice', 'cy', 'waiting'])
    expect(silentUntilMs(policy, NOW_MS)).toBe(NOW_MS + 60_000)
    expect(silentUntilMs(policyOf([]), NOW_MS)).toBeUndefined()
  })
})

describe('send back', () => {
  it('begins the policy afresh, keeps the age and excludes who sent it', () => {
    const queue = {
      step: 3,
      stepSinceMs: 5,
      enteredAtMs: 1,
      fromStep: 2,
      lapses: [{ agentId: bo.id, atMs: 3 }],
    }
    const restarted = restartQueue(queue, NOW_MS, ana.id)
    expect(restarted).toEqual({
      step: 0,
      stepSinceMs: NOW_MS,
      enteredAtMs: 1,
      lapses: [],
      sentBackBy: ['ana'],
    })
    expect(restartQueue(restarted, NOW_MS, bo.id).sentBackBy).toEqual(['ana', 'bo'])
    expect(restartQueue(restarted, NOW_MS, ana.id).sentBackBy).toEqual(['ana'])
    expect(restartQueue(undefined, NOW_MS)).toEqual({
      step: 0,
      stepSinceMs: NOW_MS,
      enteredAtMs: NOW_MS,
      lapses: [],
    })
  })
})

describe('an owner who goes offline', () => {
  const reroute = policyOf([], { ownerOffline: 're-route' })
  it.each([
    ['keeps it by default', policyOf([]), { availability: 'offline' }, false],
    ['keeps it while he is there', reroute, {}, false],
    ['keeps it while away', reroute, { availability: 'away' }, false],
    ['keeps it when push reaches him', reroute, { present: false, reachableByPush: true }, false],
    ['loses it when offline', reroute, { availability: 'offline' }, true],
    ['loses it when no device is left', reroute, { present: false }, true],
    ['loses it when deactivated', reroute, { active: false }, true],
  ] as const)('%s', (_name, policy, change, loses) => {
    expect(losesOwner(policy, agentOf('ana', change))).toBe(loses)
  })
})
