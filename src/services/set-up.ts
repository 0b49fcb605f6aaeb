import type { ConnectorRegistry } from '../contract/registry.ts'
import type { SetUpCommand } from '../domain/commands.ts'
import { AppError } from '../domain/errors.ts'
import { ROUND_ROBIN_POLICY } from '../domain/routing.ts'
import type { AgentRecord, AgentStore } from '../store/agent-store.ts'
import type { ChannelStore } from '../store/channel-store.ts'
import type { WorkspaceStore } from '../store/workspace-store.ts'
import type { Bus } from './bus.ts'
import { sealSettings, validateSettings } from './channel-settings.ts'
import { digestOf, newSecret } from './one-time-secret.ts'
import type { Passwords } from './passwords.ts'
import type { SecretBox } from './secret-box.ts'

export interface SetUpDeps {
  readonly agents: AgentStore
  readonly channels: ChannelStore
  readonly workspace: WorkspaceStore
  readonly registry: ConnectorRegistry
  readonly passwords: Passwords
  readonly box: SecretBox
  readonly bus: Bus
  readonly clock: () => number
}

/** The link that makes the owner. The token stands behind the hash sign, so that it reaches no log. */
export const setUpLinkOf = (publicUrl: string, token: string): string => `${publicUrl}/set-up#token=${token}`

/** Whether the installation has no owner yet. */
export async function isSetUpNeeded({ agents }: Pick<SetUpDeps, 'agents'>): Promise<boolean> {
  return !(await agents.hasFounder())
}

/**
 * Called at every start. Without an owner it issues a fresh one-time token; a set-up that a crash cut short after
 * the owner was made is finished.
 * @returns the token to print, or undefined when there is an owner
 */
export async function beginSetUp(deps: SetUpDeps): Promise<string | undefined> {
  if (await isSetUpNeeded(deps)) {
    const token = newSecret()
    await deps.workspace.addSetUpHash(digestOf(token))
    return token
  }
  if (!(await deps.workspace.read()).setUpDone) await finish(deps)
  return undefined
}

/**
 * Makes the owner and the first channel. Of two calls at once one makes the owner, the other is refused.
 * @throws AppError `set-up-done`, or `invalid-token` when the link is not ours
 */
export async function setUp(deps: SetUpDeps, command: SetUpCommand): Promise<AgentRecord> {
  const { agents, workspace, passwords, clock } = deps
  if (!(await isSetUpNeeded(deps))) throw new AppError('set-up-done')
  if (!(await workspace.beginSetUp(digestOf(command.token), command.workspaceName))) {
    throw new AppError('invalid-token')
  }
  const owner = await agents.insert({
    email: command.email,
    name: command.name,
    role: 'owner',
    state: 'active',
    locale: 'en',
    passwordHash: await passwords.hash(command.password, 'password'),
    founder: true,
    at: new Date(clock()),
  })
  if (!owner) throw new AppError('set-up-done')
  await finish(deps)
  return owner
}

async function finish(deps: SetUpDeps): Promise<void> {
  await addFirstChannel(deps)
  await deps.workspace.finishSetUp(new Date(deps.clock()))
}

/** A channel for live visitors, so that both ends can be tried at once; without such a kind there is none. */
async function addFirstChannel({ channels, registry, box, bus, clock }: SetUpDeps): Promise<void> {
  const connector = registry.all.find(({ visitors }) => visitors !== undefined)
  if (!connector) return
  const id = channels.newId()
  const values = validateSettings(connector.configFields, {})
  const made = await channels.insert({
    id,
    type: connector.type,
    name: connector.displayName,
    settings: sealSettings(connector.configFields, id, values, box),
    policy: ROUND_ROBIN_POLICY,
    access: { kind: 'everyone' },
    first: true,
    at: new Date(clock()),
  })
  if (made) bus.signal({ kind: 'channel-changed', channelId: made.id })
}
