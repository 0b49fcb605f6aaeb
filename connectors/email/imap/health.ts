import type { HealthReport } from '../../../src/contract/connector.ts'
import type { MailContext } from './connect.ts'
import type { Cursor } from './cursor.ts'
import type { Failure } from './failure.ts'

/** Tells how the mailbox is, each time that changes. */
export interface Health {
  connected(): void
  /** Everything is taken that can be. */
  caughtUp(cursor: Cursor): void
  troubled(failure: Failure): void
}

/** Only a person can mend these. */
const FAILING: ReadonlySet<Failure['code']> = new Set([
  'bad-credentials',
  'folder-not-found',
  'destination-not-allowed',
])

export function createHealth(ctx: MailContext): Health {
  let told = ''
  let unreadable = 0
  const tell = (report: HealthReport): void => {
    const text = JSON.stringify(report)
    if (text === told) return
    told = text
    ctx.reportHealth(report)
  }
  const well = (): void => {
    if (unreadable === 0) return tell({ state: 'healthy' })
    tell({
      state: 'degraded',
      code: 'letter-unreadable',
      detail:
        unreadable === 1
          ? 'The server does not hand over one of the letters; it is asked for again and again.'
          : `The server does not hand over ${unreadable} of the letters; they are asked for again and again.`,
    })
  }
  return {
    connected: well,
    caughtUp: ({ owed }) => {
      // A letter that failed once may only have met a broken connection.
      unreadable = owed.filter(({ tries }) => tries > 1).length
      well()
    },
    troubled: ({ code, detail }) => tell({ state: FAILING.has(code) ? 'failing' : 'degraded', code, detail }),
  }
}
