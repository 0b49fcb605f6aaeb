import type { ConfigValues } from '../contract/config-field.ts'
import type { VisitorAccess } from '../contract/visitor-access.ts'
import { AppError } from '../domain/errors.ts'
import type { ChannelId } from '../domain/ids.ts'
import type { ChannelDirectory, LiveChannel } from './channel-directory.ts'

/** A channel whose customers hold a live client of ours. */
export interface VisitorChannel {
  readonly channel: LiveChannel
  readonly access: VisitorAccess<ConfigValues>
}

/** A visitor whose token held. */
export interface KnownVisitor {
  readonly channelId: ChannelId
  readonly visitorId: string
}

/** What finding a channel and its visitors needs. */
export interface VisitorChannelDeps {
  readonly directory: Pick<ChannelDirectory, 'get'>
  readonly clock: () => number
}

/** @throws AppError `not-found` for what is no channel with visitors */
export async function findVisitorChannel(
  channelId: string,
  { directory }: Pick<VisitorChannelDeps, 'directory'>,
): Promise<VisitorChannel> {
  const channel = await directory.get(channelId)
  const access = channel?.connector.visitors
  if (!channel || !access || channel.deletedAtMs !== undefined) throw new AppError('not-found')
  return { channel, access }
}

/** @throws AppError `not-found`, `channel-paused` */
export async function openVisitorChannel(
  channelId: string,
  deps: Pick<VisitorChannelDeps, 'directory'>,
): Promise<VisitorChannel> {
  const found = await findVisitorChannel(channelId, deps)
  if (found.channel.paused) throw new AppError('channel-paused')
  return found
}

/**
 * Who a bearer token speaks for on this channel.
 * @throws AppError `not-found`, `channel-paused`, `invalid-token`
 */
export async function requireVisitor(
  channelId: string,
  token: string | undefined,
  deps: VisitorChannelDeps,
): Promise<KnownVisitor & VisitorChannel> {
  const found = await openVisitorChannel(channelId, deps)
  const visitor =
    token === undefined ? undefined : found.access.recognise(token, found.channel.config, deps.clock())
  if (!visitor) throw new AppError('invalid-token')
  return { ...found, channelId: found.channel.id, visitorId: visitor.visitorId }
}
