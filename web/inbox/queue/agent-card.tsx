import { useState } from 'react'
import type { QueueAgentView } from '../../../src/domain/queue-views.ts'
import { Avatar } from '../parts/avatar.tsx'
import { cx } from '../parts/class-names.ts'
import { relativeTime, soonTime } from '../parts/time.ts'
import { routingText } from '../text/routing-text.ts'
import { text } from '../text/text.ts'
import css from './agent-card.module.css'
import { dotOfEntry, fullness, isThereByPush, limitOf } from './load.ts'
import { DRAGGED_CONVERSATION } from './waiting-row.tsx'

/** One who could take something: status, load against capacity, hours. A conversation may be dropped on it. */
export function AgentCard(props: {
  readonly entry: QueueAgentView
  /** Something is being dragged. */
  readonly inviting: boolean
  readonly onDrop: (conversationId: string) => void
}) {
  const { entry, inviting, onDrop } = props
  const { agent, load, lastAssignedAt } = entry
  const words = routingText.queue
  const [over, setOver] = useState(false)
  const dot = dotOfEntry(entry)
  const limit = limitOf(entry)
  const full = fullness(entry)
  return (
    <li
      className={cx(css['card'], inviting && css['inviting'], over && css['over'])}
      data-agent={agent.id}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(DRAGGED_CONVERSATION)) return
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        const id = event.dataTransfer.getData(DRAGGED_CONVERSATION)
        if (id !== '') onDrop(id)
      }}
    >
      <Avatar name={agent.name} size={36} dot={dot} />
      <div className={css['body']}>
        <p className={css['line']}>
          <bdi className={css['name']}>{agent.name}</bdi>
          <span className={css['state']}>
            {isThereByPush(entry) ? words.byPush(text.availability[dot]) : text.availability[dot]}
          </span>
        </p>
        <div
          className={css['track']}
          role="meter"
          aria-label={words.loadOf(agent.name)}
          aria-valuemin={0}
          aria-valuemax={Math.max(limit ?? load.total, load.total, 1)}
          aria-valuenow={load.total}
          aria-valuetext={words.load(load.total, limit)}
        >
          <span
            className={cx(css['fill'], full !== undefined && full >= 1 && css['full'])}
            style={{ inlineSize: `${Math.min(1, full ?? 0) * 100}%` }}
          />
        </div>
        <p className={css['detail']}>
          {words.load(load.total, limit)} · {hoursWords(entry)} ·{' '}
          {lastAssignedAt ? words.last(relativeTime(lastAssignedAt)) : words.never}
        </p>
      </div>
    </li>
  )
}

function hoursWords({ hours: { within, closedBy, untilMs } }: QueueAgentView): string {
  const words = routingText.queue
  const until = untilMs === undefined ? undefined : soonTime(new Date(untilMs).toISOString())
  if (within) return until ? words.withinUntil(until) : words.always
  const what = words.outside[closedBy ?? 'out-of-hours']
  return until ? words.outsideUntil(what, until) : what
}
