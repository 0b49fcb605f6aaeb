import { Button, Menu } from '@mantine/core'
import { IconChevronsUp, IconChevronUp, IconClock } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { QueueAgentView, WaitingView } from '../../../src/domain/queue-views.ts'
import { Avatar, dotOf } from '../parts/avatar.tsx'
import { cx } from '../parts/class-names.ts'
import { exactTime, soonTime } from '../parts/time.ts'
import { clockOf } from '../routing/durations.ts'
import { routingText } from '../text/routing-text.ts'
import { text } from '../text/text.ts'
import { fullness, limitOf } from './load.ts'
import css from './waiting-row.module.css'

/** What a dragged conversation is called while it is carried. */
export const DRAGGED_CONVERSATION = 'application/x-tributary-conversation'

const LONG_MS = 600_000

/** One that waits: who, since when, why, and a way to give it to somebody. */
export function WaitingRow(props: {
  readonly waiting: WaitingView
  readonly agents: readonly QueueAgentView[]
  readonly now: number
  readonly onGive: (agent: QueueAgentView['agent']) => void
  readonly onDrag: (id: string | undefined) => void
}) {
  const { waiting, agents, now, onGive, onDrag } = props
  const { conversation, enteredAt, position, step, wakeAt, why } = waiting
  const words = routingText.queue
  const { name } = conversation.contact
  const age = now - Date.parse(enteredAt)
  return (
    <li
      className={css['row']}
      draggable
      data-waiting={conversation.id}
      onDragStart={(event) => {
        event.dataTransfer.setData(DRAGGED_CONVERSATION, conversation.id)
        event.dataTransfer.effectAllowed = 'move'
        onDrag(conversation.id)
      }}
      onDragEnd={() => onDrag(undefined)}
    >
      <Avatar name={name} size={36} />
      <div className={css['body']}>
        <div className={css['line']}>
          {conversation.priority === 'urgent' && (
            <IconChevronsUp
              size={15}
              stroke={2.4}
              className={css['urgent']}
              aria-label={text.priority.urgent}
              role="img"
            />
          )}
          {conversation.priority === 'high' && (
            <IconChevronUp
              size={15}
              stroke={2.4}
              className={css['high']}
              aria-label={text.priority.high}
              role="img"
            />
          )}
          <Link
            to="/conversations/$conversationId"
            params={{ conversationId: conversation.id }}
            className={css['name']}
            draggable={false}
          >
            <bdi>{name}</bdi>
          </Link>
          <span className={css['place']}>{words.position(position)}</span>
          <time
            className={cx(css['age'], age > LONG_MS && css['long'])}
            dateTime={enteredAt}
            title={`${words.age} · ${exactTime(enteredAt)}`}
          >
            <IconClock size={13} stroke={2} aria-hidden />
            <span className="visually-hidden">{words.age} </span>
            {clockOf(age)}
          </time>
        </div>
        <p className={css['preview']}>
          <bdi dir="auto">
            {conversation.lastMessage?.preview ?? conversation.subject ?? text.list.noMessage}
          </bdi>
        </p>
        <p className={css['why']}>
          {why}
          <span>
            {' '}
            · {words.step(step + 1)}
            {wakeAt && ` · ${words.next(soonTime(wakeAt))}`}
          </span>
        </p>
      </div>
      <GiveMenu customer={name} agents={agents} onGive={onGive} />
    </li>
  )
}

function GiveMenu(props: {
  readonly customer: string
  readonly agents: readonly QueueAgentView[]
  readonly onGive: (agent: QueueAgentView['agent']) => void
}) {
  const { customer, agents, onGive } = props
  const words = routingText.queue
  return (
    <Menu position="bottom-end" width={280}>
      <Menu.Target>
        <Button size="xs" variant="default" aria-label={words.assignTo(customer)}>
          {words.assign}
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={css['menu'] ?? ''}>
        {agents.map((entry) => {
          const limit = limitOf(entry)
          return (
            <Menu.Item
              key={entry.agent.id}
              leftSection={
                <Avatar
                  name={entry.agent.name}
                  size={24}
                  dot={dotOf(entry.agent.availability, entry.agent.present)}
                />
              }
              rightSection={
                <span className={cx(css['room'], (fullness(entry) ?? 0) >= 1 && css['full'])}>
                  {words.loadShort(entry.load.total, limit)}
                </span>
              }
              onClick={() => onGive(entry.agent)}
            >
              <bdi>{entry.agent.name}</bdi>
            </Menu.Item>
          )
        })}
      </Menu.Dropdown>
    </Menu>
  )
}
