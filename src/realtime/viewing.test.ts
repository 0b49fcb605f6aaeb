import { describe, expect, it } from 'vitest'
import type { ConversationId } from '../domain/ids.ts'
import { createViewing } from './viewing.ts'

function viewer(conversation: string, agent: string) {
  return { conversationId: conversation as ConversationId, agentId: agent, name: agent.toUpperCase() }
}

function build() {
  const clock = { nowMs: 0 }
  const changes: string[] = []
  const viewing = createViewing({
    now: () => clock.nowMs,
    onChange: ({ conversationId, agentId, state }) => changes.push(`${agentId} ${state} ${conversationId}`),
  })
  const taken = () => changes.splice(0)
  return { clock, viewing, taken }
}

describe('who is viewing', () => {
  it('tells when somebody comes, goes over to another conversation and leaves', () => {
    const { viewing, taken } = build()
    viewing.show('s1', viewer('c1', 'ann'))
    expect(taken()).toEqual(['ann viewing c1'])
    viewing.show('s1', viewer('c2', 'ann'))
    expect(taken()).toEqual(['ann left c1', 'ann viewing c2'])
    viewing.show('s1', undefined)
    expect(taken()).toEqual(['ann left c2'])
    viewing.show('s1', undefined)
    expect(taken()).toEqual([])
  })

  it('counts an agent once, however many screens and nodes show the conversation', () => {
    const { viewing, taken } = build()
    viewing.show('s1', viewer('c1', 'ann'))
    viewing.show('s2', viewer('c1', 'ann'))
    viewing.receive({ nodeId: 'n2', viewers: [viewer('c1', 'ann'), viewer('c1', 'bob')] })
    expect(taken()).toEqual(['ann viewing c1', 'bob viewing c1'])
    expect(viewing.viewersOf('c1')).toHaveLength(2)
    expect(viewing.ofThisNode().map((one) => one.agentId)).toEqual(['ann', 'ann'])
    viewing.show('s1', undefined)
    viewing.show('s2', undefined)
    expect(taken()).toEqual([])
    viewing.receive({ nodeId: 'n2', viewers: [viewer('c1', 'bob')] })
    expect(taken()).toEqual(['ann left c1'])
  })

  it('lets the agents of a silent node leave', () => {
    const { clock, viewing, taken } = build()
    viewing.receive({ nodeId: 'n2', viewers: [viewer('c1', 'bob')] })
    clock.nowMs = 30_000
    viewing.forgetSilent()
    expect(taken()).toEqual(['bob viewing c1'])
    clock.nowMs = 40_000
    viewing.forgetSilent()
    expect(taken()).toEqual(['bob left c1'])
  })
})
