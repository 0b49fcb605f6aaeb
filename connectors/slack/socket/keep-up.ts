/** What no socket brought, because none stood: it is read from the histories once one does. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { PushItem } from '../../../src/contract/connector.ts'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import type { SlackContext } from '../api/call.ts'
import { catchUp } from '../api/catch-up.ts'
import { numberIn } from '../events/fields.ts'

/** How long a gap may be overlooked after a sudden death; the mark is moved so often. */
const PERIOD_MS = 60_000
/** Slack's clock may differ from ours, and it may have told in vain what it wrote down a little before. */
const OVERLAP_MS = 5 * 60_000

/** What may have been missed. */
export interface Gap {
  /** Until then nothing was. */
  heardUntilMs: number
  /** Since then something may have been; whoever could not journal what came says so. */
  isOpen: boolean
}

/** Reads the mark; a channel that is new has no past, and gets one before the first socket is opened. */
export async function readGap(ctx: SlackContext): Promise<Gap> {
  const known = numberIn(await ctx.checkpoint.read(), MARK)
  if (known !== undefined) return { heardUntilMs: known, isOpen: true }
  const heardUntilMs = ctx.clock()
  await ctx.checkpoint.write({ [MARK]: heardUntilMs })
  return { heardUntilMs, isOpen: false }
}

const MARK = 'heardUntilMs'

/**
 * Catches up since the mark, and moves the mark on for as long as the session stands. Where a history cannot be read
 * just now it is tried again, and the socket brings what is new all the same.
 * @param signal aborts when the session is over
 */
export async function keepUp(
  ctx: SlackContext,
  push: PushItem,
  gap: Gap,
  signal: AbortSignal,
  periodMs = PERIOD_MS,
): Promise<void> {
  const within = { ...ctx, signal: AbortSignal.any([ctx.signal, signal]) }
  while (!within.signal.aborted) {
    const nowMs = ctx.clock()
    if (gap.isOpen) {
      // Before it begins: what cannot be journaled meanwhile opens it again.
      gap.isOpen = false
      if (!(await isCaughtUp(within, gap.heardUntilMs - OVERLAP_MS, push))) gap.isOpen = true
    }
    if (within.signal.aborted) return
    if (!gap.isOpen) {
      await ctx.checkpoint.write({ [MARK]: nowMs })
      gap.heardUntilMs = nowMs
    }
    await sleep(periodMs, undefined, { signal: within.signal, ref: false }).catch(() => undefined)
  }
}

async function isCaughtUp(ctx: SlackContext, sinceMs: number, push: PushItem): Promise<boolean> {
  const pushInTime: PushItem = async (item) => {
    if (!ctx.signal.aborted) await push(item)
  }
  try {
    await catchUp(ctx, sinceMs, pushInTime)
    return !ctx.signal.aborted
  } catch (error) {
    // Whoever cannot journal it now may later; who may not at all any more is told by the signal.
    const code = error instanceof ConnectorError ? error.facts.code : 'not-journaled'
    if (!ctx.signal.aborted) ctx.logger.warn({ code }, 'what was missed cannot be brought just now')
    return false
  }
}
