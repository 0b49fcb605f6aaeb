import { setTimeout as sleep } from 'node:timers/promises'
import type { RawRequest, WebhookAnswer } from '../contract/raw-request.ts'
import { AppError, type ErrorCode } from '../domain/errors.ts'
import { type AcceptDeps, acceptDelivery } from './accept-delivery.ts'
import type { ChannelDirectory, LiveChannel } from './channel-directory.ts'

/** Refusals that settings decide, and not what was sent. */
const BY_SETTINGS: ReadonlySet<ErrorCode> = new Set(['invalid-signature', 'invalid-token', 'channel-paused'])
/** What is not signed is refused soon, also while the database is away. */
const LOOK_MS = 1_000

/**
 * As {@link acceptDelivery}, by what is known at once of the channel: nothing on the hot path waits for the database.
 * Only what is refused by that is looked at once more by what another node may have set since, such as a new secret,
 * for not every platform delivers twice.
 * @throws as {@link acceptDelivery}
 */
export async function acceptNewest(
  channel: LiveChannel,
  request: RawRequest,
  deps: AcceptDeps & { readonly channels: Pick<ChannelDirectory, 'get'> },
): Promise<WebhookAnswer> {
  try {
    return await acceptDelivery(channel, request, deps)
  } catch (error) {
    if (!(error instanceof AppError) || !BY_SETTINGS.has(error.code)) throw error
    const newest = await newestOf(channel, deps.channels)
    if (!newest) throw error
    return acceptDelivery(newest, request, deps)
  }
}

/** Undefined where nothing has changed that counts here, or nobody can tell soon. */
async function newestOf(
  { id, config, paused }: LiveChannel,
  channels: Pick<ChannelDirectory, 'get'>,
): Promise<LiveChannel | undefined> {
  const looking = channels.get(id).catch(() => undefined)
  const newest = await Promise.race([looking, sleep(LOOK_MS, undefined, { ref: false })])
  const isChanged = newest !== undefined && (newest.config !== config || newest.paused !== paused)
  return isChanged && newest.deletedAtMs === undefined ? newest : undefined
}
