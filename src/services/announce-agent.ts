import type { AgentView } from '../domain/views.ts'
import type { AgentRecord } from '../store/agent-store.ts'
import type { Bus } from './bus.ts'
import { type AgentViewDeps, presentAgent } from './present-agent.ts'

/** What changed, beside what colleagues see. */
export interface AgentNews {
  /** Role, state or sessions changed: caches and sockets look again at once. */
  readonly access?: boolean
  /** The router may now decide otherwise. */
  readonly availability?: boolean
}

/** Tells screens, caches, sockets and the router that an agent changed. */
export async function announceAgent(
  deps: Pick<AgentViewDeps, 'presence'> & { readonly bus: Bus },
  agent: AgentRecord,
  { access = false, availability = false }: AgentNews,
): Promise<AgentView> {
  if (access) deps.bus.signal({ kind: 'agent-access-changed', agentId: agent.id })
  if (availability) deps.bus.signal({ kind: 'availability-changed', agentId: agent.id })
  const view = await presentAgent(deps, agent)
  deps.bus.publish([{ type: 'agent.updated', agent: view }])
  return view
}
