import { describe, expect, it } from 'vitest'
import type { AssignFacts } from './assign-choices.ts'
import { assignChoices, assignmentOf } from './assign-choices.ts'

const agent = (id: string, name: string, state = 'active') => ({ id, name, email: `${id}@x.example`, state })
const facts = (part: object = {}): AssignFacts =>
  ({
    conversation: { status: 'open' },
    agents: [agent('b', 'Bruno'), agent('me', 'Zoe'), agent('a', 'Ana'), agent('d', 'Dead', 'deactivated')],
    teams: [{ id: 't', name: 'Billing' }],
    me: 'me',
    mayAssignOthers: true,
    ...part,
  }) as unknown as AssignFacts

const kinds = (of: AssignFacts, typed = '') =>
  assignChoices(of, typed).map((choice) =>
    choice.kind === 'agent' ? choice.agent.name : choice.kind === 'team' ? choice.team.name : choice.kind,
  )

describe('whom a conversation may be given to', () => {
  it('begins with oneself, leaves out who is deactivated, and ends with the ways out', () => {
    expect(kinds(facts())).toEqual(['Zoe', 'Ana', 'Bruno', 'Billing', 'send-back'])
    expect(kinds(facts({ conversation: { status: 'open', assigneeId: 'a', teamId: 't' } }))).toEqual([
      'Zoe',
      'Ana',
      'Bruno',
      'Billing',
      'no-team',
      'unassign',
      'send-back',
    ])
  })

  it('finds people and teams by what is typed', () => {
    expect(kinds(facts(), 'bi')).toEqual(['Billing'])
    expect(kinds(facts(), 'A@X')).toEqual(['Ana'])
  })

  it('lets who may not assign others take what nobody has, and pass on what is his', () => {
    const his = (conversation: object) => facts({ mayAssignOthers: false, conversation })
    expect(kinds(his({ status: 'open' }))).toEqual(['Zoe'])
    expect(kinds(his({ status: 'open', assigneeId: 'a' }))).toEqual([])
    expect(kinds(his({ status: 'open', assigneeId: 'me' }))).toEqual([
      'Zoe',
      'Ana',
      'Bruno',
      'Billing',
      'unassign',
      'send-back',
    ])
  })
})

describe('what a choice writes', () => {
  const open = { assigneeId: 'a', teamId: 't' } as never
  const of = (choice: object, note = '') => assignmentOf(choice as never, open, note)
  it('is nothing for who has it already', () => {
    expect(of({ kind: 'agent', agent: { id: 'a' } })).toBeUndefined()
  })
  it('carries a note', () => {
    expect(of({ kind: 'agent', agent: { id: 'b' } }, ' Urgent ')).toEqual({ assigneeId: 'b', note: 'Urgent' })
  })
  it('takes the owner away when a team gets it', () => {
    expect(of({ kind: 'team', team: { id: 't' } })).toEqual({ assigneeId: null, teamId: 't' })
  })
  it('keeps the owner when only the team goes', () => {
    expect(of({ kind: 'no-team' })).toEqual({ assigneeId: 'a', teamId: null })
  })
})
