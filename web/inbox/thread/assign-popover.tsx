import { Popover, TextInput } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import type { KeyboardEvent, ReactNode } from 'react'
import { useState } from 'react'
import type { AgentView } from '../../../src/domain/views.ts'
import { Avatar, dotOf } from '../parts/avatar.tsx'
import { cx } from '../parts/class-names.ts'
import { text } from '../text/text.ts'
import css from './assign-menu.module.css'

interface ChoicesProps {
  readonly agents: readonly AgentView[]
  readonly me: string
  readonly chosen: string | undefined
  readonly onGive: (id: string | null) => void
}

/** The colleagues one may give a conversation to. */
export function AssignPopover(
  props: ChoicesProps & {
    readonly opened: boolean
    readonly onChange: (opened: boolean) => void
    readonly children: ReactNode
  },
) {
  const { opened, onChange, children, ...choices } = props
  return (
    <Popover opened={opened} onChange={onChange} position="bottom-end" width={280} trapFocus returnFocus>
      <Popover.Target>{children}</Popover.Target>
      <Popover.Dropdown p={8} aria-label={text.conversation.assign} data-shortcuts="off">
        <Choices {...choices} />
      </Popover.Dropdown>
    </Popover>
  )
}

function Choices(props: ChoicesProps) {
  const { agents, me, chosen, onGive } = props
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const wanted = typed.trim().toLocaleLowerCase()
  const found = agents
    .filter(({ name, email }) => `${name} ${email}`.toLocaleLowerCase().includes(wanted))
    .sort(
      (one, other) => Number(other.id === me) - Number(one.id === me) || one.name.localeCompare(other.name),
    )
  const choices = [...found.map(({ id }) => id as string | null), ...(chosen && !wanted ? [null] : [])]
  const onKeyDown = (event: KeyboardEvent) => {
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
      <div
        id="assign-choices"
        role="listbox"
        aria-label={text.conversation.assignee}
        className={css['choices']}
      >
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
            <span className={css['name']}>
              <bdi>{agent.name}</bdi>
              {agent.id === me && <span className={css['you']}> ({text.general.you})</span>}
            </span>
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
