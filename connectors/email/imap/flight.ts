import type { PushItem, RawItem } from '../../../src/contract/connector.ts'

/** The journal or the checkpoint did not take something: the mailbox is not to blame. */
export class StoreFailure extends Error {
  constructor(cause: unknown) {
    super('What was fetched could not be stored', { cause })
    this.name = 'StoreFailure'
  }
}

/** Letters on their way to the journal. */
export interface Flight {
  /** Starts one and resolves once there is room for another. Throws {@link StoreFailure} when any was refused. */
  add(sizeBytes: number, prepare: () => Promise<RawItem>): Promise<void>
  /** Resolves once all are journaled; throws {@link StoreFailure} when any was refused. */
  landed(): Promise<void>
}

/** Hands letters over in their order, several at a time, within limits of number and size. */
export function createFlight(
  push: PushItem,
  limits: { readonly letters: number; readonly bytes: number },
  signal: AbortSignal,
): Flight {
  let letters = 0
  let bytes = 0
  let refusal: StoreFailure | undefined
  let handedOver: Promise<unknown> = Promise.resolve()
  let wake: () => void = () => undefined
  const changed = () =>
    new Promise<void>((resolve) => {
      wake = resolve
    })
  const check = (): void => {
    if (refusal) throw refusal
  }
  return {
    async add(sizeBytes, prepare) {
      check()
      letters += 1
      bytes += sizeBytes
      const prepared = prepare()
      // Each is handed over after the one before; only the waiting for the journal overlaps.
      const handing = handedOver.then(async () => {
        const item = await prepared
        // Whoever stopped the session expects nothing from it any more.
        signal.throwIfAborted()
        return { journaled: push(item) }
      })
      handedOver = handing.catch(() => undefined)
      handing
        .then(({ journaled }) => journaled)
        .catch((error: unknown) => {
          refusal ??= new StoreFailure(error)
        })
        .finally(() => {
          letters -= 1
          bytes -= sizeBytes
          wake()
        })
      while (!refusal && (letters >= limits.letters || bytes >= limits.bytes)) await changed()
      check()
    },
    async landed() {
      while (letters > 0) await changed()
      check()
    },
  }
}
