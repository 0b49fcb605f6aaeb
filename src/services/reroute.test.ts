import { describe, expect, it } from 'vitest'
import type { AgentId, ConversationId } from '../domain/ids.ts'
import type { RoutingAgent } from '../domain/routing/agent-state.ts'
import { policyOf } from '../domain/routing/policy.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import { type RerouteDeps, rerouteOfOffline, rerouteSilent } from './reroute.ts'

const ANA = 'ana' as AgentId
const policy = policyOf([], { silentAfterMs: 60_000, ownerOffline: 're-route' })

const owned = (id: string): StoredConversation =>
  ({
    id: id as ConversationId,
    status: 'open',
    assigneeId: ANA,
    silence: { afterMs: 60_000, dueAtMs: 0 },
    routing: { status: 'settled', sinceMs: 0 },
    tags: [],
    createdAtMs: 0,
    lastActivityAtMs: 0,
    version: 1,
  }) as unknown as StoredConversation

const ana = (change: Partial<RoutingAgent>): RoutingAgent => ({
  id: ANA,
  name: 'Ana',
  active: true,
  channels: 'all',
  availability: 'online',
  present: false,
  teamIds: [],
  skills: {},
  capacity: {},
  load: { messaging: 2 },
  recentLoad: {},
  ...change,
})

function depsOf(conversations: readonly StoredConversation[], agent = ana({})) {
  const routed: string[] = []
  const changes: [string, object][] = []
  const asked: AgentId[][] = []
  const deps = {
    conversations: {
      change: async (id: string, _: number, change: object) => {
        if (id === 'broken') throw new Error('broken')
        changes.push([id, change])
        return conversations.find((one) => one.id === id)
      },
    },
    messages: { recordInbound: async () => new Set() },
    routingQueue: {
      silent: async () => conversations,
      ownedBy: async (ids: AgentId[]) => {
        asked.push(ids)
        return conversations
      },
    },
    channels: async () => [{ id: 'channel', policy }],
    rules: async () => ({ settings: { presenceGraceMs: 0 }, categories: new Map(), teams: new Map() }),
    policyOf: async ({ id }: StoredConversation) => (id === 'orphan' ? undefined : policy),
    agents: async () => [agent],
    route: async (taken: readonly StoredConversation[]) => {
      routed.push(...taken.map(({ id }) => id))
      return { assigned: [], waiting: [] }
    },
    bus: { publish: () => undefined },
    orderClock: (atMs: number) => atMs,
    now: () => 1_000_000,
  } as unknown as RerouteDeps
  return { deps, routed, changes, asked }
}

describe('taking conversations back', () => {
  it('from silent assignees goes on behind one that fails, and tells of it', async () => {
    const { deps, routed } = depsOf(['broken', 'a', 'b'].map(owned))
    await expect(rerouteSilent(deps)).rejects.toThrow('broken')
    expect(routed).toEqual(['a', 'b'])
  })

  it('from owners who left goes on behind one that fails, and tells of it', async () => {
    const { deps, routed } = depsOf(['broken', 'a'].map(owned))
    await expect(rerouteOfOffline(deps)).rejects.toThrow('broken')
    expect(routed).toEqual(['a'])
  })

  it('no longer waits for an answer where the channel is gone, so that others have their turn', async () => {
    const { deps, routed, changes } = depsOf(['orphan', 'a'].map(owned))
    await rerouteSilent(deps)
    expect(changes[0]).toEqual(['orphan', { silence: null }])
    expect(routed).toEqual(['a'])
  })

  it('does not ask for those of owners whom a device reaches by push', async () => {
    const { deps, asked } = depsOf(['a'].map(owned), ana({ reachableByPush: true }))
    expect(await rerouteOfOffline(deps)).toBe(0)
    expect(asked).toEqual([])
  })
})
