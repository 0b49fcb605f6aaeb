import { PRESENCE_GRACE_MS } from '../domain/agent.ts'
import { permissionsOf } from '../domain/permissions.ts'
import type { AgentView, ProfileView } from '../domain/views.ts'
import type { AgentRecord } from '../store/agent-store.ts'
import { instant } from './present.ts'

/** A colleague as every agent may see him. */
export function presentAgent(agent: AgentRecord, nowMs: number): AgentView {
  const { seenAtMs } = agent
  return {
    id: agent.id,
    name: agent.name,
    email: agent.email,
    role: agent.role,
    state: agent.state,
    availability: agent.availability,
    present: seenAtMs !== undefined && nowMs - seenAtMs < PRESENCE_GRACE_MS,
    ...(seenAtMs === undefined ? {} : { seenAt: instant(seenAtMs) }),
    version: agent.version,
  }
}

/** Oneself. */
export function presentProfile(agent: AgentRecord, nowMs: number): ProfileView {
  return {
    ...presentAgent(agent, nowMs),
    permissions: permissionsOf(agent.role),
    secondFactor: agent.secondFactor,
    locale: agent.locale,
  }
}
