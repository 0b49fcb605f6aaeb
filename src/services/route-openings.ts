import type { RoutingDecisionId } from '../domain/ids.ts'
import type { Writable } from '../domain/writable.ts'
import { reach } from '../store/stations.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import { linesOfRun, type Names } from './assignment-lines.ts'
import { type Decided, decideInTurn } from './decide-in-turn.ts'
import { greetCustomers } from './greet-customer.ts'
import { greetingOf, routingAfter, silenceOf, toDecision } from './record-run.ts'
import type { OpenedConversation, RouteOpenings } from './resolve-conversations.ts'
import { figuresOf, namesOf, type RouteDeps, toWanted } from './route-conversations.ts'

/**
 * Decides on conversations that are about to be opened. Their insert, which the unique index of the thread lets
 * happen once, is the claim; the traces are stored before it, so that no assignment is ever without its explanation.
 */
export async function routeOpenings(
  openings: readonly StoredConversation[],
  deps: RouteDeps,
): ReturnType<RouteOpenings> {
  const wanted = await toWanted(openings, deps)
  const run = await decideInTurn(wanted, deps)
  await deps.routing.recordDecisions(run.decided.map((one) => toDecision(one, 'arrival')))
  reach('routed')
  const names = await namesOf(run.decided, deps)
  // Too old a reservation may have been taken for drift: they open without an owner, and the sweep has them.
  const holds = run.holds()
  const byId = new Map((holds ? run.decided : []).map((one) => [one.conversation.id, one]))
  return {
    routed: openings.map((conversation) => {
      const decided = byId.get(conversation.id)
      return decided ? withDecision(conversation, decided, names, deps) : { conversation, lines: [] }
    }),
    async close(lostIds) {
      const lost = new Set<RoutingDecisionId>(
        holds
          ? lostIds.flatMap((id) => byId.get(id)?.decisionId ?? [])
          : run.decided.map(({ decisionId }) => decisionId),
      )
      await deps.routing.markLost([...lost])
      await run.close(lost)
      for (const one of run.decided) deps.observe(figuresOf(one, 'arrival', lost.has(one.decisionId)))
    },
    greet: (opened) => greetCustomers(opened, names, deps),
  }
}

function withDecision(
  opening: StoredConversation,
  decided: Decided,
  names: Names,
  deps: RouteDeps,
): OpenedConversation {
  const { trace, decisionId } = decided
  const { winner, teamId, queue, strategy = '' } = trace
  const silence = winner && silenceOf(decided)
  const greeting = greetingOf(decided)
  const conversation: Writable<StoredConversation> = {
    ...opening,
    routing: winner
      ? { status: 'settled', sinceMs: opening.routing.sinceMs, decisionId }
      : routingAfter(decided, true),
  }
  if (winner) {
    conversation.assigneeId = winner
    conversation.lastAgentId = winner
    conversation.assignedAtMs = deps.now()
    conversation.assignedBy = 'router'
  }
  if (teamId) conversation.teamId = teamId
  if (queue) conversation.queue = queue
  if (silence) conversation.silence = silence
  if (greeting) conversation.greeting = greeting
  return { conversation, lines: linesOfRun(opening, conversation, strategy, names, deps) }
}
