import { Router } from 'express'
import type { QueueView, WaitingView } from '../../../src/domain/queue-views.ts'
import type { ConversationView } from '../../../src/domain/views.ts'
import { problem } from './answers.ts'
import { effectiveCapacity, hoursOf, loadOf } from './routing-facts.ts'
import type { FakeState } from './state.ts'

const ORDER = ['urgent', 'high', 'normal', 'low']

/** The queue, and why. */
export function queueRouter(state: FakeState): Router {
  const router = Router()
  router.get('/queue', (_request, response) => void response.json(queueOf(state)))
  router.get('/conversations/:id/why', ({ params }, response) => {
    const conversation = state.conversations.get(params.id)
    if (!conversation) return problem(response, 'not-found')
    const decision = state.decisions.get(params.id)?.[0]
    const name = state.agents.find(({ id }) => id === conversation.assigneeId)?.name
    const text = name
      ? `Assigned to ${name}: it was the next turn.`
      : 'Nobody has it yet. דניאל כהן is not connected, Emil Haugen is offline, Bruno Okafor has 6 of 6.'
    response.json({ text, pieces: [], ...(decision ? { decision } : {}) })
  })
  return router
}

function queueOf(state: FakeState): QueueView {
  const groups = new Map<string, ConversationView[]>()
  for (const [id] of state.waitingSince) {
    const conversation = state.conversations.get(id)
    if (!conversation || conversation.assigneeId || conversation.status !== 'open') continue
    const key = conversation.teamId ?? ''
    groups.set(key, [...(groups.get(key) ?? []), conversation])
  }
  const since = ({ id }: ConversationView) => state.waitingSince.get(id) ?? ''
  return {
    teams: [...groups].map(([teamId, waiting]) => ({
      ...(teamId ? { teamId: teamId as never } : {}),
      total: waiting.length,
      waiting: waiting
        .sort(
          (one, other) =>
            ORDER.indexOf(one.priority) - ORDER.indexOf(other.priority) ||
            since(one).localeCompare(since(other)),
        )
        .map(
          (conversation, index): WaitingView => ({
            conversation,
            enteredAt: since(conversation) as never,
            position: index + 1,
            step: index % 2,
            why: 'Bruno Okafor has 6 of 6, Emil Haugen is offline.',
          }),
        ),
    })),
    agents: state.agents
      .filter((agent) => agent.state === 'active')
      .map((agent) => {
        const hours = hoursOf(state, agent.id)
        return {
          agent,
          load: loadOf(state, agent.id),
          capacity: effectiveCapacity(state, agent.id),
          hours,
          available: agent.availability === 'online' && agent.present && hours.within,
        }
      }),
  }
}
