import type { CheckResult } from '../contract/check-result.ts'
import type { ConfigField, ConfigValues } from '../contract/config-field.ts'
import type { Connector, ConnectorContext } from '../contract/connector.ts'
import { ConnectorError } from '../contract/connector-error.ts'
import type { ConnectorRegistry } from '../contract/registry.ts'
import type { ConfigValue, CreateChannelCommand, UpdateChannelCommand } from '../domain/commands.ts'
import { AppError } from '../domain/errors.ts'
import type { ChannelId, ChannelType } from '../domain/ids.ts'
import { seesChannel } from '../domain/permissions.ts'
import { type AssignmentPolicy, PICK_POLICY } from '../domain/routing.ts'
import type { ChannelAccess, ChannelAdminView, ChannelView } from '../domain/views.ts'
import type { AgentStore } from '../store/agent-store.ts'
import type { ChannelChange, ChannelRecord, ChannelStore } from '../store/channel-store.ts'
import type { Bus } from './bus.ts'
import type { ChannelDirectory, LiveChannel } from './channel-directory.ts'
import { generateSetting, sealSettings, validateSettings } from './channel-settings.ts'
import { presentChannel, presentChannelToAdmin } from './present-channel.ts'
import type { Principal } from './principal.ts'
import type { SecretBox } from './secret-box.ts'

const CHECK_TIMEOUT_MS = 20_000

export interface ManageChannelsDeps {
  readonly channels: ChannelStore
  readonly agents: AgentStore
  readonly directory: ChannelDirectory
  readonly registry: ConnectorRegistry
  readonly box: SecretBox
  readonly bus: Bus
  readonly clock: () => number
  readonly publicUrl: string
  /** What a connector may touch while it works for this channel. */
  readonly contextOf: (channel: LiveChannel, signal: AbortSignal) => ConnectorContext<ConfigValues>
}

/** A kind of platform as the page shows it where channels are added. */
export interface ChannelTypeView {
  readonly type: ChannelType
  readonly displayName: string
  readonly summary: string
  readonly configFields: readonly ConfigField[]
  readonly hasWidget: boolean
}

/** The kinds that this build knows. */
export function listChannelTypes({
  registry,
}: Pick<ManageChannelsDeps, 'registry'>): readonly ChannelTypeView[] {
  return registry.all.map(({ type, displayName, summary, configFields, visitors }) => ({
    type,
    displayName,
    summary,
    configFields,
    hasWidget: visitors !== undefined,
  }))
}

/** The channels that someone may see, without their settings. */
export async function listChannels(
  { directory }: Pick<ManageChannelsDeps, 'directory'>,
  principal: Principal,
): Promise<readonly ChannelView[]> {
  const channels = await directory.all()
  return channels.filter(({ id }) => seesChannel(principal.channels, id)).map(presentChannel)
}

/** One channel with its settings, secrets redacted. */
export async function readChannel(deps: ManageChannelsDeps, id: ChannelId): Promise<ChannelAdminView> {
  return presentChannelToAdmin(await existing(deps, id), deps.publicUrl)
}

/** Adds a channel. @throws AppError `invalid-input` with one line for each setting at fault */
export async function createChannel(
  deps: ManageChannelsDeps,
  command: CreateChannelCommand,
): Promise<ChannelAdminView> {
  const { channels, registry, box, clock } = deps
  const connector = registry.find(command.type as ChannelType)
  if (!connector) {
    throw new AppError('invalid-input', { field: 'type', detail: 'There is no such kind of channel.' })
  }
  const { policy = PICK_POLICY, access = { kind: 'everyone' } } = command
  await requireAgents(deps, policy, access)
  const values = validateSettings(connector.configFields, command.config)
  const id = channels.newId()
  const settings = sealSettings(connector.configFields, id, values, box)
  const { type } = connector
  const record = await channels.insert({
    id,
    type,
    name: command.name,
    settings,
    policy,
    access,
    at: new Date(clock()),
  })
  if (!record) throw new AppError('already-exists')
  const channel = await announce(deps, record)
  await activate(deps, channel)
  return readChannel(deps, id)
}

/** Changes a channel; what is left out stays, secrets too. @throws AppError `version-conflict` */
export async function updateChannel(
  deps: ManageChannelsDeps,
  id: ChannelId,
  command: UpdateChannelCommand,
): Promise<ChannelAdminView> {
  const before = await existing(deps, id)
  const { name, config, policy, access, paused, version } = command
  await requireAgents(deps, policy, access)
  const change: ChannelChange = {
    ...(name === undefined ? {} : { name }),
    ...(policy === undefined ? {} : { policy }),
    ...(access === undefined ? {} : { access }),
    ...(paused === undefined ? {} : { paused }),
    ...(config === undefined ? {} : { settings: resettle(deps, before, config) }),
  }
  const after = await save(deps, before, version, change)
  // Only once the change holds: a form that came too late must not cut a channel off from its platform.
  if (paused === true && !before.paused) await deactivate(deps, before)
  if (!after.paused && (before.paused || config !== undefined)) await activate(deps, after)
  return readChannel(deps, id)
}

/** Replaces a generated secret. The new value is in the answer, once. */
export async function rotateSecret(
  deps: ManageChannelsDeps,
  id: ChannelId,
  key: string,
  version: number,
): Promise<{ readonly value: string; readonly channel: ChannelAdminView }> {
  const before = await existing(deps, id)
  const field = before.connector.configFields.find((candidate) => candidate.key === key)
  if (field?.kind !== 'secret' || !field.generated) throw new AppError('not-found')
  const value = generateSetting()
  const after = await save(deps, before, version, { settings: resettle(deps, before, { [key]: value }) })
  if (!after.paused) await activate(deps, after)
  return { value, channel: await readChannel(deps, id) }
}

/** "Test connection". Its outcome becomes the channel's health. */
export async function checkChannel(deps: ManageChannelsDeps, id: ChannelId): Promise<CheckResult> {
  const channel = await existing(deps, id)
  const result = await attempt(deps, channel, (connector, ctx) => connector.check(ctx))
  await recordHealth(deps, id, result)
  return result
}

async function attempt(
  { contextOf }: ManageChannelsDeps,
  channel: LiveChannel,
  act: (connector: Connector, ctx: ConnectorContext<ConfigValues>) => Promise<CheckResult>,
): Promise<CheckResult> {
  const signal = AbortSignal.timeout(CHECK_TIMEOUT_MS)
  try {
    return await act(channel.connector, contextOf(channel, signal))
  } catch (error) {
    if (error instanceof ConnectorError) {
      return { ok: false, code: error.facts.code, detail: error.facts.detail ?? 'The platform refused.' }
    }
    if (signal.aborted) return { ok: false, code: 'timeout', detail: 'The platform did not answer in time.' }
    throw error
  }
}

async function recordHealth(
  { channels, directory, bus, clock }: ManageChannelsDeps,
  id: ChannelId,
  result: CheckResult,
): Promise<void> {
  const { detail } = result
  const facts = { ...(result.ok ? {} : { code: result.code }), ...(detail === undefined ? {} : { detail }) }
  await channels.setHealth(id, { state: result.ok ? 'healthy' : 'failing', ...facts }, new Date(clock()))
  bus.signal({ kind: 'channel-changed', channelId: id })
  const channel = await directory.get(id)
  if (channel) bus.publish([{ type: 'channel.updated', channel: presentChannel(channel) }])
}

async function activate(deps: ManageChannelsDeps, channel: LiveChannel): Promise<void> {
  if (!channel.connector.activate) return
  const result = await attempt(deps, channel, async (connector, ctx) => {
    await connector.activate?.(ctx)
    return { ok: true }
  })
  await recordHealth(deps, channel.id, result)
}

/** A platform that cannot be reached must not keep a channel from being paused. */
async function deactivate(deps: ManageChannelsDeps, channel: LiveChannel): Promise<void> {
  if (!channel.connector.deactivate) return
  const result = await attempt(deps, channel, async (connector, ctx) => {
    await connector.deactivate?.(ctx)
    return { ok: true }
  })
  if (!result.ok) await recordHealth(deps, channel.id, result)
}

function resettle(
  { box }: ManageChannelsDeps,
  { id, connector, config }: LiveChannel,
  given: Readonly<Record<string, ConfigValue>>,
): ChannelRecord['settings'] {
  const values = validateSettings(connector.configFields, given, config)
  return sealSettings(connector.configFields, id, values, box)
}

async function save(
  deps: ManageChannelsDeps,
  before: LiveChannel,
  version: number,
  change: ChannelChange,
): Promise<LiveChannel> {
  const record = await deps.channels.change(before.id, version, change)
  if (!record) throw new AppError('version-conflict', { members: { version: before.version } })
  return announce(deps, record)
}

async function announce({ directory, bus }: ManageChannelsDeps, record: ChannelRecord): Promise<LiveChannel> {
  directory.invalidate()
  bus.signal({ kind: 'channel-changed', channelId: record.id })
  const channel = await directory.get(record.id)
  if (!channel) throw new AppError('not-found')
  bus.publish([{ type: 'channel.updated', channel: presentChannel(channel) }])
  return channel
}

async function existing({ directory }: ManageChannelsDeps, id: ChannelId): Promise<LiveChannel> {
  const channel = await directory.get(id)
  if (!channel) throw new AppError('not-found')
  return channel
}

async function requireAgents(
  { agents }: ManageChannelsDeps,
  policy: AssignmentPolicy | undefined,
  access: ChannelAccess | undefined,
): Promise<void> {
  const named: [string, string][] = []
  for (const [index, { target }] of (policy?.steps ?? []).entries()) {
    if (target.kind !== 'agents' || target.agentIds === 'all') continue
    for (const id of target.agentIds) named.push([`policy.steps.${index}.target.agentIds`, id])
  }
  if (access?.kind === 'agents') for (const id of access.agentIds) named.push(['access.agentIds', id])
  if (named.length === 0) return
  const known = new Set<string>((await agents.list()).map(({ id }) => id))
  const unknown = named.find(([, id]) => !known.has(id))
  if (unknown)
    throw new AppError('invalid-input', { field: unknown[0], detail: `There is no agent ${unknown[1]}.` })
}
