import { describe, expect, it, vi } from 'vitest'
import type { AgentId, ChannelId, ContactId, ConversationId, RoutingDecisionId } from '../domain/ids.ts'
import type { RoutingAgent } from '../domain/routing/agent-state.ts'
import { totalLoad } from '../domain/routing/eligibility.ts'
import { policyOf, type RoutingStrategy } from '../domain/routing/policy.ts'
import { EMPTY_RING, type RoutingRing } from '../domain/routing/ring.ts'
import type { Reservation } from '../store/agent-load-store.ts'
import type { GivenTurn } from '../store/routing-ring-store.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import { type DecideDeps, decideInTurn, type Wanted } from './decide-in-turn.ts'
import { routingView } from './routing-view.ts'

const agentOf = (id: string, change: Partial<RoutingAgent> = {}): RoutingAgent => ({
  id: id as AgentId,
  name: id,
  active: true,
  channels: 'all',
  availability: 'online',
  present: true,
  teamIds: [],
  skills: {},
  capacity: {},
  load: {},
  recentLoad: {},
  ...change,
})

const everybody = (strategy: RoutingStrategy) =>
  policyOf([
    {
      target: { kind: 'agents-and-teams', agentIds: 'all', teamIds: [], primaryTeamOnly: false },
      strategy,
      availableOnly: true,
      waitMs: 0,
    },
  ])

function wantedOf(id: string, strategy: RoutingStrategy = 'round-robin', change = {}): Wanted {
  const conversation = {
    id: id as ConversationId,
    channelId: 'channel' as ChannelId,
    contactId: 'contact' as ContactId,
    status: 'open',
    workType: 'messaging',
    priority: 'normal',
    tags: [],
    createdAtMs: 0,
    routing: { status: 'pending', sinceMs: 0 },
    ...change,
  } as unknown as StoredConversation
  const inForce = { scope: 'channel', policy: everybody(strategy), requirements: [] }
  return {
    conversation,
    inForce,
    view: routingView(conversation, inForce, { lastAgents: new Map(), owners: new Map() }, new Set()),
  }
}

/** A database of one process: agents whose capacity can be taken, and one ring. */
function worldOf(...agents: RoutingAgent[]) {
  const state = {
    agents: new Map(agents.map((agent) => [agent.id, agent])),
    ring: EMPTY_RING as RoutingRing,
    open: new Set<string>(),
    busy: new Map<ConversationId, string>(),
    returned: [] as GivenTurn[],
    broken: [] as string[],
    /** Runs between a decision and what is taken on it. */
    meanwhile: (): void => undefined,
  }
  let ids = 0
  const grow = ({ agentId, counts }: Pick<Reservation, 'agentId' | 'counts'>, by: 1 | -1): void => {
    const agent = state.agents.get(agentId)
    if (!agent) return
    const messaging = (agent.load.messaging ?? 0) + by * (counts.messaging ?? 0)
    state.agents.set(agentId, { ...agent, load: { messaging } })
  }
  const deps: DecideDeps = {
    agents: async () => [...state.agents.values()],
    loads: {
      reserve: async (wanted) => {
        const held = wanted.filter(({ agentId, counts, onlineOnly }) => {
          const agent = state.agents.get(agentId)
          if (!agent || (onlineOnly && agent.availability !== 'online')) return false
          const { total = Number.POSITIVE_INFINITY } = agent.capacity
          return totalLoad(agent.load) + totalLoad(counts) <= total
        })
        for (const one of held) grow(one, 1)
        return new Set(held.map(({ agentId }) => agentId))
      },
      release: async (returned) => {
        for (const one of returned) grow(one, -1)
      },
    },
    rings: {
      read: async (scopes) => new Map(scopes.map((scope) => [scope, { ...state.ring, busy: state.busy }])),
      advance: async (_, before, { run, turns }) => {
        state.meanwhile()
        if (state.ring.turn !== before.turn) return false
        const served = Object.fromEntries(turns.map(({ agentId, turn }) => [agentId, turn]))
        state.ring = { turn: turns.at(-1)?.turn ?? 0, served: { ...state.ring.served, ...served } }
        state.open.add(run)
        return true
      },
      giveBack: async (_, turns, lost) => {
        state.returned.push(...turns.filter(({ decisionId }) => lost.has(decisionId)))
      },
      close: async (_, run) => {
        state.open.delete(run)
      },
    },
    routing: { newDecisionId: () => `decision-${++ids}` as RoutingDecisionId },
    onBroken: (id) => void state.broken.push(id),
    now: () => 1_000,
    random: () => 0,
  }
  return { state, deps }
}

const winners = (decided: readonly { readonly trace: { readonly winner?: AgentId } }[]) =>
  decided.map(({ trace }) => trace.winner)

describe('a run', () => {
  it('that took long looks at its winners again, and decides anew what those who left would have got', async () => {
    const { state, deps } = worldOf(agentOf('a'), agentOf('b'))
    let elapsedMs = 0
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => elapsedMs)
    state.meanwhile = () => {
      elapsedMs += 1_000
      state.agents.set('a' as AgentId, { ...agentOf('a'), present: false })
    }
    const run = await decideInTurn([wantedOf('1'), wantedOf('2'), wantedOf('3')], deps)
    clock.mockRestore()
    expect(winners(run.decided)).toEqual(['b', 'b', 'b'])
    expect(run.decided.map(({ conversation }) => conversation.id).sort()).toEqual(['1', '2', '3'])
    expect([...state.agents.values()].map(({ load }) => load.messaging ?? 0)).toEqual([0, 3])
    expect(state.returned.map(({ agentId }) => agentId)).toEqual(['a', 'a'])
  })

  it('decides in order, takes the capacity, moves the ring and closes it', async () => {
    const { state, deps } = worldOf(agentOf('a'), agentOf('b'))
    const run = await decideInTurn([wantedOf('1'), wantedOf('2'), wantedOf('3')], deps)
    expect(winners(run.decided)).toEqual(['a', 'b', 'a'])
    expect([...state.agents.values()].map(({ load }) => load.messaging)).toEqual([2, 1])
    expect(state.ring).toEqual({ turn: 3, served: { a: 3, b: 2 } })
    expect(state.open.size).toBe(1)
    await run.close(new Set())
    expect(state.open.size).toBe(0)
  })

  it('begins anew when another node moves the ring meanwhile, and takes no capacity twice', async () => {
    const { state, deps } = worldOf(agentOf('a'), agentOf('b'))
    let others = 1
    state.meanwhile = () => {
      if (others-- > 0) state.ring = { turn: 1, served: { a: 1 } }
    }
    const run = await decideInTurn([wantedOf('1')], deps)
    expect(winners(run.decided)).toEqual(['b'])
    expect([...state.agents.values()].map(({ load }) => load.messaging ?? 0)).toEqual([0, 1])
    expect(state.ring.turn).toBe(2)
  })

  it('gives to others what an agent cannot take any more, and gives his turns back', async () => {
    const { state, deps } = worldOf(agentOf('a', { capacity: { total: 2 } }), agentOf('b'))
    let others = 1
    state.meanwhile = () => {
      if (others-- > 0) {
        const a = agentOf('a', { capacity: { total: 2 }, load: { messaging: 1 } })
        state.agents.set(a.id, a)
      }
    }
    const run = await decideInTurn(
      ['1', '2', '3', '4'].map((id) => wantedOf(id)),
      deps,
    )
    const got = winners(run.decided)
    expect(got.filter((id) => id === 'a')).toHaveLength(1)
    expect(got.filter((id) => id === 'b')).toHaveLength(3)
    expect(state.agents.get('a' as AgentId)?.load.messaging).toBe(2)
    expect(state.returned.map(({ agentId }) => agentId)).toEqual(['a', 'a'])
  })

  it('by turns leaves to another run what that run is deciding, and what it has given away', async () => {
    const { state, deps } = worldOf(agentOf('a'), agentOf('b'))
    state.busy.set('1' as ConversationId, 'another run')
    const waiting = async (ids: readonly ConversationId[]) => new Set(ids.filter((id) => id !== '2'))
    const run = await decideInTurn(
      ['1', '2', '3'].map((id) => wantedOf(id)),
      deps,
      waiting,
    )
    expect(run.decided.map(({ conversation }) => conversation.id)).toEqual(['3'])
    expect(state.ring.turn).toBe(1)
    const free = await decideInTurn([wantedOf('1', 'least-open')], deps, waiting)
    expect(free.decided).toHaveLength(1)
  })

  it('does not wait for itself when it decides again', async () => {
    const { state, deps } = worldOf(agentOf('a', { capacity: { total: 1 } }), agentOf('b'))
    const advance = deps.rings.advance
    const noting: typeof advance = async (scope, before, run, nowMs) => {
      const moved = await advance(scope, before, run, nowMs)
      if (moved) for (const { conversationId } of run.turns) state.busy.set(conversationId, run.run)
      return moved
    }
    state.meanwhile = () =>
      void state.agents.set('a' as AgentId, agentOf('a', { capacity: { total: 1 }, load: { messaging: 1 } }))
    const run = await decideInTurn(
      [wantedOf('1')],
      { ...deps, rings: { ...deps.rings, advance: noting } },
      async (ids) => new Set(ids),
    )
    expect(winners(run.decided)).toEqual(['b'])
  })

  it('tells of a conversation that cannot be decided, and decides the others', async () => {
    const { state, deps } = worldOf(agentOf('a'), agentOf('b'))
    const good = wantedOf('1')
    const two = wantedOf('2')
    const queue = { step: 0, stepSinceMs: 0, enteredAtMs: 0 } as never
    const broken = { ...two, view: { ...two.view, queue } }
    const run = await decideInTurn([good, broken, wantedOf('3')], deps)
    expect(run.decided.map(({ conversation }) => conversation.id)).toEqual(['1', '3'])
    expect(winners(run.decided)).toEqual(['a', 'b'])
    expect(state.broken).toEqual(['2'])
  })

  it('sees an agent go away before his capacity is taken', async () => {
    const { state, deps } = worldOf(agentOf('a'))
    state.meanwhile = () => state.agents.set('a' as AgentId, agentOf('a', { availability: 'away' }))
    const run = await decideInTurn([wantedOf('1')], deps)
    expect(run.decided[0]?.trace).toMatchObject({ outcome: 'waiting', candidates: [{ excluded: 'away' }] })
    expect(run.decided).toHaveLength(1)
  })

  it('comes to an end when the capacity that is read can never be taken', async () => {
    const { deps } = worldOf(agentOf('a'))
    const refusing = { ...deps, loads: { ...deps.loads, reserve: async () => new Set<AgentId>() } }
    const run = await decideInTurn([wantedOf('1', 'least-open')], refusing)
    expect(run.decided[0]?.trace.outcome).toBe('waiting')
  })

  it('gives back what claims did not use', async () => {
    const { state, deps } = worldOf(agentOf('a'), agentOf('b'))
    const run = await decideInTurn([wantedOf('1'), wantedOf('2')], deps)
    const lost = run.decided[1]?.decisionId as RoutingDecisionId
    await run.close(new Set([lost]))
    expect([...state.agents.values()].map(({ load }) => load.messaging)).toEqual([1, 0])
    expect(state.returned.map(({ agentId }) => agentId)).toEqual(['b'])
  })

  it('offers what opened again to whoever had it, and to him only while he is available', async () => {
    const change = { lastAgentId: 'b', routing: { status: 'pending', sinceMs: 0, returning: true } }
    const there = worldOf(agentOf('a'), agentOf('b'))
    const back = await decideInTurn([wantedOf('1', 'round-robin', change)], there.deps)
    expect(back.decided[0]).toMatchObject({ isReturn: true, trace: { winner: 'b' } })
    expect(there.state.ring.turn).toBe(0)
    const gone = worldOf(agentOf('a'), agentOf('b', { availability: 'away' }))
    const other = await decideInTurn([wantedOf('1', 'round-robin', change)], gone.deps)
    expect(other.decided[0]).toMatchObject({ isReturn: false, trace: { winner: 'a' } })
  })
})
