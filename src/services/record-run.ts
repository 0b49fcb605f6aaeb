import { silentUntilMs } from '../domain/routing/after-assignment.ts'
import type { RoutingOutcome } from '../domain/routing/trace.ts'
import type { StoredDecision } from '../store/routing-store.ts'
import type { OwedGreeting, Silence, StoredConversation } from '../store/stored-conversation.ts'
import type { Decided } from './decide-in-turn.ts'
import { groupOf, movesOnAtMs } from './routing-view.ts'

/** What set a run off; part of the explanation. */
export type RoutingTrigger =
  | 'arrival'
  | 'reopened'
  | 'capacity'
  | 'sweep'
  | 'time'
  | 'rules'
  | 'sent-back'
  | 'silence'
  | 'offline'
  | 'changed'
  /** Somebody asks why; nothing comes of it. */
  | 'asked'

/** A decision as it is kept. */
export function toDecision(
  { conversation, trace, decisionId, durationMs }: Omit<Decided, 'view' | 'inForce' | 'isReturn'>,
  trigger: RoutingTrigger,
): StoredDecision {
  const { outcome, winner, step, strategy, teamId, candidates, tallies, wakeAtMs, decidedAtMs } = trace
  return {
    id: decisionId,
    conversationId: conversation.id,
    trigger,
    outcome,
    ...(winner ? { winner } : {}),
    ...(step === undefined ? {} : { step }),
    ...(strategy ? { strategy } : {}),
    ...(teamId ? { teamId } : {}),
    candidates,
    tallies,
    ...(wakeAtMs === undefined ? {} : { wakeAtMs }),
    durationMs,
    decidedAtMs,
  }
}

/** Whether somebody may still get the conversation without anybody touching it. */
const staysOpen = (outcome: RoutingOutcome, movesOn: number | undefined): boolean =>
  outcome === 'waiting' || movesOn !== undefined

/** Where the router stands with a conversation that a run gave to nobody. */
export function routingAfter(
  { conversation, view, inForce, trace, decisionId }: Decided,
  recorded: boolean,
): StoredConversation['routing'] {
  const { sinceMs, decisionId: known } = conversation.routing
  const explained = recorded ? decisionId : known
  const movesOn = movesOnAtMs(view, inForce, trace, trace.decidedAtMs)
  if (!staysOpen(trace.outcome, movesOn)) {
    return { status: 'settled', sinceMs: trace.decidedAtMs, ...(explained ? { decisionId: explained } : {}) }
  }
  return {
    status: 'waiting',
    sinceMs,
    ...(explained ? { decisionId: explained } : {}),
    group: groupOf(view, inForce, trace, trace.decidedAtMs),
    ...(movesOn === undefined ? {} : { wakeAtMs: movesOn }),
  }
}

/** What holds for the assignee whom a run found; undefined where the policy waits for ever. */
export function silenceOf({ conversation, inForce, trace }: Decided): Silence | undefined {
  const { silentAfterMs } = inForce.policy
  const dueAtMs = silentUntilMs(inForce.policy, trace.decidedAtMs)
  if (silentAfterMs === undefined || dueAtMs === undefined) return undefined
  // Of those who let it lapse nobody answered; the last word may be our own greeting.
  const waitsForAnswer =
    conversation.lastMessage?.direction !== 'outbound' || (conversation.queue?.lapses.length ?? 0) > 0
  return { afterMs: silentAfterMs, ...(waitsForAnswer ? { dueAtMs } : {}) }
}

/** What the customer is to be told when the winner has it; nothing when it only goes back to whoever had it. */
export function greetingOf({ inForce, trace, decisionId, isReturn }: Decided): OwedGreeting | undefined {
  const { customerMessage: text } = inForce.policy
  if (!text || !trace.winner || isReturn) return undefined
  return { decisionId, agentId: trace.winner, text, atMs: trace.decidedAtMs }
}

/** Whether a look at a waiting conversation told anything new: only then is it kept. */
export function tellsNews({ conversation, trace }: Decided): boolean {
  const { routing, queue } = conversation
  return (
    routing.status !== 'waiting' ||
    trace.winner !== undefined ||
    trace.teamId !== undefined ||
    trace.outcome !== 'waiting' ||
    (trace.queue !== undefined && trace.queue.step !== queue?.step)
  )
}
