import type { AgentId } from '../domain/ids.ts'
import type { RoutingAgent } from '../domain/routing/agent-state.ts'
import { unavailability } from '../domain/routing/eligibility.ts'
import type { AvailabilityLogStore, AvailabilityNote } from '../store/availability-log-store.ts'

export interface LogAvailabilityDeps {
  readonly agents: () => Promise<readonly RoutingAgent[]>
  readonly availabilityLog: Pick<AvailabilityLogStore, 'record' | 'standingAt'>
  readonly now: () => number
  /** Whose turn it is to keep the log: it changes whenever another node may have kept it meanwhile. */
  readonly term: () => number | undefined
}

/** Notes who became available, or no longer is, since it was last asked; a dry run reads it. */
export function logAvailability(deps: LogAvailabilityDeps): () => Promise<void> {
  let known: Map<AgentId, string> | undefined
  let knownIn: number | undefined
  return async () => {
    const nowMs = deps.now()
    const agents = await deps.agents()
    const ids = agents.map(({ id }) => id)
    if (deps.term() !== knownIn) known = undefined
    knownIn = deps.term()
    known ??= new Map(
      (await deps.availabilityLog.standingAt(nowMs, ids)).map((note) => [note.agentId, note.why ?? '']),
    )
    const changes = agents.flatMap((agent): AvailabilityNote[] => {
      const why = agent.active ? unavailability(agent) : 'deactivated'
      if (known?.get(agent.id) === (why ?? '')) return []
      return [{ agentId: agent.id, atMs: nowMs, available: why === undefined, ...(why ? { why } : {}) }]
    })
    await deps.availabilityLog.record(changes)
    for (const { agentId, why = '' } of changes) known.set(agentId, why)
  }
}
