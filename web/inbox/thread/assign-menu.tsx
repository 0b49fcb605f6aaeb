import { ActionIcon, Button, Popover, TextInput, Tooltip } from '@mantine/core'
import { IconCheck, IconUserPlus } from '@tabler/icons-react'
import { useState } from 'react'
import type { AgentView, ConversationView } from '../../../src/domain/views.ts'
import type { useConversationChange } from '../data/conversation-actions.ts'
import { useAgents, useAllowed, useMe } from '../data/queries.ts'
import { Avatar, dotOf } from '../parts/avatar.tsx'
import { cx } from '../parts/class-names.ts'
import { useShortcut } from '../shell/shortcuts.ts'
import { text } from '../text/text.ts'
import css from './assign-menu.module.css'

/** Takes a conversation, or gives it to a colleague. */
export function AssignMenu(props: {
  readonly conversation: ConversationView
  readonly change: ReturnType<typeof useConversationChange>
}) {
  const { conversation, change } = props
  const [opened, setOpened] = useState(false)
  const agents = useAgents()
  const me = useMe()
  const mayAssignOthers = useAllowed('conversation.assign-others')
  const assignee = conversation.assigneeId ? agents.get(conversation.assigneeId) : undefined
  const give = (assigneeId: string | null) => {
    setOpened(false)
    if (assigneeId !== (conversation.assigneeId ?? null)) change.mutate({ assigneeId })
  }
  useShortcut('a', () => setOpened(true))

  return (
    <>
      {!conversation.assigneeId && (
        <Button size="xs" variant="light" className={css['take']} onClick={() => give(me.id)}>
          {text.conversation.take}
        </Button>
      )}
      <Popover opened={opened} onChange={setOpened} position="bottom-end" width={280} trapFocus returnFocus>
        <Popover.Target>
          <Tooltip label={`${assignee ? text.list.assignedTo(assignee.name) : text.conversation.assign} (A)`}>
            <ActionIcon
              className={css['trigger']}
              aria-label={assignee ? `${text.conversation.assign}: ${assignee.name}` : text.conversation.assign}
              aria-haspopup="dialog"
              aria-expanded={opened}
              onClick={() => setOpened((before) => !before)}
            >
              {assignee ? <Avatar name={assignee.name} size={24} /> : <IconUserPlus size={18} />}
            </ActionIcon>
          </Tooltip>
        </Popover.Target>
        <Popover.Dropdown p={8} aria-label={text.conversation.assign} data-shortcuts="off">
          <Choices
            agents={[...agents.values()].filter(({ id, state }) => state === 'active' && (mayAssignOthers || id === me.id))}
            me={me.id}
            chosen={conversation.assigneeId}
            onGive={give}
          />
        </Popover.Dropdown>
      </Popover>
    </>
  )
}

function Choices(props: {
  readonly agents: readonly AgentView[]
  readonly me: string
  readonly chosen: string | undefined
  readonly onGive: (id: string | null) => void
}) {
  const { agents, me, chosen, onGive } = props
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const wanted = typed.trim().toLocaleLowerCase()
  const found = agents
    .filter(({ name, email }) => `${name} ${email}`.toLocaleLowerCase().includes(wanted))
    .sort((one, other) => Number(other.id === me) - Number(one.id === me) || one.name.localeCompare(other.name))
  const choices = [...found.map(({ id }) => id as string | null), ...(chosen && !wanted ? [null] : [])]
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) {
      event.preventDefault()
      setAt((before) => (before + step + choices.length) % Math.max(1, choices.length))
    }
    const choice = choices[at]
    if (event.key === 'Enter' && choice !== undefined) onGive(choice)
  }
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
        aria-label={text.conversation.assignSearch}
        placeholder={text.conversation.assignSearch}
        onKeyDown={onKeyDown}
        onChange={({ currentTarget }) => {
          setTyped(currentTarget.value)
          setAt(0)
        }}
      />
      {choices.length === 0 && <p className={css['nobody']}>{text.conversation.noColleague}</p>}
      <div id="assign-choices" role="listbox" aria-label={text.conversation.assignee} className={css['choices']}>
        {found.map((agent, index) => (
          <div
            key={agent.id}
            id={`assign-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={agent.id === chosen}
            className={cx(css['choice'], index === at && css['active'])}
            onClick={() => onGive(agent.id)}
            onMouseMove={() => setAt(index)}
          >
            <Avatar name={agent.name} size={24} dot={dotOf(agent.availability, agent.present)} />
            <bdi className={css['name']}>
              {agent.name}
              {agent.id === me && <span className={css['you']}> ({text.general.you})</span>}
            </bdi>
            {agent.id === chosen && <IconCheck size={16} aria-hidden />}
          </div>
        ))}
        {choices.at(-1) === null && (
          <div
            id={`assign-${found.length}`}
            role="option"
            tabIndex={-1}
            aria-selected={false}
            className={cx(css['choice'], css['none'], at === found.length && css['active'])}
            onClick={() => onGive(null)}
            onMouseMove={() => setAt(found.length)}
          >
            {text.conversation.unassign}
          </div>
        )}
      </div>
    </>
  )
}
