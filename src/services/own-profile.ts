import { toDataURL } from 'qrcode'
import type { Availability } from '../domain/agent.ts'
import type { ChangePasswordCommand, UpdateProfileCommand } from '../domain/commands.ts'
import { AppError } from '../domain/errors.ts'
import type { AgentId } from '../domain/ids.ts'
import type { ProfileView } from '../domain/views.ts'
import type { AgentRecord } from '../store/agent-store.ts'
import type { SessionStore } from '../store/session-store.ts'
import type { WorkspaceStore } from '../store/workspace-store.ts'
import { announceAgent } from './announce-agent.ts'
import { type AvailabilityChoiceDeps, availabilityChoice } from './availability-choice.ts'
import type { Bus } from './bus.ts'
import { type AgentViewDeps, presentProfile } from './present-agent.ts'
import { newRecoveryCodes, newSecondFactor, stepOf } from './second-factor.ts'
import { provePassword, type SignInDeps } from './sign-in.ts'

export interface ProfileDeps extends SignInDeps, AgentViewDeps, AvailabilityChoiceDeps {
  readonly sessions: SessionStore
  readonly workspace: WorkspaceStore
  readonly bus: Bus
}

/** Oneself as the inbox shows it. */
export async function readProfile(deps: ProfileDeps, agentId: AgentId): Promise<ProfileView> {
  return presentProfile(deps, found(await deps.agents.get(agentId)))
}

/** Changes name or language. */
export async function updateProfile(
  deps: ProfileDeps,
  agentId: AgentId,
  command: UpdateProfileCommand,
): Promise<ProfileView> {
  const agent = found(await deps.agents.change(agentId, command))
  await announceAgent(deps, agent, { access: command.name !== undefined })
  return presentProfile(deps, agent)
}

/** Chooses whether one takes conversations. */
export async function setAvailability(
  deps: ProfileDeps,
  agentId: AgentId,
  availability: Availability,
): Promise<ProfileView> {
  const choice = await availabilityChoice(deps, agentId, availability)
  const agent = found(await deps.agents.change(agentId, choice))
  await announceAgent(deps, agent, { availability: true })
  return presentProfile(deps, agent)
}

/** A device that was forgotten must not make its owner look present for ever. */
const LONGEST_PUSH_MS = 30 * 86_400_000

/**
 * Says until when a device of one's own takes push notifications; null = no longer. It ends by the clock alone.
 * @throws AppError `invalid-input` for an instant that does not lie ahead, or more than thirty days
 */
export async function setPushReachability(
  deps: ProfileDeps,
  agentId: AgentId,
  until: string | null,
): Promise<ProfileView> {
  const untilMs = until === null ? null : Date.parse(until)
  if (untilMs !== null) requireAhead(untilMs - deps.clock())
  const agent = found(await deps.agents.change(agentId, { pushReachableUntilMs: untilMs }))
  await announceAgent(deps, agent, { availability: true })
  return presentProfile(deps, agent)
}

function requireAhead(aheadMs: number): void {
  if (aheadMs > 0 && aheadMs <= LONGEST_PUSH_MS) return
  throw new AppError('invalid-input', {
    field: 'until',
    detail: aheadMs > 0 ? 'The instant lies more than thirty days ahead.' : 'The instant lies in the past.',
  })
}

/**
 * Changes one's password. Every session dies; the caller opens a new one for whoever asked.
 * @throws AppError `wrong-credentials` when the current password is wrong
 */
export async function changePassword(
  deps: ProfileDeps,
  agentId: AgentId,
  { currentPassword, newPassword }: ChangePasswordCommand,
  address: string,
): Promise<AgentRecord> {
  const from = await provePassword(deps, agentId, currentPassword, { address, field: 'currentPassword' })
  const to = await deps.passwords.hash(newPassword, 'newPassword')
  const agent = await deps.agents.setPassword(agentId, from, to)
  if (!agent) throw new AppError('version-conflict')
  await deps.sessions.removeOfAgent(agentId)
  await announceAgent(deps, agent, { access: true })
  return agent
}

/**
 * What an authenticator app needs. The factor is on only once a code is confirmed. Asks for the password, since with
 * a second factor of his own whoever stole a session would lock its owner out.
 * @throws AppError `wrong-credentials` when the password is wrong, `already-exists` when the factor is on
 */
export async function beginSecondFactor(
  deps: ProfileDeps,
  agentId: AgentId,
  password: string,
  address: string,
): Promise<{ readonly secret: string; readonly uri: string; readonly qrDataUrl: string }> {
  await provePassword(deps, agentId, password, { address, field: 'password' })
  const agent = found(await deps.agents.get(agentId))
  if (agent.secondFactor) throw new AppError('already-exists', { detail: 'The second factor is on already.' })
  const issuer = `Tributary ${(await deps.workspace.read()).name}`
  const { secret, uri, sealedSecret } = newSecondFactor(deps, agent, issuer)
  await deps.agents.setPendingSecret(agentId, sealedSecret)
  return { secret, uri, qrDataUrl: await toDataURL(uri) }
}

/** Turns the second factor on. @throws AppError `wrong-credentials` when the code is wrong */
export async function confirmSecondFactor(
  deps: ProfileDeps,
  agentId: AgentId,
  code: string,
  address: string,
): Promise<{ readonly recoveryCodes: readonly string[] }> {
  const credentials = await deps.agents.credentials(agentId)
  const sealedSecret = credentials?.pendingSecret
  if (!credentials || sealedSecret === undefined) {
    throw new AppError('not-found', { detail: 'No second factor is waiting to be confirmed.' })
  }
  const attempt = { account: credentials.agent.email, address }
  await deps.limits.begin(attempt)
  const lastStep = await stepOf(deps, agentId, sealedSecret, code)
  if (lastStep === undefined) throw new AppError('wrong-credentials', { field: 'code' })
  await deps.limits.succeeded(attempt)
  const { shown, hashes } = newRecoveryCodes()
  const agent = await deps.agents.confirmSecondFactor(agentId, {
    sealedSecret,
    lastStep,
    recoveryHashes: hashes,
  })
  if (!agent) throw new AppError('version-conflict')
  await announceAgent(deps, agent, {})
  return { recoveryCodes: shown }
}

/** Turns the second factor off. @throws AppError `wrong-credentials` when the password is wrong */
export async function removeSecondFactor(
  deps: ProfileDeps,
  agentId: AgentId,
  password: string,
  address: string,
): Promise<void> {
  await provePassword(deps, agentId, password, { address, field: 'password' })
  await announceAgent(deps, found(await deps.agents.removeSecondFactor(agentId)), {})
}

function found(agent: AgentRecord | undefined): AgentRecord {
  if (!agent) throw new AppError('sign-in-required')
  return agent
}
