/** Nodes that run sessions over one database, in one process. */

import type { ConfigValues } from '../../../src/contract/config-field.ts'
import type { ConnectorContext } from '../../../src/contract/connector.ts'
import { createRegistry } from '../../../src/contract/registry.ts'
import type { ChannelId } from '../../../src/domain/ids.ts'
import { PICK_POLICY } from '../../../src/domain/routing/policy.ts'
import type { SessionWaits } from '../../../src/runtime/channel-session.ts'
import { startChannelSupervisor } from '../../../src/runtime/channel-supervisor.ts'
import { keepHealth } from '../../../src/runtime/connector-context.ts'
import { createJournalWriter } from '../../../src/runtime/journal-writer.ts'
import type { Stores } from '../../../src/runtime/open-stores.ts'
import { createByteGate } from '../../../src/runtime/push-gate.ts'
import { createSecretBox } from '../../../src/runtime/secret-box.ts'
import { createSessionLeases } from '../../../src/runtime/session-leases.ts'
import { createBus } from '../../../src/services/bus.ts'
import { createChannelDirectory, type LiveChannel } from '../../../src/services/channel-directory.ts'
import { sealSettings } from '../../../src/services/channel-settings.ts'
import { keepSecret } from '../../../src/services/keep-secret.ts'
import { createOrderClock } from '../../../src/services/order-clock.ts'
import type { JournalEntry } from '../../../src/store/journal-store.ts'
import type { Mailbox } from '../../harness/mailbox.ts'

/** Of whoever waits for it to run out: a machine that is busy beyond measure may lose it by itself. */
export const LEASE_MS = 2_000
/** Of all others, who must not lose it. */
const LONG_LEASE_MS = 60_000

export const box = createSecretBox(new Uint8Array(32).fill(3))
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

export type Node = ReturnType<typeof startNode>

/** Adds a channel of the mailbox's kind. */
export async function addChannel(stores: Stores, mailbox: Mailbox, name = 'Letters'): Promise<ChannelId> {
  const id = stores.channels.newId()
  const { type, configFields } = mailbox.connector
  await stores.channels.insert({
    id,
    type,
    name,
    settings: sealSettings(configFields, id, { host: 'one.example' }, box),
    policy: PICK_POLICY,
    access: { kind: 'everyone' },
    at: new Date(),
  })
  return id
}

/** Settings as they are stored. */
export const sealed = (mailbox: Mailbox, id: ChannelId, host: string, password?: string) =>
  sealSettings(mailbox.connector.configFields, id, { host, password }, box)

/** Starts a node; `nodes` says how many it believes there are. */
export function startNode(
  stores: Stores,
  mailbox: Mailbox,
  nodeId: string,
  options: {
    readonly nodes?: () => number
    readonly waits?: Partial<SessionWaits>
    readonly leaseMs?: number
  } = {},
) {
  const state = {
    /** Stands still where the process is stopped: it knows nothing of the time that passes. */
    stoppedAtMs: undefined as number | undefined,
    /** What the machine's clock went on while this process was stopped. */
    skewMs: 0,
    /** Nothing that it asks of the leases is answered. */
    cutOff: false,
    /** It died: nothing is given back. */
    dead: false,
    /** The journal refuses. */
    full: undefined as Error | undefined,
  }
  const errors: string[] = []
  const written: JournalEntry[] = []
  const items: boolean[] = []
  const clock = (): number => (state.stoppedAtMs ?? performance.now()) + state.skewMs
  const bus = createBus((error) => {
    throw error
  })
  const directory = createChannelDirectory({
    reachable: false,
    channels: stores.channels,
    registry: createRegistry([mailbox.connector]),
    box,
    bus,
    clock: Date.now,
    onUnusable: (_, error) => {
      throw error
    },
  })
  const writer = createJournalWriter({
    journal: {
      append: async (entries) => {
        if (state.full) throw state.full
        return stores.journal.append(entries)
      },
    },
    onWritten: (entries) => void written.push(...entries),
    observe: () => undefined,
  })
  const never = new Promise<never>(() => undefined)
  const leases = createSessionLeases({
    leases: {
      take: (...args) => (state.cutOff ? never : stores.leases.take(...args)),
      prolong: (...args) => (state.cutOff ? never : stores.leases.prolong(...args)),
      release: async (...args) => (state.dead ? undefined : stores.leases.release(...args)),
    },
    nodeId,
    alone: false,
    goneNodes: () => [],
    monotonic: clock,
    now: clock,
    leaseMs: options.leaseMs ?? LONG_LEASE_MS,
  })
  const contextOf = (channel: LiveChannel, signal: AbortSignal): ConnectorContext<ConfigValues> => ({
    config: channel.config,
    channelId: channel.id,
    webhookUrl: '',
    logger: { debug: () => undefined, ...silent },
    fetch: () => Promise.reject(new Error('there is no network here')),
    resolveHost: () => Promise.reject(new Error('there is no network here')),
    resolveDns: () => Promise.reject(new Error('there is no network here')),
    clock: Date.now,
    checkpoint: {
      read: () => stores.checkpoints.read(channel.id),
      write: () => Promise.reject(new Error('only a session moves the place mark')),
    },
    reportHealth: () => undefined,
    keepSecret: (key, value) => keepSecret(channel, key, value, { channels: stores.channels, box, bus }),
    signal,
  })
  const supervisor = startChannelSupervisor({
    directory,
    bus,
    leases,
    workingNodes: options.nodes ?? (() => 1),
    stillPending: stores.journal.stillPending,
    checkpoints: stores.checkpoints,
    raiseHealthToken: stores.channels.raiseHealthToken,
    keepHealth: (channel, health, token) =>
      keepHealth(channel, health, { channels: stores.channels, directory, bus, clock: Date.now }, token),
    contextOf,
    append: writer.append,
    orderClock: createOrderClock(),
    memory: createByteGate(1_000_000),
    log: silent,
    now: Date.now,
    monotonic: () => performance.now(),
    random: () => 0.5,
    onItem: (repeated) => void items.push(repeated),
    onHeld: () => undefined,
    onError: (error, message) => void errors.push(`${message}: ${String(error)}`),
    lookEveryMs: 50,
    prolongEveryMs: 200,
    waits: { firstRetry: 20, longestRetry: 40, hopelessRetry: 60_000, ending: 500, ...options.waits },
  })
  return {
    supervisor,
    directory,
    bus,
    state,
    errors,
    written,
    items,
    /** Something of a channel changed. */
    changed: (channelId: ChannelId) => bus.signal({ kind: 'channel-changed', channelId }),
    /** Dies without a goodbye. */
    async kill(): Promise<void> {
      state.dead = true
      await supervisor.stop()
    },
  }
}
