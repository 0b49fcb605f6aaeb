/** What is asked of a channel's platform when somebody changes the channel. */
import type { CheckResult } from '../contract/check-result.ts'
import type { ConfigValues } from '../contract/config-field.ts'
import type { Connector, ConnectorContext, HealthReport } from '../contract/connector.ts'
import { ConnectorError } from '../contract/connector-error.ts'
import type { ChannelId } from '../domain/ids.ts'
import type { ChannelStore } from '../store/channel-store.ts'
import type { Bus } from './bus.ts'
import type { ChannelDirectory, LiveChannel } from './channel-directory.ts'
import { presentChannel } from './present-channel.ts'

export interface ConnectChannelDeps {
  readonly channels: Pick<ChannelStore, 'setHealth'>
  readonly directory: ChannelDirectory
  readonly bus: Bus
  readonly clock: () => number
  /** What a connector may touch while it works for this channel. */
  readonly contextOf: (channel: LiveChannel, signal: AbortSignal) => ConnectorContext<ConfigValues>
}

const CHECK_TIMEOUT_MS = 20_000

/** "Test connection". Its outcome becomes the channel's health, whatever was said before. */
export async function testConnection(deps: ConnectChannelDeps, channel: LiveChannel): Promise<CheckResult> {
  const result = await attempt(deps, channel, (connector, ctx) => connector.check(ctx))
  await recordHealth(deps, channel.id, reportOf(result))
  return result
}

/**
 * Lets the platform bring here what belongs to a channel, and what comes of it become the channel's health. Never
 * throws for the platform's sake: the channel is saved.
 * @param before its settings until now, where they have changed: a place with the platform that they named is left
 */
export async function connectChannel(
  deps: ConnectChannelDeps,
  channel: LiveChannel,
  before?: LiveChannel,
): Promise<void> {
  const { connector, id } = channel
  const left = before && relocates(before, channel) ? await disconnectChannel(deps, before) : DONE
  const result = connector.activate ? await attempt(deps, channel, activate) : DONE
  deps.directory.invalidate()
  const now = await deps.directory.get(id)
  // Paused, deleted or moved by somebody else meanwhile, whose word to the platform may have come before ours.
  if (!now || now.paused || relocates(channel, now)) {
    await disconnectChannel(deps, channel)
    return
  }
  if (result.ok && !left.ok) {
    const detail = `It works as it is set now. What it was set to before could not be told to stop: ${left.detail}`
    await recordHealth(deps, id, { state: 'degraded', code: 'left-behind', detail })
  } else if (connector.activate) await recordHealth(deps, id, reportOf(result))
}

/** Lets the platform bring nothing here any more. Never throws for its sake. @returns what came of it */
export async function disconnectChannel(
  deps: Pick<ConnectChannelDeps, 'contextOf'>,
  channel: LiveChannel,
): Promise<CheckResult> {
  return channel.connector.deactivate ? attempt(deps, channel, deactivate) : DONE
}

/** Keeps that a channel could not be disconnected. */
export async function recordFailure(
  deps: ConnectChannelDeps,
  id: ChannelId,
  result: CheckResult,
): Promise<void> {
  if (!result.ok) await recordHealth(deps, id, reportOf(result))
}

const DONE: CheckResult = { ok: true }

type Act = (connector: Connector, ctx: ConnectorContext<ConfigValues>) => Promise<CheckResult>

const activate: Act = async (connector, ctx) => {
  await connector.activate?.(ctx)
  return DONE
}

const deactivate: Act = async (connector, ctx) => {
  await connector.deactivate?.(ctx)
  return DONE
}

const relocates = (before: LiveChannel, after: LiveChannel): boolean =>
  after.connector.relocates?.(before.config, after.config) === true

/** What became of something that the connector was asked to do. */
async function attempt(
  { contextOf }: Pick<ConnectChannelDeps, 'contextOf'>,
  channel: LiveChannel,
  act: Act,
): Promise<CheckResult> {
  const signal = AbortSignal.timeout(CHECK_TIMEOUT_MS)
  const ctx = contextOf(channel, signal)
  try {
    return await act(channel.connector, ctx)
  } catch (error) {
    if (error instanceof ConnectorError) {
      return { ok: false, code: error.facts.code, detail: error.facts.detail ?? 'The platform refused.' }
    }
    if (signal.aborted) return { ok: false, code: 'timeout', detail: 'The platform did not answer in time.' }
    // What was saved stands: whoever tries again must not make a second channel.
    ctx.logger.error({ err: error }, 'a connector threw against its contract')
    return { ok: false, code: 'unexpected', detail: 'The connection failed with an unexpected error.' }
  }
}

const reportOf = (result: CheckResult): HealthReport =>
  result.ok
    ? { state: 'healthy', ...(result.detail === undefined ? {} : { detail: result.detail }) }
    : { state: 'failing', code: result.code, detail: result.detail }

async function recordHealth(
  { channels, directory, bus, clock }: ConnectChannelDeps,
  id: ChannelId,
  report: HealthReport,
): Promise<void> {
  await channels.setHealth(id, report, new Date(clock()))
  bus.signal({ kind: 'channel-changed', channelId: id })
  const channel = await directory.get(id)
  if (channel) bus.publish([{ type: 'channel.updated', channel: presentChannel(channel) }])
}
