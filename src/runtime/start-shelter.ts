import { join } from 'node:path'
import { isDatabaseUnavailable } from '../store/database-error.ts'
import type { JournalWriter } from './journal-writer.ts'
import type { PathDeps } from './path-deps.ts'
import { createSpool } from './spool.ts'
import { createShelter, type Shelter } from './spool-shelter.ts'

/** Starts the shelter of deliveries; what an earlier process kept on this machine's disk goes into the journal first. */
export async function startShelter(
  { stores, settings, metrics, log, nodeId }: PathDeps,
  writer: Pick<JournalWriter, 'append'>,
  onRecovered: () => void,
): Promise<Shelter> {
  const spool = createSpool({
    root: join(settings.dataDir, 'spool'),
    maxBytes: settings.spoolMaxBytes,
    now: Date.now,
    onError: (error, message) => log.error({ err: error }, message),
    onBytes: metrics.spoolBytes,
  })
  await spool.look()
  return createShelter({
    writer,
    spool,
    probe: () => stores.journal.barrier(`spool:${nodeId}`),
    isUnavailable: isDatabaseUnavailable,
    log,
    onSpooled: metrics.spooled,
    onDrained: metrics.spoolDrained,
    onRecovered,
    monotonic: () => performance.now(),
  })
}
