import type { JournaledRequest, Verified } from '../contract/raw-request.ts'
import type { LiveChannel } from '../services/channel-directory.ts'
import type { DeliverDeps } from '../services/deliver-messages.ts'
import type { Logger } from './logger.ts'

const LIMIT_MS = 10_000

/** Makes the function that lets connectors do what they owe a platform beside the acknowledgement. */
export function createAfterInbound({
  contextOf,
  log,
}: {
  readonly contextOf: DeliverDeps['contextOf']
  readonly log: Pick<Logger, 'warn'>
}): (channel: LiveChannel, request: Verified<JournaledRequest>) => void {
  return (channel, request) => {
    const act = async (): Promise<void> =>
      channel.connector.afterInbound?.(request, contextOf(channel, AbortSignal.timeout(LIMIT_MS)))
    act().catch((error: unknown) =>
      log.warn({ channelId: channel.id, err: error }, 'what follows a delivery failed'),
    )
  }
}
