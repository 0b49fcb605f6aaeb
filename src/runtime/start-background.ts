/** What is done for messages beside the way in: their files, and who their senders are. */
import { fetchWaitingFile } from '../services/fetch-waiting-file.ts'
import { LOOK_UP_RETRY_MS, lookUpIdentity } from '../services/look-up-identity.ts'
import { createLookUps, type LookUps } from './look-ups.ts'
import type { PathDeps } from './path-deps.ts'
import { startWaitingFiles, type WaitingFiles } from './waiting-files.ts'

/** Starts fetching files that their platforms do not keep for long. */
export function startFileFetching(
  deps: PathDeps,
  onError: (error: unknown, message: string) => void,
): WaitingFiles {
  return startWaitingFiles({
    fetchNext: () =>
      fetchWaitingFile({
        ...deps.stores,
        fetchAttachment: deps.fetchAttachment,
        bus: deps.bus,
        now: Date.now,
        random: Math.random,
      }),
    onError,
  })
}

/** Creates what asks platforms who customers are. */
export function startLookUps({ stores, directory, bus, log, contextOf }: PathDeps): LookUps {
  return createLookUps({
    lookUp: (wanted) =>
      lookUpIdentity(wanted, {
        ...stores,
        findChannel: directory.get,
        contextOf,
        bus,
        now: Date.now,
        onPictureFailure: (error) =>
          log.info({ err: error, channelId: wanted.channelId }, 'a picture of a customer could not be had'),
      }),
    onFailure: (error, { channelId }) =>
      log.warn({ err: error, channelId }, 'a platform did not say who a customer is'),
    retryMs: LOOK_UP_RETRY_MS,
  })
}
