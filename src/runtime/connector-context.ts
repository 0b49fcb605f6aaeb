import { promises as dns } from 'node:dns'
import type { ConnectorContext, HealthReport } from '../contract/connector.ts'
import { ConnectorError } from '../contract/connector-error.ts'
import type { Bus } from '../services/bus.ts'
import type { ChannelDirectory, LiveChannel } from '../services/channel-directory.ts'
import { keepSecret } from '../services/keep-secret.ts'
import { presentChannel } from '../services/present-channel.ts'
import type { SecretBox } from '../services/secret-box.ts'
import type { ChannelStore } from '../store/channel-store.ts'
import type { CheckpointStore } from '../store/checkpoint-store.ts'
import { OutboundRefusedError } from './guarded-fetch.ts'
import type { Logger } from './logger.ts'

export interface ConnectorContextDeps {
  readonly channels: ChannelStore
  readonly checkpoints: Pick<CheckpointStore, 'read'>
  readonly directory: Pick<ChannelDirectory, 'get'>
  readonly bus: Bus
  readonly box: SecretBox
  readonly log: Logger
  readonly publicUrl: string
  /** Guarded against internal addresses. */
  readonly fetch: typeof globalThis.fetch
  readonly lookup: (host: string) => Promise<string>
  readonly clock: () => number
}

/** Makes what a connector may touch while it works for a channel, and nothing more. */
export function createContextOf(
  deps: ConnectorContextDeps,
): (channel: LiveChannel, signal: AbortSignal) => ConnectorContext<LiveChannel['config']> {
  const { checkpoints, publicUrl, clock } = deps
  return (channel, signal) => {
    const logger = deps.log.child({ channelId: channel.id, channelType: channel.type })
    return {
      config: channel.config,
      channelId: channel.id,
      webhookUrl: `${publicUrl}/ingress/${channel.id}`,
      ...(channel.connector.inbound.kind === 'either' ? { receives: channel.inbound.kind } : {}),
      logger,
      fetch: deps.fetch,
      resolveHost: (host) => resolveHost(host, deps.lookup),
      resolveDns: (name, type) => dns.resolve(name, type),
      clock,
      checkpoint: {
        read: () => checkpoints.read(channel.id),
        // A session's own context can: see session-context.ts.
        write: () => Promise.reject(new Error('only a session moves the place mark')),
      },
      reportHealth: (health) => {
        keepHealth(channel, health, deps).catch((error: unknown) =>
          logger.warn({ err: error }, 'the health could not be kept'),
        )
      },
      keepSecret: (key, value) => keepSecret(channel, key, value, deps),
      signal,
    }
  }
}

/**
 * Records how a channel is and tells the screens. What stands already is not written again: a connector may say so with
 * every message, and needs to remember nothing of its own, which a test of the connection or another node overtakes.
 * @param token of the session's lease, when a session says so; what a stale one says is dropped
 */
export async function keepHealth(
  channel: LiveChannel,
  health: HealthReport,
  { channels, directory, bus, clock }: Pick<ConnectorContextDeps, 'channels' | 'directory' | 'bus' | 'clock'>,
  token?: number,
): Promise<void> {
  const known = await directory.get(channel.id)
  if (known && stands(known.record, health)) return
  const record = await channels.setHealth(channel.id, health, new Date(clock()), token)
  if (!record) return
  // Whoever is told asks for the whole channel, and must not get what was known before.
  bus.signal({ kind: 'channel-changed', channelId: channel.id })
  bus.publish([{ type: 'channel.updated', channel: presentChannel({ ...channel, record }) }])
}

/** What was said of the whole holds for every part of which nothing was said since. */
function stands({ said }: LiveChannel['record'], { part, state, code, detail }: HealthReport): boolean {
  const before = (part && said[part]) ?? said.whole
  return before?.state === state && before.code === code && before.detail === detail
}

async function resolveHost(host: string, lookup: ConnectorContextDeps['lookup']): Promise<string> {
  try {
    return await lookup(host)
  } catch (error) {
    const refused = error instanceof OutboundRefusedError
    throw new ConnectorError(
      {
        code: refused ? error.code : 'host-not-found',
        detail: refused ? error.message : `The name ${host} cannot be resolved`,
        retry: refused ? 'never' : 'later',
        delivery: 'not-sent',
      },
      { cause: error },
    )
  }
}
