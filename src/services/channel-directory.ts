import type { ConfigValues } from '../contract/config-field.ts'
import type { Connector, SessionInbound, WayFacts, WebhookInbound } from '../contract/connector.ts'
import { inboundOf } from '../contract/inbound-of.ts'
import type { ConnectorRegistry } from '../contract/registry.ts'
import type { Capabilities } from '../domain/capabilities.ts'
import type { AgentId, CategoryId, ChannelId, ChannelType } from '../domain/ids.ts'
import type { AssignmentPolicy, SkillRequirement } from '../domain/routing/policy.ts'
import type { ChannelAccess } from '../domain/views.ts'
import type { ChannelRecord, ChannelStore } from '../store/channel-store.ts'
import type { Bus } from './bus.ts'
import { openSettings } from './channel-settings.ts'
import type { SecretBox } from './secret-box.ts'

/** A channel ready to work with. Its settings hold secrets in clear text: it must never be logged or answered. */
export interface LiveChannel {
  readonly id: ChannelId
  readonly type: ChannelType
  readonly name: string
  /** Carries nothing now; a deleted one for ever. */
  readonly paused: boolean
  /** Milliseconds since the epoch. It is kept for what is shown with its conversations; its secrets are gone. */
  readonly deletedAtMs?: number
  readonly config: ConfigValues
  /** Where the connector has replaced settings by itself: all of them as people had set them. */
  readonly configAsSet?: ConfigValues
  readonly capabilities: Capabilities
  readonly policy: AssignmentPolicy
  /** Stamped on new conversations. */
  readonly categoryId?: CategoryId
  /** What its conversations ask for, beyond the policy's own skills. */
  readonly skills: readonly SkillRequirement[]
  readonly access: ChannelAccess
  readonly connector: Connector
  /** The connector's way in that counts with these settings. */
  readonly inbound: WebhookInbound<ConfigValues> | SessionInbound<ConfigValues>
  readonly version: number
  /** As stored, for the administrators' pages. */
  readonly record: ChannelRecord
}

/** Every channel, kept in memory: at most two seconds old, and read again at once when one changes on any node. */
export interface ChannelDirectory {
  get(id: string): Promise<LiveChannel | undefined>
  /** What was last known, at once; starts a refresh when that is old. For the hot path, which may ask `get` once more. */
  peek(id: string): LiveChannel | undefined
  all(): Promise<readonly LiveChannel[]>
  /** The channels whose conversations an ordinary agent may see. */
  visibleTo(agentId: AgentId): Promise<ReadonlySet<ChannelId>>
  /** The ids last known, at once; for signals that may have been missed. */
  known(): readonly ChannelId[]
  /** Forgets what is known; the next question reads the database. */
  invalidate(): void
}

/** With how platforms can call this server. */
export interface ChannelDirectoryDeps extends WayFacts {
  readonly channels: ChannelStore
  readonly registry: ConnectorRegistry
  readonly box: SecretBox
  readonly bus: Bus
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  readonly onUnusable: (channel: { readonly id: ChannelId; readonly type: string }, error: unknown) => void
}

const FRESH_MS = 2_000

/** Whether an ordinary agent may see a channel's conversations. */
export const grantsAccess = (access: ChannelAccess, agentId: AgentId): boolean =>
  access.kind === 'everyone' || access.agentIds.includes(agentId)

interface Snapshot {
  readonly byId: ReadonlyMap<string, LiveChannel>
  readonly readAtMs: number
  readonly visible: Map<AgentId, ReadonlySet<ChannelId>>
}

/** Creates the directory; it reads the database when first asked. */
export function createChannelDirectory(deps: ChannelDirectoryDeps): ChannelDirectory {
  const { channels, bus, clock } = deps
  let snapshot: Snapshot | undefined
  let stale = true
  let reading: Promise<Snapshot> | undefined

  const read = async (): Promise<Snapshot> => {
    stale = false
    try {
      const readAtMs = clock()
      const before = snapshot?.byId
      const byId = new Map<string, LiveChannel>()
      for (const record of await channels.list()) {
        const live = revive(deps, record, before?.get(record.id))
        if (live) byId.set(record.id, live)
      }
      snapshot = { byId, readAtMs, visible: new Map() }
      return snapshot
    } catch (error) {
      stale = true
      throw error
    } finally {
      reading = undefined
    }
  }

  const current = async (): Promise<Snapshot> => {
    // While a read is under way, what is known may be what somebody has just declared outdated.
    if (snapshot && !stale && !reading && clock() - snapshot.readAtMs < FRESH_MS) return snapshot
    // A change signalled while a read is under way may have come too late for it.
    while (reading && stale) await reading.catch(() => undefined)
    reading ??= read()
    return reading
  }

  const invalidate = (): void => {
    stale = true
  }
  bus.onSignal((signal) => {
    if (signal.kind !== 'channel-changed') return
    invalidate()
    // What the hot path knows must not wait for somebody to ask: it may be an old secret.
    if (snapshot) current().catch(() => undefined)
  })

  return {
    get: async (id) => (await current()).byId.get(id),
    peek(id) {
      if (!snapshot || stale || clock() - snapshot.readAtMs >= FRESH_MS) current().catch(() => undefined)
      return snapshot?.byId.get(id)
    },
    all: async () => [...(await current()).byId.values()],
    async visibleTo(agentId) {
      const { byId, visible } = await current()
      const known = visible.get(agentId)
      if (known) return known
      const ids = [...byId.values()].filter(({ access }) => grantsAccess(access, agentId)).map(({ id }) => id)
      const set = new Set(ids)
      visible.set(agentId, set)
      return set
    },
    known: () => [...(snapshot?.byId.values() ?? [])].map(({ id }) => id),
    invalidate,
  }
}

function revive(
  { registry, box, onUnusable, ...way }: ChannelDirectoryDeps,
  record: ChannelRecord,
  before: LiveChannel | undefined,
): LiveChannel | undefined {
  // Health moves without the version: all else of a channel with the same version is the same.
  const isSame = before?.version === record.version && before.record.renewals === record.renewals
  if (before && isSame) return { ...before, record }
  try {
    const connector = registry.find(record.type)
    if (!connector) throw new Error('no connector of this type is built in')
    const config = openSettings(connector.configFields, record, box)
    const { id, type, name, paused, deletedAtMs, policy, categoryId, skills, access, version } = record
    const capabilities = connector.capabilities(config)
    return {
      id,
      type,
      name,
      paused,
      ...(deletedAtMs === undefined ? {} : { deletedAtMs }),
      config,
      ...(record.renewals > 0
        ? { configAsSet: openSettings(connector.configFields, record, box, 'set') }
        : {}),
      capabilities,
      policy,
      ...(categoryId ? { categoryId } : {}),
      skills,
      access,
      connector,
      inbound: inboundOf(connector, config, way),
      version,
      record,
    }
  } catch (error) {
    onUnusable({ id: record.id, type: record.type }, error)
    return undefined
  }
}
