import { Button, Menu } from '@mantine/core'
import { IconChevronsUp, IconChevronUp, IconClock } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { Dispatch, SetStateAction } from 'react'
import { memo, useEffect, useState } from 'react'
import type { QueueAgentView, WaitingView } from '../../../src/domain/queue-views.ts'
import type { ConversationView } from '../../../src/domain/views.ts'
import { Avatar } from '../parts/avatar.tsx'
import { cx } from '../parts/class-names.ts'
import { OnDemand } from '../parts/on-demand.tsx'
import { exactTime, soonTime } from '../parts/time.ts'
import { useNow } from '../parts/use-now.ts'
import { clockOf } from '../routing/durations.ts'
import { routingText } from '../text/routing-text.ts'
import { text } from '../text/text.ts'
import { dotOfEntry, fullness, limitOf } from './load.ts'
import css from './waiting-row.module.css'

/** What a dragged conversation is called while it is carried. */
export const DRAGGED_CONVERSATION = 'application/x-tributary-conversation'

const LONG_MS = 600_000

/** One that waits: who, since when, why, and a way to give it to somebody. */
export const WaitingRow = memo(function WaitingRow(props: {
  readonly waiting: WaitingView
  readonly agents: readonly QueueAgentView[]
  readonly onGive: (conversation: ConversationView, agent: QueueAgentView['agent']) => void
  readonly onDrag: Dispatch<SetStateAction<string | undefined>>
}) {
  const { waiting, agents, onGive, onDrag } = props
  const { conversation, enteredAt, position, step, wakeAt, why } = waiting
  const words = routingText.queue
  const { id } = conversation
  const { name } = conversation.contact
  // A row that goes while it is carried is never told that the carrying ended.
  useEffect(() => () => onDrag((carried) => (carried === id ? undefined : carried)), [id, onDrag])
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
          <Age since={enteredAt} />
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
      <GiveMenu customer={name} agents={agents} onGive={(agent) => onGive(conversation, agent)} />
    </li>
  )
})

function Age({ since }: { readonly since: string }) {
  const age = useNow() - Date.parse(since)
  const words = routingText.queue
  return (
    <time
      className={cx(css['age'], age > LONG_MS && css['long'])}
      dateTime={since}
      title={`${words.age} · ${exactTime(since)}`}
    >
      <IconClock size={13} stroke={2} aria-hidden />
      <span className="visually-hidden">{words.age} </span>
      {clockOf(age)}
    </time>
  )
}

function GiveMenu(props: {
  readonly customer: string
  readonly agents: readonly QueueAgentView[]
  readonly onGive: (agent: QueueAgentView['agent']) => void
}) {
  const { customer, agents, onGive } = props
  const words = routingText.queue
  const trigger = (
    <Button size="xs" variant="default" aria-label={words.assignTo(customer)}>
      {words.assign}
    </Button>
  )
  return (
    <OnDemand trigger={trigger}>
      <Menu position="bottom-end" width={280} defaultOpened>
        <Menu.Target>{trigger}</Menu.Target>
        <Menu.Dropdown className={css['menu'] ?? ''}>
          <Choices agents={agents} onGive={onGive} />
        </Menu.Dropdown>
      </Menu>
    </OnDemand>
  )
}

/** In the order in which it was opened: what one is about to press must not move away. */
function Choices(props: {
  readonly agents: readonly QueueAgentView[]
  readonly onGive: (agent: QueueAgentView['agent']) => void
}) {
  const { agents, onGive } = props
  const [order] = useState(() => agents.map(({ agent }) => agent.id))
  return order.map((id) => {
    const entry = agents.find(({ agent }) => agent.id === id)
    if (!entry) return null
    return (
      <Menu.Item
        key={id}
        leftSection={<Avatar name={entry.agent.name} size={24} dot={dotOfEntry(entry)} />}
        rightSection={
          <span className={cx(css['room'], (fullness(entry) ?? 0) >= 1 && css['full'])}>
            {routingText.queue.loadShort(entry.load.total, limitOf(entry))}
          </span>
        }
        onClick={() => onGive(entry.agent)}
      >
        <bdi>{entry.agent.name}</bdi>
      </Menu.Item>
    )
  })
}
