import type { VisitorIdentityClaim, WidgetSettingsAnswer } from '../../../src/domain/visitor.ts'
import { isPassing, isProblem, ProblemError } from '../../shared/problem.ts'
import type { VisitorApi } from './api.ts'
import type { Keepsake, Remembered } from './keepsake.ts'

const RENEWAL_PATIENCE_MS = 20_000
const FIRST_DELAY_MS = 2_000
const LONGEST_DELAY_MS = 60_000

/** Who this browser is to the server, and for how long. */
export interface Visit {
  token(): string | undefined
  /** A page of an allowed site asked just now: opens a session with its ticket, if one is wanted. */
  present(answer: WidgetSettingsAnswer): Promise<void>
  /** Opens a new session: after a 401, or when the page says that the visitor is another one. */
  renew(): Promise<boolean>
  /** The same, a little later at each failure in a row. */
  renewLater(): void
  /** The line to the server stands: the next failure is a first one again. */
  settled(): void
  leave(): void
}

/** What a visit needs. */
export interface VisitDeps {
  readonly api: Pick<VisitorApi, 'openSession'>
  readonly keepsake: Keepsake
  readonly identity: () => VisitorIdentityClaim | undefined
  readonly askForTicket: () => void
  /** `earlier` is who the browser was before; the same visitor at most visits. */
  readonly onEntered: (visitor: Remembered, earlier: Remembered | undefined) => void
  readonly onRefused: (code: string) => void
  readonly onError: (code: string, detail: string) => void
}

export function createVisit(deps: VisitDeps): Visit {
  const { api, keepsake } = deps
  let visitor: Remembered | undefined
  let wanted = true
  let failures = 0
  let round = 0
  let waiting: ((entered: boolean) => void)[] = []

  const finish = (entered: boolean): void => {
    for (const done of waiting.splice(0)) done(entered)
  }

  const open = async (ticket: string): Promise<Remembered> => {
    const earlier = visitor ?? keepsake.visitor()
    const identity = deps.identity()
    const command = { ticket, ...(earlier && { token: earlier.token }) }
    try {
      return await api.openSession({ ...command, ...(identity && { identity }) })
    } catch (error) {
      if (!isProblem(error, 'identity-not-proven') || !identity) throw error
      deps.onError(error.problem.code, error.message)
      // A wrong or outdated proof costs the visitor his name, not the chat.
      const { hash: _hash, jwt: _jwt, ...claims } = identity
      return api.openSession({ ...command, identity: claims })
    }
  }

  const later = (): void => {
    const delayMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failures, 10))
    failures += 1
    // Spread, since a server that was away is missed by all visitors at once.
    setTimeout(() => void renew(), delayMs * (0.5 + Math.random() / 2))
  }

  const renew = (): Promise<boolean> => {
    wanted = true
    return new Promise((resolve) => {
      waiting.push(resolve)
      setTimeout(() => resolve(false), RENEWAL_PATIENCE_MS)
      deps.askForTicket()
    })
  }

  return {
    token: () => visitor?.token,
    renew,
    renewLater: later,
    settled() {
      failures = 0
    },
    leave() {
      visitor = undefined
      waiting = []
      round += 1
      keepsake.forget()
    },
    async present({ ticket }) {
      if (!wanted) return
      wanted = false
      const mine = ++round
      try {
        const { token, visitorId, verified } = await open(ticket)
        // Another ticket, or a reset, came in between: its outcome counts.
        if (mine !== round) return
        const earlier = visitor ?? keepsake.visitor()
        visitor = { token, visitorId, verified }
        keepsake.keepVisitor(visitor)
        deps.onEntered(visitor, earlier)
        finish(true)
      } catch (error) {
        if (mine !== round) return
        finish(false)
        const code = error instanceof ProblemError ? error.problem.code : 'internal'
        if (isPassing(error) || (code === 'origin-not-allowed' && failures < 2)) later()
        else deps.onRefused(code)
      }
    },
  }
}
