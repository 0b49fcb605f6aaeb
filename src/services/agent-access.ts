import type { AgentId } from '../domain/ids.ts'
import { type ChannelScope, type Permission, permissionsOf } from '../domain/permissions.ts'
import type { AgentRecord, AgentStore } from '../store/agent-store.ts'
import type { Bus } from './bus.ts'
import type { ChannelDirectory } from './channel-directory.ts'

/** Agents as every request needs them, at most two seconds old and read again at once when access changes. */
export interface AgentAccess {
  get(id: AgentId): Promise<AgentRecord | undefined>
  /**
   * Which channels' conversations he may see.
   * @param permissions fewer than his role's when he comes by an API token
   */
  scopeOf(agent: Pick<AgentRecord, 'id' | 'role'>, permissions?: readonly Permission[]): Promise<ChannelScope>
}

const FRESH_MS = 2_000

/** Creates the cache; it forgets an agent on the signal `agent-access-changed`. */
export function createAgentAccess(deps: {
  readonly agents: AgentStore
  readonly directory: Pick<ChannelDirectory, 'visibleTo'>
  readonly bus: Bus
  readonly clock: () => number
}): AgentAccess {
  const { agents, directory, bus, clock } = deps
  const cache = new Map<
    AgentId,
    { readonly readAtMs: number; readonly read: Promise<AgentRecord | undefined> }
  >()
  bus.onSignal((signal) => {
    if (signal.kind === 'agent-access-changed') cache.delete(signal.agentId)
  })

  return {
    get(id) {
      const known = cache.get(id)
      if (known && clock() - known.readAtMs < FRESH_MS) return known.read
      const entry = { readAtMs: clock(), read: agents.get(id) }
      cache.set(id, entry)
      entry.read.catch(() => {
        if (cache.get(id) === entry) cache.delete(id)
      })
      return entry.read
    },
    async scopeOf(agent, permissions = permissionsOf(agent.role)) {
      if (permissions.includes('conversation.read-all')) return 'all'
      return directory.visibleTo(agent.id)
    },
  }
}
