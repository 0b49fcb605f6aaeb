import { Popover, Textarea, TextInput } from '@mantine/core'
import { IconArrowBackUp, IconCheck, IconUsersGroup } from '@tabler/icons-react'
import type { KeyboardEvent, ReactNode } from 'react'
import { useEffect, useState } from 'react'
import type { AssignConversationCommand } from '../../../src/domain/commands.ts'
import type { ConversationView } from '../../../src/domain/views.ts'
import { useAgents, useAllowed, useMe, useTeams } from '../data/queries.ts'
import { sendBack } from '../data/send-back.ts'
import { Avatar, dotOf } from '../parts/avatar.tsx'
import { cx } from '../parts/class-names.ts'
import { routingText } from '../text/routing-text.ts'
import { text } from '../text/text.ts'
import type { AssignChoice } from './assign-choices.ts'
import { assignChoices, assignmentOf } from './assign-choices.ts'
import css from './assign-menu.module.css'
import { keepNote, keptNote } from './assign-notes.ts'

const LONGEST_NOTE = 5_000

interface ChoicesProps {
  readonly conversation: ConversationView
  /** Resolves with whether it was done. */
  readonly onAssign: (assignment: Omit<AssignConversationCommand, 'version'>) => Promise<boolean>
  readonly onDone: () => void
}

/** The colleagues and teams one may give a conversation to, and the way back to the queue. */
export function AssignPopover(
  props: Omit<ChoicesProps, 'onDone'> & {
    readonly opened: boolean
    readonly onChange: (opened: boolean) => void
    readonly children: ReactNode
  },
) {
  const { opened, onChange, children, ...choices } = props
  return (
    <Popover opened={opened} onChange={onChange} position="bottom-end" width={300} trapFocus returnFocus>
      <Popover.Target>{children}</Popover.Target>
      <Popover.Dropdown p={8} aria-label={text.conversation.assign} data-shortcuts="off">
        <Choices key={choices.conversation.id} {...choices} onDone={() => onChange(false)} />
      </Popover.Dropdown>
    </Popover>
  )
}

function Choices({ conversation, onAssign, onDone }: ChoicesProps) {
  const agents = useAgents()
  const teams = useTeams()
  const me = useMe().id
  const mayAssignOthers = useAllowed('conversation.assign-others')
  const words = routingText.assign
  const [typed, setTyped] = useState('')
  const [note, setNote] = useState(() => keptNote(me, conversation.id))
  const [at, setAt] = useState(0)
  const choices = assignChoices(
    { conversation, agents: [...agents.values()], teams: [...teams.values()], me, mayAssignOthers },
    typed,
  )
  useEffect(() => {
    document.getElementById(`assign-${at}`)?.scrollIntoView({ block: 'nearest' })
  }, [at])
  const write = (next: string) => {
    setNote(next)
    keepNote(me, conversation.id, next)
  }
  const choose = async (choice: AssignChoice) => {
    onDone()
    const assignment = assignmentOf(choice, conversation, note)
    const done =
      choice.kind === 'send-back'
        ? await sendBack(conversation, note)
        : assignment !== undefined && (await onAssign(assignment))
    if (done && keptNote(me, conversation.id) === note) keepNote(me, conversation.id, '')
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) {
      event.preventDefault()
      setAt((before) => (before + step + choices.length) % Math.max(1, choices.length))
    }
    const choice = choices[at]
    if (event.key === 'Enter' && choice) void choose(choice)
  }
  const label = teams.size > 0 ? words.find : text.conversation.assignSearch
  return (
    <>
      <TextInput
        size="xs"
        data-autofocus
        value={typed}
        role="combobox"
        aria-expanded="true"
        aria-controls="assign-choices"
        aria-activedescendant={choices.length > 0 ? `assign-${at}` : undefined}
        aria-label={label}
        placeholder={label}
        onKeyDown={onKeyDown}
        onChange={({ currentTarget }) => {
          setTyped(currentTarget.value)
          setAt(0)
        }}
      />
      {choices.length === 0 && <p className={css['nobody']}>{words.nobody}</p>}
      <div
        id="assign-choices"
        role="listbox"
        aria-label={text.conversation.assignee}
        className={css['choices']}
      >
        {choices.map((choice, index) => (
          <div
            key={keyOf(choice)}
            id={`assign-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={isChosen(choice, conversation)}
            className={cx(
              css['choice'],
              index === at && css['active'],
              choice.kind === 'unassign' && css['none'],
            )}
            onClick={() => void choose(choice)}
            onMouseMove={() => setAt(index)}
          >
            <ChoiceWords choice={choice} me={me} />
            {isChosen(choice, conversation) && <IconCheck size={16} aria-hidden />}
          </div>
        ))}
      </div>
      <Textarea
        mt={8}
        size="xs"
        autosize
        minRows={1}
        maxRows={4}
        maxLength={LONGEST_NOTE}
        label={words.note}
        placeholder={words.notePlaceholder}
        value={note}
        onChange={({ currentTarget }) => write(currentTarget.value)}
      />
    </>
  )
}

const keyOf = (choice: AssignChoice): string =>
  choice.kind === 'agent' ? choice.agent.id : choice.kind === 'team' ? choice.team.id : choice.kind

const isChosen = (choice: AssignChoice, { assigneeId, teamId }: ConversationView): boolean =>
  choice.kind === 'agent'
    ? choice.agent.id === assigneeId
    : choice.kind === 'team' && choice.team.id === teamId

function ChoiceWords({ choice, me }: { readonly choice: AssignChoice; readonly me: string }) {
  const words = routingText.assign
  switch (choice.kind) {
    case 'agent':
      return (
        <>
          <Avatar
            name={choice.agent.name}
            size={24}
            dot={dotOf(choice.agent.availability, choice.agent.present)}
          />
          <span className={css['name']}>
            <bdi>{choice.agent.name}</bdi>
            {choice.agent.id === me && <span className={css['you']}> ({text.general.you})</span>}
          </span>
        </>
      )
    case 'team':
      return (
        <>
          <span className={css['icon']} aria-hidden>
            <IconUsersGroup size={16} stroke={1.8} />
          </span>
          <span className={css['name']}>
            <bdi>{choice.team.name}</bdi>
          </span>
        </>
      )
    case 'no-team':
      return <span className={css['name']}>{words.noTeam}</span>
    case 'unassign':
      return <span className={css['name']}>{text.conversation.unassign}</span>
    case 'send-back':
      return (
        <>
          <span className={css['icon']} aria-hidden>
            <IconArrowBackUp size={16} stroke={1.8} />
          </span>
          <span className={css['name']}>
            {words.sendBack}
            <span className={css['hint']}>{words.sendBackHint}</span>
          </span>
        </>
      )
  }
}
