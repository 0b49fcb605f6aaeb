import type { CheckResult } from '../contract/check-result.ts'
import type { ConfigField } from '../contract/config-field.ts'
import type { ConnectorRegistry } from '../contract/registry.ts'
import type { SetupStep } from '../contract/setup-step.ts'
import type {
  ConfigValue,
  CreateChannelCommand,
  UpdateChannelCommand,
  UpdateChannelRoutingCommand,
} from '../domain/commands.ts'
import { AppError } from '../domain/errors.ts'
import type { CategoryId, ChannelId, ChannelType } from '../domain/ids.ts'
import { seesChannel } from '../domain/permissions.ts'
import { PICK_POLICY } from '../domain/routing/policy.ts'
import type { ChannelAccess, ChannelAdminView, ChannelRoutingView, ChannelView } from '../domain/views.ts'
import type { AgentStore } from '../store/agent-store.ts'
import type { ChannelChange, ChannelRecord, ChannelStore } from '../store/channel-store.ts'
import type { LiveChannel } from './channel-directory.ts'
import { generateSetting, sealSettings, validateSettings } from './channel-settings.ts'
import { readPolicyFacts, requireSoundPolicy } from './check-policy.ts'
import {
  type ConnectChannelDeps,
  connectChannel,
  disconnectChannel,
  recordFailure,
  testConnection,
} from './connect-channel.ts'
import { requireKnownSkills } from './known-skills.ts'
import { presentChannel, presentChannelRouting, presentChannelToAdmin } from './present-channel.ts'
import type { Principal } from './principal.ts'
import type { RoutingRulesDeps } from './routing-rules.ts'
import type { SecretBox } from './secret-box.ts'

const CHANNEL_DELETED = 'This channel was deleted.'

export interface ManageChannelsDeps
  extends ConnectChannelDeps,
    Pick<RoutingRulesDeps, 'teams' | 'categories' | 'skills'> {
  readonly channels: ChannelStore
  readonly agents: AgentStore
  readonly registry: ConnectorRegistry
  readonly box: SecretBox
  readonly publicUrl: string
}

/** A kind of platform as the page shows it where channels are added. */
export interface ChannelTypeView {
  readonly type: ChannelType
  readonly displayName: string
  readonly summary: string
  readonly configFields: readonly ConfigField[]
  /** What is to be done on the platform's side. */
  readonly setup?: readonly SetupStep[]
  readonly hasWidget: boolean
}

/** The kinds that this build knows. */
export function listChannelTypes({
  registry,
}: Pick<ManageChannelsDeps, 'registry'>): readonly ChannelTypeView[] {
  return registry.all.map(({ type, displayName, summary, mark, configFields, setup, visitors }) => ({
    type,
    displayName,
    summary,
    ...(mark ? { mark } : {}),
    configFields,
    ...(setup ? { setup } : {}),
    hasWidget: visitors !== undefined,
  }))
}

/** The channels that someone may see, without their settings; deleted ones too, since conversations name them. */
export async function listChannels(
  { directory }: Pick<ManageChannelsDeps, 'directory'>,
  principal: Principal,
): Promise<readonly ChannelView[]> {
  const channels = await directory.all()
  return channels.filter(({ id }) => seesChannel(principal.channels, id)).map(presentChannel)
}

/** One channel with its settings, secrets redacted. */
export async function readChannel(deps: ManageChannelsDeps, id: ChannelId): Promise<ChannelAdminView> {
  const [channel, facts] = await Promise.all([existing(deps, id), readPolicyFacts(deps)])
  return presentChannelToAdmin(channel, deps.publicUrl, facts)
}

/** Who gets the conversations of a channel; nothing of its settings. */
export async function readChannelRouting(
  deps: ManageChannelsDeps,
  id: ChannelId,
): Promise<ChannelRoutingView> {
  const [channel, facts] = await Promise.all([existing(deps, id), readPolicyFacts(deps)])
  return presentChannelRouting(channel, facts)
}

/** Changes who gets them. @throws AppError `invalid-policy`, `invalid-input`, `version-conflict` */
export async function updateChannelRouting(
  deps: ManageChannelsDeps,
  id: ChannelId,
  { policy, categoryId, skills, version }: UpdateChannelRoutingCommand,
): Promise<ChannelRoutingView> {
  await updateChannel(deps, id, {
    ...(policy === undefined ? {} : { policy }),
    ...(categoryId === undefined ? {} : { categoryId }),
    ...(skills === undefined ? {} : { skills }),
    version,
  })
  return readChannelRouting(deps, id)
}

/** Adds a channel. @throws AppError `invalid-input` with one line for each setting at fault, `invalid-policy` */
export async function createChannel(
  deps: ManageChannelsDeps,
  command: CreateChannelCommand,
): Promise<ChannelAdminView> {
  const { channels, registry, box, clock } = deps
  const connector = registry.find(command.type as ChannelType)
  if (!connector) {
    throw new AppError('invalid-input', { field: 'type', detail: 'There is no such kind of channel.' })
  }
  const { access = { kind: 'everyone' } } = command
  await requireAgents(deps, access)
  const routing = await requireSoundRouting(deps, command)
  const values = validateSettings(connector.configFields, command.config)
  await requireLetterChannels(deps, connector.configFields, values)
  const id = channels.newId()
  const settings = sealSettings(connector.configFields, id, values, box)
  const { type } = connector
  const record = await channels.insert({
    id,
    type,
    name: command.name,
    settings,
    policy: PICK_POLICY,
    ...routing,
    access,
    at: new Date(clock()),
  })
  if (!record) throw new AppError('already-exists')
  const channel = await announce(deps, record)
  await connectChannel(deps, channel)
  return readChannel(deps, id)
}

/** Changes a channel; what is left out stays, secrets too. @throws AppError `version-conflict`, `invalid-policy` */
export async function updateChannel(
  deps: ManageChannelsDeps,
  id: ChannelId,
  command: UpdateChannelCommand,
): Promise<ChannelAdminView> {
  const { name, config, categoryId, access, paused, version } = command
  const before = await livingAt(deps, id, version)
  await requireAgents(deps, access)
  const routing = await requireSoundRouting(deps, command)
  if (config !== undefined) {
    const { configFields } = before.connector
    await requireLetterChannels(deps, configFields, validateSettings(configFields, config, before.config))
  }
  const change: ChannelChange = {
    ...(name === undefined ? {} : { name }),
    ...routing,
    ...(categoryId === null ? { categoryId } : {}),
    ...(access === undefined ? {} : { access }),
    ...(paused === undefined ? {} : { paused }),
  }
  const after = await save(deps, before, version, change, config)
  // Only once the change holds: a form that came too late must not cut a channel off from its platform.
  if (paused === true && !before.paused) {
    await recordFailure(deps, id, await disconnectChannel(deps, before))
  }
  if (!after.paused && (before.paused || config !== undefined)) {
    await connectChannel(deps, after, before.paused ? undefined : before)
  }
  return readChannel(deps, id)
}

/** Replaces a generated secret. The new value is in the answer, once. */
export async function rotateSecret(
  deps: ManageChannelsDeps,
  id: ChannelId,
  key: string,
  version: number,
): Promise<{ readonly value: string; readonly channel: ChannelAdminView }> {
  const before = await livingAt(deps, id, version)
  const field = before.connector.configFields.find((candidate) => candidate.key === key)
  if (field?.kind !== 'secret' || !field.generated) throw new AppError('not-found')
  const value = generateSetting(field)
  const after = await save(deps, before, version, {}, { [key]: value })
  if (!after.paused) await connectChannel(deps, after)
  return { value, channel: await readChannel(deps, id) }
}

/** "Test connection". Its outcome becomes the channel's health. */
export async function checkChannel(deps: ManageChannelsDeps, id: ChannelId): Promise<CheckResult> {
  return testConnection(deps, await living(deps, id))
}

function resettle(
  { box }: ManageChannelsDeps,
  { id, connector, config }: LiveChannel,
  given: Readonly<Record<string, ConfigValue>>,
): ChannelRecord['settings'] {
  const values = validateSettings(connector.configFields, given, config)
  return sealSettings(connector.configFields, id, values, box)
}

/** A connector that replaces settings faster than this is out of order. */
const MOST_RENEWALS_MEANWHILE = 5

/**
 * @param config the settings that were given; what is left out stays as it is at that very moment, also where the
 * connector has just replaced it
 */
async function save(
  deps: ManageChannelsDeps,
  before: LiveChannel,
  version: number,
  change: ChannelChange,
  config?: Readonly<Record<string, ConfigValue>>,
): Promise<LiveChannel> {
  let current = before
  for (let tries = 0; tries < MOST_RENEWALS_MEANWHILE; tries += 1) {
    const { renewals } = current.record
    const record = await (config === undefined
      ? deps.channels.change(before.id, version, change)
      : deps.channels.change(
          before.id,
          version,
          { ...change, settings: resettle(deps, current, config) },
          renewals,
        ))
    if (record) return announce(deps, record)
    deps.directory.invalidate()
    current = await living(deps, before.id)
    if (current.version !== version || current.record.renewals === renewals) break
  }
  throw new AppError('version-conflict', { members: { version: current.version } })
}

/** Lets every node and every screen know what a channel has become. */
export async function announce(
  { directory, bus }: Pick<ManageChannelsDeps, 'directory' | 'bus'>,
  record: ChannelRecord,
): Promise<LiveChannel> {
  directory.invalidate()
  bus.signal({ kind: 'channel-changed', channelId: record.id })
  const channel = await directory.get(record.id)
  if (!channel) throw new AppError('not-found')
  bus.publish([{ type: 'channel.updated', channel: presentChannel(channel) }])
  return channel
}

/** A channel that may still be changed. */
async function living(deps: ManageChannelsDeps, id: ChannelId): Promise<LiveChannel> {
  const channel = await existing(deps, id)
  if (channel.deletedAtMs !== undefined) throw new AppError('not-found', { detail: CHANNEL_DELETED })
  return channel
}

/**
 * The same, as whoever changes it has seen it. What this node knows may be older by what another one has just written:
 * settings that are left out would be turned back to that.
 */
async function livingAt(deps: ManageChannelsDeps, id: ChannelId, version: number): Promise<LiveChannel> {
  const known = await living(deps, id)
  if (known.version >= version) return known
  deps.directory.invalidate()
  return living(deps, id)
}

async function existing({ directory }: ManageChannelsDeps, id: ChannelId): Promise<LiveChannel> {
  const channel = await directory.get(id)
  if (!channel) throw new AppError('not-found')
  return channel
}

/** What a command says about routing, checked and as it is to be stored; a category that is taken away is not in it. */
async function requireSoundRouting(
  deps: ManageChannelsDeps,
  { policy, categoryId, skills }: Pick<UpdateChannelCommand, 'policy' | 'categoryId' | 'skills'>,
): Promise<Pick<ChannelChange, 'policy' | 'skills'> & { readonly categoryId?: CategoryId }> {
  const category = typeof categoryId === 'string' ? await deps.categories.get(categoryId) : undefined
  if (typeof categoryId === 'string' && !category) {
    throw new AppError('invalid-input', {
      field: 'categoryId',
      detail: `There is no category ${categoryId}.`,
    })
  }
  return {
    ...(policy === undefined ? {} : { policy: await requireSoundPolicy(deps, policy) }),
    ...(category ? { categoryId: category.id } : {}),
    ...(skills === undefined ? {} : { skills: await requireKnownSkills(skills, 'skills', deps) }),
  }
}

/** Settings that name a channel name one that takes letters of ours. @throws AppError `invalid-input` */
async function requireLetterChannels(
  { directory }: ManageChannelsDeps,
  fields: readonly ConfigField[],
  values: Readonly<Record<string, ConfigValue | undefined>>,
): Promise<void> {
  for (const { key, kind } of fields) {
    const id = values[key]
    if (kind !== 'channel' || typeof id !== 'string' || id === '') continue
    const other = await directory.get(id)
    const capabilities = other?.deletedAtMs === undefined ? other?.capabilities : undefined
    if (capabilities?.letters && capabilities.startConversation === 'native') continue
    const detail = capabilities
      ? 'This channel cannot send letters to customers.'
      : 'There is no such channel any more.'
    const field = `config.${key}`
    throw new AppError('invalid-input', { detail, field, errors: [{ field, message: detail }] })
  }
}

async function requireAgents(
  { agents }: ManageChannelsDeps,
  access: ChannelAccess | undefined,
): Promise<void> {
  if (access?.kind !== 'agents' || access.agentIds.length === 0) return
  const known = new Set<string>((await agents.list()).map(({ id }) => id))
  const unknown = access.agentIds.find((id) => !known.has(id))
  if (unknown) {
    throw new AppError('invalid-input', { field: 'access.agentIds', detail: `There is no agent ${unknown}.` })
  }
}
