import { ConnectorError } from '../../src/contract/connector-error.ts'

/** Files are held in memory while they go up, for minutes on a slow line: so many of a channel at once on this node. */
export const MOST_UPLOADS = 4
/** Short of what a send may take: whoever waited for nothing knows that nothing was sent. */
const LONGEST_WAIT_MS = 120_000

interface Turns {
  taken: number
  /** First come, first served. */
  readonly waiting: Set<() => void>
}

const ofChannel = new Map<string, Turns>()

/**
 * Does something when it is a channel's turn to load a file.
 * @throws ConnectorError when that takes too long; what `act` throws
 */
export async function inUploadTurn<T>(
  channelId: string,
  signal: AbortSignal,
  act: () => Promise<T>,
): Promise<T> {
  const turns = ofChannel.get(channelId) ?? { taken: 0, waiting: new Set() }
  ofChannel.set(channelId, turns)
  if (turns.taken < MOST_UPLOADS) turns.taken += 1
  else await itsTurn(turns, AbortSignal.any([signal, AbortSignal.timeout(LONGEST_WAIT_MS)]))
  try {
    return await act()
  } finally {
    const [next] = turns.waiting
    // A turn that is handed on stays taken.
    if (next) next()
    else turns.taken -= 1
    if (turns.taken === 0) ofChannel.delete(channelId)
  }
}

function itsTurn({ waiting }: Turns, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const go = (): void => {
      waiting.delete(go)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const end = (): void => {
      waiting.delete(go)
      reject(tooManyUploads())
    }
    if (signal.aborted) return end()
    signal.addEventListener('abort', end, { once: true })
    waiting.add(go)
  })
}

const tooManyUploads = (): ConnectorError =>
  new ConnectorError({
    code: 'too-many-uploads',
    detail: 'Many files are on their way to Telegram; this one is tried again.',
    retry: 'later',
    delivery: 'not-sent',
  })
