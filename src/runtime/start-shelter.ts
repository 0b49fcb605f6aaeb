import { join } from 'node:path'
import { isDatabaseUnavailable } from '../store/database-error.ts'
import type { JournalWriter } from './journal-writer.ts'
import type { PathDeps } from './path-deps.ts'
import { createSpool } from './spool.ts'
import { createSetAside } from './spool-set-aside.ts'
import { createShelter, type Shelter } from './spool-shelter.ts'

const TEND_EVERY_MS = 3_600_000

/** Starts the shelter of deliveries; what an earlier process kept on this machine's disk goes into the journal first. */
export async function startShelter(
  { stores, settings, metrics, log, nodeId }: PathDeps,
  writer: Pick<JournalWriter, 'append'>,
  onRecovered: () => void,
): Promise<Shelter> {
  const root = join(settings.dataDir, 'spool')
  const onError = (error: unknown, message: string): void => log.error({ err: error }, message)
  const aside = createSetAside({
    root,
    keepMs: settings.journalRetentionMs,
    now: Date.now,
    onError,
    onCount: (refused, torn) => {
      metrics.spoolSetAside(refused, torn)
      if (refused + torn > 0) log.warn({ refused, torn }, 'the spool keeps files that it could not hand over')
    },
  })
  let tending: Promise<void> | undefined
  const tend = (): void => {
    tending ??= aside
      .tend(writer.append, isDatabaseUnavailable)
      .catch((error: unknown) => onError(error, 'looking after what the spool could not hand over failed'))
      .finally(() => {
        tending = undefined
      })
  }
  const spool = createSpool({
    root,
    maxBytes: settings.spoolMaxBytes,
    now: Date.now,
    onError,
    onBytes: metrics.spoolBytes,
    keepTorn: aside.keepTorn,
  })
  await spool.look()
  const shelter = createShelter({
    writer,
    spool,
    setAside: aside.keep,
    probe: () => stores.journal.barrier(`spool:${nodeId}`),
    isUnavailable: isDatabaseUnavailable,
    log,
    onSpooled: metrics.spooled,
    onDrained: metrics.spoolDrained,
    onRecovered: () => {
      tend()
      onRecovered()
    },
    monotonic: () => performance.now(),
  })
  const timer = setInterval(tend, TEND_EVERY_MS)
  tend()
  return {
    ...shelter,
    async stop() {
      clearInterval(timer)
      await shelter.stop()
    },
  }
}
