import { Popover } from '@mantine/core'
import { IconHelpCircle, IconTrophy } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { RoutingCandidate } from '../../../src/domain/routing.ts'
import type { ConversationView, RoutingDecisionView } from '../../../src/domain/views.ts'
import { decisionsQuery, useAgents, useAllowed, useMe } from '../data/queries.ts'
import { Avatar, dotOf } from '../parts/avatar.tsx'
import { ErrorState, SkeletonRows } from '../parts/states.tsx'
import { relativeTime } from '../parts/time.ts'
import { text } from '../text/text.ts'
import css from './routing-why.module.css'

/** Who has the conversation, and why. */
export function RoutingWhy({ conversation }: { readonly conversation: ConversationView }) {
  const { assigneeId } = conversation
  const assignee = useAgents().get(assigneeId ?? '')
  const me = useMe().id
  const mayRead = useAllowed('routing.read')
  const [opened, setOpened] = useState(false)
  return (
    <div className={css['line']}>
      {assigneeId ? (
        <>
          <Avatar
            name={assignee?.name ?? '…'}
            size={24}
            dot={assignee ? dotOf(assignee.availability, assignee.present) : undefined}
          />
          <bdi className={css['name']}>
            {assignee?.name}
            {assigneeId === me && ` (${text.general.you})`}
          </bdi>
        </>
      ) : (
        <span className={css['nobody']}>{text.list.nobody}</span>
      )}
      {mayRead && (
        <Popover opened={opened} onChange={setOpened} position="left-start" width={340} trapFocus returnFocus>
          <Popover.Target>
            <button type="button" className={css['why']} onClick={() => setOpened((before) => !before)}>
              <IconHelpCircle size={14} stroke={1.8} aria-hidden />
              {text.routing.why}
            </button>
          </Popover.Target>
          <Popover.Dropdown aria-label={text.routing.title} data-shortcuts="off" p={0}>
            {opened && <Decisions conversationId={conversation.id} />}
          </Popover.Dropdown>
        </Popover>
      )}
    </div>
  )
}

function Decisions({ conversationId }: { readonly conversationId: string }) {
  const query = useQuery(decisionsQuery(conversationId))
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
  if (!query.data) return <SkeletonRows rows={2} />
  const { items } = query.data
  return (
    <div className={css['decisions']} tabIndex={-1} data-autofocus>
      <h4 className={css['title']}>{text.routing.title}</h4>
      {items.length === 0 && <p className={css['faint']}>{text.routing.none}</p>}
      {items.slice(0, 5).map((decision) => (
        <Decision key={decision.id} decision={decision} />
      ))}
    </div>
  )
}

function Decision({ decision }: { readonly decision: RoutingDecisionView }) {
  const agents = useAgents()
  const nameOf = (id: string | undefined) =>
    decision.candidates.find(({ agentId }) => agentId === id)?.name ??
    agents.get(id ?? '')?.name ??
    text.routing.someone
  const words =
    decision.outcome === 'assigned'
      ? text.routing.outcomes.assigned(nameOf(decision.winner), text.strategies[decision.strategy ?? 'pick'])
      : text.routing.outcomes[decision.outcome]
  return (
    <article className={css['decision']}>
      <p className={css['outcome']}>
        {words} <span className={css['faint']}>{relativeTime(decision.decidedAt)}</span>
      </p>
      {decision.candidates.length > 0 && (
        <ul className={css['candidates']}>
          {decision.candidates.map((candidate) => (
            <li key={`${candidate.step}-${candidate.agentId}`}>
              <Avatar name={candidate.name} size={20} />
              <span className={css['candidate']}>
                <bdi>{candidate.name}</bdi>
              </span>
              {candidate.agentId === decision.winner ? (
                <span className={css['won']}>
                  <IconTrophy size={13} stroke={2} aria-hidden />
                  {text.routing.chosen}
                </span>
              ) : (
                <span className={css['faint']}>{reasonOf(candidate)}</span>
              )}
            </li>
          ))}
        </ul>
      )}
    </article>
  )
}

function reasonOf({ excluded, sinceMs, score }: RoutingCandidate): string {
  if (!excluded) return score === undefined ? '' : text.routing.lastServed(score)
  const since = sinceMs === undefined ? '' : ` · ${relativeTime(new Date(sinceMs).toISOString())}`
  return `${text.routing.reasons[excluded]}${since}`
}
