import { createApartParser } from './apart-parser.ts'
import type { ParsingThreads } from './limited-parse.ts'

/** Letters may be large and nested deep. */
const ITEM_MEMORY_MEGABYTES = 512
/** Nearly every letter takes milliseconds; one that takes longer is looked at alone, so that no other waits for it. */
const ITEM_LIMIT_MS = 4_000
const SUSPECT_ITEM_LIMIT_MS = 20_000
/** Two, so that the letters behind one that never ends go on beside it. */
const ITEM_THREADS = 2
/** Large enough that a thread never waits for the next letter, small enough that little begins anew with a new thread. */
const ITEMS_IN_FLIGHT = 4

/** Creates the threads of this process; none runs before there is work for it. */
export function createParsingThreads(deps: {
  /** The module of the connectors. */
  readonly registryUrl: string
  readonly onError: (error: unknown, message: string) => void
}): ParsingThreads & { stop(): Promise<void> } {
  const suspects = createApartParser(deps)
  const items = createApartParser({
    ...deps,
    threads: ITEM_THREADS,
    inFlight: ITEMS_IN_FLIGHT,
    limitMs: ITEM_LIMIT_MS,
    memoryMegabytes: ITEM_MEMORY_MEGABYTES,
  })
  const suspectItems = createApartParser({
    ...deps,
    limitMs: SUSPECT_ITEM_LIMIT_MS,
    memoryMegabytes: ITEM_MEMORY_MEGABYTES,
  })
  return {
    suspects,
    items,
    suspectItems,
    async stop() {
      await Promise.all([suspects.stop(), items.stop(), suspectItems.stop()])
    },
  }
}
