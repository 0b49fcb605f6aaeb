import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  agentId,
  agentOf,
  chanceFrom,
  conversationOf,
  NOW_MS,
  stepOf,
} from '../../../test/harness/routing-state.ts'
import { PRIORITIES } from '../conversation.ts'
import type { RoutingAgent } from './agent-state.ts'
import { createEventQueue } from './event-queue.ts'
import { PICK_POLICY, policyOf } from './policy.ts'
import { type History, type PastConversation, simulate, simulateInSteps } from './simulate.ts'

const MINUTE = 60_000
const past = (id: string, minute: number, handling?: number, change = {}): PastConversation => ({
  conversation: conversationOf(id, change),
  arrivedAtMs: NOW_MS + minute * MINUTE,
  ...(handling === undefined ? {} : { handlingMs: handling * MINUTE }),
})
const historyOf = (
  agents: readonly RoutingAgent[],
  conversations: readonly PastConversation[],
  change: Partial<History> = {},
): History => ({ agents, conversations, changes: [], endsAtMs: NOW_MS + 600 * MINUTE, ...change })
const leastOpen = policyOf([stepOf({ strategy: 'least-open' })])
const limited = (id: string, total: number, change: Partial<RoutingAgent> = {}) =>
  agentOf(id, { capacity: { total }, ...change })

describe('a dry run', () => {
  it('hands on what waits when somebody becomes free, by priority and then by arrival', () => {
    const run = simulate(
      historyOf(
        [limited('a', 1)],
        [past('1', 0, 10), past('2', 1, 10), past('3', 2, 10), past('4', 3, 10, { priority: 'urgent' })],
      ),
      leastOpen,
      () => 0,
    )
    expect(run.assignments.map(({ waitMs }) => waitMs / MINUTE)).toEqual([0, 19, 28, 7])
    expect(run).toMatchObject({
      assigned: 4,
      unassigned: 0,
      maxWaitMs: 28 * MINUTE,
      medianWaitMs: 7 * MINUTE,
    })
    expect(run.perAgent).toEqual([{ agentId: 'a', name: 'A', assigned: 4, mostOpen: 1 }])
  })

  it('goes by the availability of the time', () => {
    const changes = [
      { atMs: NOW_MS + 5 * MINUTE, agentId: agentId('a'), change: { availability: 'online' } as const },
      { atMs: NOW_MS + 8 * MINUTE, agentId: agentId('a'), change: { availability: 'away' } as const },
    ]
    const run = simulate(
      historyOf([agentOf('a', { availability: 'away' })], [past('1', 0), past('2', 6), past('3', 9)], {
        changes,
      }),
      leastOpen,
      () => 0,
    )
    expect(run.assignments).toMatchObject([
      { agentId: 'a', waitMs: 5 * MINUTE },
      { agentId: 'a', waitMs: 0 },
      { outcome: 'waiting', waitMs: 591 * MINUTE },
    ])
    expect(run).toMatchObject({ assigned: 2, unassigned: 1 })
  })

  it('begins the next step when its time has come', () => {
    const policy = policyOf([
      stepOf({ target: { kind: 'fixed-agent', agentId: agentId('a') }, waitMs: 10 * MINUTE }),
      stepOf(),
    ])
    const run = simulate(
      historyOf([limited('a', 1), agentOf('b')], [past('1', 0, 60), past('2', 1)]),
      policy,
      () => 0,
    )
    expect(run.assignments).toMatchObject([
      { agentId: 'a', step: 0, waitMs: 0 },
      { agentId: 'b', step: 1, waitMs: 10 * MINUTE },
    ])
  })

  it('counts what is left to people, and copes with an empty history', () => {
    expect(simulate(historyOf([agentOf('a')], [past('1', 0)]), PICK_POLICY, () => 0)).toMatchObject({
      leftToPick: 1,
      assigned: 0,
      unassigned: 0,
    })
    expect(simulate(historyOf([], []), leastOpen, () => 0)).toMatchObject({ assigned: 0, spread: 0 })
  })

  it('compares two policies: turns spread the work, one agent alone does not', () => {
    const agents = ['a', 'b', 'c'].map((id) => agentOf(id))
    const all = Array.from({ length: 30 }, (_, index) => past(`${index}`, index, 5))
    expect(simulate(historyOf(agents, all), policyOf([stepOf()]), () => 0).spread).toBe(0)
    const alone = policyOf([stepOf({ target: { kind: 'fixed-agent', agentId: agentId('a') } })])
    expect(simulate(historyOf(agents, all), alone, () => 0).perAgent.map(({ assigned }) => assigned)).toEqual(
      [30, 0, 0],
    )
  })

  it('counts who could have had any, and got none, into the spread', () => {
    const agents = [agentOf('a'), agentOf('b'), agentOf('away', { availability: 'away' })]
    const all = [past('1', 0), past('2', 1)]
    const lots = simulate(historyOf(agents, all), policyOf([stepOf({ strategy: 'random' })]), () => 0)
    expect([lots.perAgent.map(({ assigned }) => assigned).sort(), lots.spread]).toEqual([[0, 0, 2], 2])
    const turns = simulate(historyOf(agents, all), policyOf([stepOf()]), () => 0)
    expect(turns.spread).toBe(0)
  })

  it('goes by the policy of each conversation where there are several, each with a ring of its own', () => {
    const agents = ['a', 'b'].map((id) => agentOf(id))
    const [turns, alone] = [
      policyOf([stepOf()]),
      policyOf([stepOf({ target: { kind: 'fixed-agent', agentId: agentId('b') } })]),
    ]
    const all = ['1', '2', '3', '4', '5', '6'].map((id, index) => past(id, index))
    const run = simulate(
      historyOf(agents, all),
      ({ id }) => (Number(id) % 2 ? turns : alone),
      () => 0,
    )
    expect(run.assignments.map((one) => one.agentId)).toEqual(['a', 'b', 'b', 'b', 'a', 'b'])
  })

  it('hands back control again and again, and comes to the same', () => {
    const history = historyOf([limited('a', 1)], [past('1', 0), past('2', 1), past('3', 2)])
    const steps = simulateInSteps(history, leastOpen, () => 0)
    let pauses = 0
    let step = steps.next()
    for (; !step.done; step = steps.next()) pauses += 1
    expect(pauses).toBeGreaterThan(5)
    expect(step.value).toEqual(simulate(history, leastOpen, () => 0))
  })

  it('never passes a limit, loses none, and lets nobody of a kind overtake', () => {
    const conversations = fc.array(
      fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 30 }), fc.constantFrom(...PRIORITIES)),
      {
        maxLength: 40,
      },
    )
    fc.assert(
      fc.property(conversations, fc.integer({ min: 1, max: 3 }), fc.nat(), (rows, total, seed) => {
        const all = rows.map(([minute, handling, priority], index) =>
          past(String(index).padStart(3, '0'), minute, handling, { priority }),
        )
        const history = historyOf([limited('a', total), limited('b', 1)], all, {
          endsAtMs: NOW_MS + 90 * MINUTE,
        })
        const run = simulate(history, leastOpen, chanceFrom(seed))
        expect(run.assigned + run.unassigned).toBe(all.length)
        expect(run.perAgent[0]?.mostOpen).toBeLessThanOrEqual(total)
        expect(run.perAgent[1]?.mostOpen).toBeLessThanOrEqual(1)
        for (const [index, one] of all.entries()) {
          for (const [place, other] of all.entries()) {
            if (one.conversation.priority !== other.conversation.priority) continue
            if (one.arrivedAtMs >= other.arrivedAtMs || run.assignments[place]?.agentId === undefined)
              continue
            expect(run.assignments[index]?.agentId).toBeDefined()
            const assignedAt = (at: number) =>
              (all[at]?.arrivedAtMs ?? 0) + (run.assignments[at]?.waitMs ?? 0)
            expect(assignedAt(index)).toBeLessThanOrEqual(assignedAt(place))
          }
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('the queue of events', () => {
  it('hands out by instant, and in the order of adding within one', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 60 }), (instants) => {
        const queue = createEventQueue<{ atMs: number; order: number }>()
        for (const [order, atMs] of instants.entries()) queue.add({ atMs, order })
        const expected = instants
          .map((atMs, order) => ({ atMs, order }))
          .sort((one, other) => one.atMs - other.atMs)
        const taken = expected.map(() => queue.take())
        expect(taken).toEqual(expected)
        expect(queue.take()).toBeUndefined()
        expect(queue.nextAtMs()).toBeUndefined()
      }),
    )
  })
})
