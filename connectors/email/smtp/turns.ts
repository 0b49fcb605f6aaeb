import { createTurns } from '../../shared/turns.ts'

/** Providers allow few connections per mailbox, Microsoft three; the others of a busy desk wait here, not there. */
const AT_ONCE = 3

/** Runs something while at most three of the channel run; who waits goes in order. Rejects when the signal aborts first. */
export const inTurn = createTurns(AT_ONCE, ({ reason }) =>
  reason instanceof Error ? reason : new Error(String(reason)),
)
