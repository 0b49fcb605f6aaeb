import type { AcceptInviteCommand, InviteAgentCommand, UpdateAgentCommand } from '../domain/commands.ts'
import { AppError } from '../domain/errors.ts'
import type { AgentId } from '../domain/ids.ts'
import { mayManageRole } from '../domain/permissions.ts'
import type { AgentView } from '../domain/views.ts'
import type { AgentChange, AgentRecord } from '../store/agent-store.ts'
import type { ApiTokenStore } from '../store/api-token-store.ts'
import type { SessionStore } from '../store/session-store.ts'
import { announceAgent } from './announce-agent.ts'
import type { Bus } from './bus.ts'
import { digestOf, newSecret } from './one-time-secret.ts'
import type { Passwords } from './passwords.ts'
import { type AgentViewDeps, presentAgents } from './present-agent.ts'
import { type Principal, requirePermission } from './principal.ts'

const LINK_LIFE_MS = 7 * 24 * 3_600_000

export interface ManageAgentsDeps extends AgentViewDeps {
  readonly sessions: SessionStore
  readonly tokens: ApiTokenStore
  readonly passwords: Passwords
  readonly bus: Bus
  readonly clock: () => number
  readonly publicUrl: string
}

/** The token stands behind the hash sign, so that it reaches no log. */
const linkOf = (publicUrl: string, token: string): string => `${publicUrl}/invite#token=${token}`

/** Everyone, by name. */
export async function listAgents(deps: ManageAgentsDeps): Promise<readonly AgentView[]> {
  return presentAgents(deps, await deps.agents.list())
}

/** @throws AppError `permission-denied` for a role above one's own, `already-exists` for a known address */
export async function inviteAgent(
  deps: ManageAgentsDeps,
  principal: Principal,
  command: InviteAgentCommand,
): Promise<{ readonly agent: AgentView; readonly inviteLink: string }> {
  requirePowerOver(principal, command.role)
  const token = newSecret()
  const nowMs = deps.clock()
  const agent = await deps.agents.insert({
    ...command,
    state: 'invited',
    locale: 'en',
    link: { tokenHash: digestOf(token), expiresAt: new Date(nowMs + LINK_LIFE_MS) },
    at: new Date(nowMs),
  })
  if (!agent) throw new AppError('already-exists', { field: 'email', detail: 'This address has an account.' })
  const view = await announceAgent(deps, agent, {})
  return { agent: view, inviteLink: linkOf(deps.publicUrl, token) }
}

/**
 * A new one-time link: for someone invited who lost his, and the way back in for a colleague who lost password or
 * phone. The link before is dead.
 */
export async function renewLink(
  deps: ManageAgentsDeps,
  principal: Principal,
  agentId: AgentId,
): Promise<{ readonly inviteLink: string }> {
  const target = await deps.agents.get(agentId)
  if (!target) throw new AppError('not-found')
  requirePowerOver(principal, target.role)
  const token = newSecret()
  const agent = await deps.agents.setLink(agentId, digestOf(token), new Date(deps.clock() + LINK_LIFE_MS))
  if (!agent) throw new AppError('not-found', { detail: 'This account is deactivated.' })
  await announceAgent(deps, agent, {})
  return { inviteLink: linkOf(deps.publicUrl, token) }
}

/** @throws AppError `invalid-token` for a link that is unknown, used or outdated */
export async function acceptInvite(
  deps: ManageAgentsDeps,
  command: AcceptInviteCommand,
): Promise<AgentRecord> {
  const now = new Date(deps.clock())
  const tokenHash = digestOf(command.token)
  // Asked first, so that nobody makes us hash passwords with a made-up link.
  if (!(await deps.agents.linkIsValid(tokenHash, now))) throw new AppError('invalid-token')
  const passwordHash = await deps.passwords.hash(command.password, 'password')
  const agent = await deps.agents.acceptLink(tokenHash, now, { name: command.name, passwordHash })
  if (!agent) throw new AppError('invalid-token')
  await deps.sessions.removeOfAgent(agent.id)
  // The way back in for someone who lost his password, perhaps to somebody: whoever was in is out, by token too.
  await deps.tokens.removeOfAgent(agent.id)
  await announceAgent(deps, agent, { access: true, availability: true })
  return agent
}

/**
 * Changes a colleague's role, or deactivates or reactivates him. His sessions and sockets end.
 * @throws AppError `permission-denied`, `last-owner`, `version-conflict`, `not-found`
 */
export async function updateAgent(
  deps: ManageAgentsDeps,
  principal: Principal,
  agentId: AgentId,
  command: UpdateAgentCommand,
): Promise<AgentView> {
  const found = await deps.agents.credentials(agentId)
  if (!found) throw new AppError('not-found')
  const before = found.agent
  requirePowerOver(principal, before.role)
  if (command.role !== undefined) requirePowerOver(principal, command.role)
  const change = changeOf(before, found.passwordHash !== undefined, command)
  if (isOwner(before) && !isOwner({ ...before, ...change })) {
    if ((await deps.agents.activeOwnerIds()).length < 2) throw new AppError('last-owner')
  }
  const options = { version: command.version, endsSessions: true }
  const agent = await deps.agents.change(agentId, change, options)
  if (!agent) throw new AppError('version-conflict', { members: { version: before.version } })
  await forbidNoOwner(deps, before)
  await deps.sessions.removeOfAgent(agentId)
  if (agent.state === 'deactivated') await deps.tokens.removeOfAgent(agentId)
  return announceAgent(deps, agent, { access: true, availability: true })
}

function changeOf(before: AgentRecord, hasPassword: boolean, command: UpdateAgentCommand): AgentChange {
  const { role, deactivated } = command
  const reactivated = before.state === 'deactivated' ? (hasPassword ? 'active' : 'invited') : before.state
  return {
    ...(role === undefined ? {} : { role }),
    ...(deactivated === true ? { state: 'deactivated' as const, availability: 'offline' as const } : {}),
    ...(deactivated === false ? { state: reactivated } : {}),
  }
}

/** Two owners who demote each other at once would both pass the first check: whoever sees it takes his change back. */
async function forbidNoOwner(deps: ManageAgentsDeps, before: AgentRecord): Promise<void> {
  if (!isOwner(before) || (await deps.agents.activeOwnerIds()).length > 0) return
  const { role, state, availability } = before
  const restored = await deps.agents.change(before.id, { role, state, availability })
  if (restored) await announceAgent(deps, restored, { access: true, availability: true })
  throw new AppError('last-owner')
}

const isOwner = ({ role, state }: Pick<AgentRecord, 'role' | 'state'>): boolean =>
  role === 'owner' && state === 'active'

function requirePowerOver(principal: Principal, role: AgentRecord['role']): void {
  requirePermission(principal, 'agent.manage')
  if (!mayManageRole(principal.role, role)) {
    throw new AppError('permission-denied', { detail: 'Nobody manages a role above their own.' })
  }
}
