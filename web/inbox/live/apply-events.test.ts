import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { expect, it } from 'vitest'
import type { AgentView, ProfileView } from '../../../src/domain/views.ts'
import { createEventApplier } from './apply-events.ts'

const agent = (id: string, part: Partial<AgentView>): AgentView =>
  ({
    id,
    name: id,
    role: 'agent',
    availability: 'available',
    present: true,
    version: 3,
    ...part,
  }) as AgentView

function screen() {
  const client = new QueryClient()
  client.setQueryData(['agents'], [agent('a1', {}), agent('a2', {})])
  client.setQueryData(['session'], { ...agent('a1', {}), permissions: [] } as unknown as ProfileView)
  const apply = createEventApplier(client)
  return {
    hear: (part: AgentView) => apply([{ type: 'agent.updated', agent: part }]),
    agents: () => client.getQueryData<AgentView[]>(['agents']),
    me: () => client.getQueryData<ProfileView>(['session']),
  }
}

it('believes who is there though presence raises no version', () => {
  const { hear, agents, me } = screen()
  hear(agent('a2', { present: false }))
  hear(agent('a1', { present: false }))
  expect(agents()?.map(({ present }) => present)).toEqual([false, false])
  expect(me()?.present).toBe(false)
})

it('believes nothing older than what it knows', () => {
  const { hear, agents, me } = screen()
  hear(agent('a1', { version: 2, availability: 'offline' }))
  expect(agents()?.[0]?.availability).toBe('available')
  expect(me()?.availability).toBe('available')
})

it('meets a new colleague', () => {
  const { hear, agents } = screen()
  hear(agent('a3', {}))
  expect(agents()?.map(({ id }) => id)).toEqual(['a1', 'a2', 'a3'])
})

it('reads a list again that was being read when a new colleague came', async () => {
  const client = new QueryClient()
  const answers = [[agent('a1', {})], [agent('a1', {}), agent('a3', {})]]
  const asked: (() => void)[] = []
  const observer = new QueryObserver(client, {
    queryKey: ['agents'],
    queryFn: async () => {
      const answer = answers[asked.length]
      await new Promise<void>((resolve) => asked.push(resolve))
      return answer
    },
  })
  const leave = observer.subscribe(() => undefined)
  await expect.poll(() => asked.length).toBe(1)
  createEventApplier(client)([{ type: 'agent.updated', agent: agent('a3', {}) }])
  await expect.poll(() => asked.length).toBe(2)
  for (const answer of asked) answer()
  await expect
    .poll(() => client.getQueryData<AgentView[]>(['agents'])?.map(({ id }) => id))
    .toEqual(['a1', 'a3'])
  leave()
  client.clear()
})

it.each([
  ['teams', ['teams', 'agent-routing']],
  ['categories', ['categories']],
  ['skills', ['skills']],
  ['agents', ['agent-routing']],
  ['settings', ['routing-settings', 'agent-routing']],
] as const)('reads %s again that somebody else changed', (part, keys) => {
  const client = new QueryClient()
  const shown = ['teams', 'categories', 'skills', 'routing-settings', 'agent-routing']
  for (const key of shown) client.setQueryData([key], [])
  createEventApplier(client)([{ type: 'routing.changed', part }])
  const outdated = shown.filter((key) => client.getQueryState([key])?.isInvalidated)
  expect(outdated).toEqual(expect.arrayContaining([...keys]))
  expect(outdated).not.toContain(part === 'settings' ? 'teams' : 'routing-settings')
})
