import type { AgentRecord } from '../store/agent-store.ts'
import type { Bus } from './bus.ts'
import { presentAgent } from './present-agent.ts'

/** What changed, beside what colleagues see. */
export interface AgentNews {
  /** Role, state or sessions changed: caches and sockets look again at once. */
  readonly access?: boolean
  /** The router may now decide otherwise. */
  readonly availability?: boolean
}

/** Tells screens, caches, sockets and the router that an agent changed. */
export function announceAgent(
  { bus, clock }: { readonly bus: Bus; readonly clock: () => number },
  agent: AgentRecord,
  { access = false, availability = false }: AgentNews,
): void {
  if (access) bus.signal({ kind: 'agent-access-changed', agentId: agent.id })
  if (availability) bus.signal({ kind: 'availability-changed', agentId: agent.id })
  bus.publish([{ type: 'agent.updated', agent: presentAgent(agent, clock()) }])
}
