import type { AssignConversationCommand } from '../../../src/domain/commands.ts'
import type { TeamView } from '../../../src/domain/routing-views.ts'
import type { AgentView, ConversationView } from '../../../src/domain/views.ts'

/** One line of the list of whom a conversation may be given to. */
export type AssignChoice =
  | { readonly kind: 'agent'; readonly agent: AgentView }
  | { readonly kind: 'team'; readonly team: TeamView }
  | { readonly kind: 'no-team' }
  | { readonly kind: 'unassign' }
  | { readonly kind: 'send-back' }

/** What there is to choose from. */
export interface AssignFacts {
  readonly conversation: ConversationView
  readonly agents: readonly AgentView[]
  readonly teams: readonly TeamView[]
  readonly me: string
  readonly mayAssignOthers: boolean
}

/** The choices that match what is typed: oneself, colleagues, teams, then the ways out. */
export function assignChoices(facts: AssignFacts, typed: string): readonly AssignChoice[] {
  const { conversation, agents, teams, me, mayAssignOthers } = facts
  const wanted = typed.trim().toLocaleLowerCase()
  const matches = (words: string) => words.toLocaleLowerCase().includes(wanted)
  // As the server judges: who has it may pass it on, and what nobody has may be taken.
  const mayGive = mayAssignOthers || conversation.assigneeId === me
  const mayTake = mayGive || !conversation.assigneeId
  const people = agents
    .filter(({ id, state }) => state === 'active' && (mayGive || (mayTake && id === me)))
    .filter(({ name, email }) => matches(`${name} ${email}`))
    .sort(
      (one, other) => Number(other.id === me) - Number(one.id === me) || one.name.localeCompare(other.name),
    )
    .map((agent) => ({ kind: 'agent', agent }) as const)
  const groups = teams
    .filter(({ name }) => mayGive && matches(name))
    .sort((one, other) => one.name.localeCompare(other.name))
    .map((team) => ({ kind: 'team', team }) as const)
  if (wanted !== '') return [...people, ...groups]
  return [
    ...people,
    ...groups,
    ...(conversation.teamId && mayGive ? [{ kind: 'no-team' } as const] : []),
    ...(conversation.assigneeId && mayGive ? [{ kind: 'unassign' } as const] : []),
    ...(conversation.status === 'open' && mayGive ? [{ kind: 'send-back' } as const] : []),
  ]
}

type Assignment = Omit<AssignConversationCommand, 'version'>

/** What a choice writes; undefined where it changes nothing, or is no assignment. */
export function assignmentOf(
  choice: AssignChoice,
  { assigneeId, teamId }: ConversationView,
  note: string,
): Assignment | undefined {
  const left = note.trim() === '' ? {} : { note: note.trim() }
  switch (choice.kind) {
    case 'agent':
      return choice.agent.id === assigneeId ? undefined : { assigneeId: choice.agent.id, ...left }
    case 'team':
      return choice.team.id === teamId && !assigneeId
        ? undefined
        : { assigneeId: null, teamId: choice.team.id, ...left }
    case 'no-team':
      return { assigneeId: assigneeId ?? null, teamId: null, ...left }
    case 'unassign':
      return { assigneeId: null, ...left }
    case 'send-back':
      return undefined
  }
}
