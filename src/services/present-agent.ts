import type { AgentId } from '../domain/ids.ts'
import { permissionsOf } from '../domain/permissions.ts'
import type { AgentView, ProfileView } from '../domain/views.ts'
import type { AgentRecord, AgentStore } from '../store/agent-store.ts'
import type { PresenceStore } from '../store/presence.ts'
import { instant } from './present.ts'

/** Where it is on record who is connected. */
export interface AgentViewDeps {
  readonly agents: AgentStore
  readonly presence: Pick<PresenceStore, 'presentAgents' | 'lastSeen'>
}

/** Colleagues as every agent may see them. */
export async function presentAgents(
  { presence }: Pick<AgentViewDeps, 'presence'>,
  agents: readonly AgentRecord[],
): Promise<readonly AgentView[]> {
  const ids = agents.map((agent) => agent.id)
  const [present, lastSeen] = await Promise.all([presence.presentAgents(ids), presence.lastSeen(ids)])
  return agents.map(
    ({ id, name, email, role, state, availability, pushReachableUntilMs: untilMs, version }) => {
      const seenAt = lastSeen.get(id)?.toISOString()
      const seen = seenAt === undefined ? {} : { seenAt }
      const push = untilMs === undefined ? {} : { pushReachableUntil: instant(untilMs) }
      return {
        id,
        name,
        email,
        role,
        state,
        availability,
        present: present.has(id),
        ...seen,
        ...push,
        version,
      }
    },
  )
}

/** One colleague. */
export async function presentAgent(
  deps: Pick<AgentViewDeps, 'presence'>,
  agent: AgentRecord,
): Promise<AgentView> {
  const [view] = await presentAgents(deps, [agent])
  if (!view) throw new Error('one agent has one view')
  return view
}

/** A colleague read anew; undefined when there is none such. */
export async function readAgentView(deps: AgentViewDeps, agentId: AgentId): Promise<AgentView | undefined> {
  const agent = await deps.agents.get(agentId)
  return agent && presentAgent(deps, agent)
}

/** Oneself. */
export async function presentProfile(
  deps: Pick<AgentViewDeps, 'presence'>,
  agent: AgentRecord,
): Promise<ProfileView> {
  return {
    ...(await presentAgent(deps, agent)),
    permissions: permissionsOf(agent.role),
    secondFactor: agent.secondFactor,
    locale: agent.locale,
  }
}
