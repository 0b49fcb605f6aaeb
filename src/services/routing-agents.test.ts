import { expect, it } from 'vitest'
import type { AgentId, ChannelId } from '../domain/ids.ts'
import type { RoutingAgent } from '../domain/routing/agent-state.ts'
import { createBus } from './bus.ts'
import { createAvailability } from './routing-agents.ts'

const SEEN = 'seen' as ChannelId
const HIDDEN = 'hidden' as ChannelId
const agent: RoutingAgent = {
  id: 'a' as AgentId,
  name: 'Ann',
  active: true,
  channels: new Set([SEEN]),
  availability: 'online',
  present: true,
  teamIds: [],
  skills: {},
  capacity: {},
  load: {},
  recentLoad: {},
}

function world() {
  const bus = createBus((error) => {
    throw error
  })
  const state = { nowMs: 1_000, reads: 0, present: true, away: false }
  const ask = createAvailability({
    routingAgents: async () => {
      state.reads += 1
      if (state.away) throw new Error('the database is away')
      return [{ ...agent, present: state.present }]
    },
    bus,
    clock: () => state.nowMs,
  })
  return { bus, state, ask }
}

it('reads the agents once a second, however many pages ask', async () => {
  const { state, ask } = world()
  const answers = await Promise.all(Array.from({ length: 100 }, (_, page) => ask(page % 2 ? SEEN : HIDDEN)))
  expect(answers.filter(Boolean)).toHaveLength(50)
  expect(state.reads).toBe(1)
  state.nowMs += 1_000
  await ask(SEEN)
  expect(state.reads).toBe(2)
})

it('tells at once when somebody comes or goes', async () => {
  const { bus, state, ask } = world()
  expect(await ask(SEEN)).toBe(true)
  state.present = false
  bus.signal({ kind: 'outbox-wanted' })
  expect(await ask(SEEN)).toBe(true)
  bus.signal({ kind: 'availability-changed', agentId: agent.id })
  expect(await ask(SEEN)).toBe(false)
})

it('remembers no failure', async () => {
  const { state, ask } = world()
  state.away = true
  await expect(ask(SEEN)).rejects.toThrow('away')
  state.away = false
  expect(await ask(SEEN)).toBe(true)
})
