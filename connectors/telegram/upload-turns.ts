import { ConnectorError } from '../../src/contract/connector-error.ts'
import { createTurns } from '../shared/turns.ts'

/** Files are held in memory while they go up, for minutes on a slow line: so many of a channel at once on this node. */
export const MOST_UPLOADS = 4
/** Short of what a send may take: whoever waited for nothing knows that nothing was sent. */
const LONGEST_WAIT_MS = 120_000

const inTurn = createTurns(
  MOST_UPLOADS,
  () =>
    new ConnectorError({
      code: 'too-many-uploads',
      detail: 'Many files are on their way to Telegram; this one is tried again.',
      retry: 'later',
      delivery: 'not-sent',
    }),
)

/**
 * Does something when it is a channel's turn to load a file.
 * @throws ConnectorError when that takes too long; what `act` throws
 */
export const inUploadTurn = <T>(channelId: string, signal: AbortSignal, act: () => Promise<T>): Promise<T> =>
  inTurn(channelId, AbortSignal.any([signal, AbortSignal.timeout(LONGEST_WAIT_MS)]), act)
