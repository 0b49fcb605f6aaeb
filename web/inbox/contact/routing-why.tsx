import { Popover } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconHelpCircle, IconTrophy, IconUsersGroup } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { RoutingCandidate } from '../../../src/domain/routing/trace.ts'
import type { ConversationView, RoutingDecisionView } from '../../../src/domain/views.ts'
import { useAgents, useAllowed, useMe, useTeams } from '../data/queries.ts'
import { Avatar, dotOf } from '../parts/avatar.tsx'
import { ErrorState, SkeletonRows } from '../parts/states.tsx'
import { relativeTime } from '../parts/time.ts'
import { candidateWords } from '../routing/exclusion-words.ts'
import { whyQuery } from '../routing/routing-queries.ts'
import { routingText } from '../text/routing-text.ts'
import { text } from '../text/text.ts'
import css from './routing-why.module.css'

const MOST_SHOWN = 60

/** Who has the conversation, and why; or why nobody has it yet. */
export function RoutingWhy({ conversation }: { readonly conversation: ConversationView }) {
  const { assigneeId, teamId } = conversation
  const assignee = useAgents().get(assigneeId ?? '')
  const team = useTeams().get(teamId ?? '')
  const me = useMe().id
  const mayRead = useAllowed('routing.read')
  const [opened, setOpened] = useState(false)
  // Beside the panel where there is room, else below the question.
  const wide = useMediaQuery('(min-width: 75em)', true, { getInitialValueInEffect: false })
  const words = routingText.why
  const question = assigneeId || conversation.status !== 'open' ? words.assigned : words.waiting
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
      {team && (
        <span className={css['team']}>
          <IconUsersGroup size={15} stroke={1.8} aria-label={routingText.assign.team} role="img" />
          <bdi>{team.name}</bdi>
        </span>
      )}
      {mayRead && (
        <Popover
          opened={opened}
          onChange={setOpened}
          position={wide ? 'left-start' : 'bottom-start'}
          width="min(380px, calc(100vw - 32px))"
          trapFocus
          returnFocus
        >
          <Popover.Target>
            <button type="button" className={css['why']} onClick={() => setOpened((before) => !before)}>
              <IconHelpCircle size={14} stroke={1.8} aria-hidden />
              {question}
            </button>
          </Popover.Target>
          <Popover.Dropdown aria-label={question} data-shortcuts="off" p={0}>
            {opened && <Why conversation={conversation} question={question} />}
          </Popover.Dropdown>
        </Popover>
      )}
    </div>
  )
}

function Why({
  conversation,
  question,
}: {
  readonly conversation: ConversationView
  readonly question: string
}) {
  const query = useQuery(whyQuery(conversation.id, conversation.version))
  return (
    <div className={css['decisions']} tabIndex={0} data-autofocus>
      <h4 className={css['title']}>{question}</h4>
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <SkeletonRows rows={2} />}
      {query.data && <p className={css['outcome']}>{query.data.text || routingText.why.none}</p>}
      {query.data?.decision && <Decision decision={query.data.decision} />}
    </div>
  )
}

function Decision({ decision }: { readonly decision: RoutingDecisionView }) {
  const words = routingText.why
  const candidates: readonly RoutingCandidate[] = decision.candidates
  const steps = new Set(candidates.map(({ step }) => step))
  // Whoever was chosen first, then whoever could have been, then the rest.
  const rank = (candidate: RoutingCandidate) =>
    candidate.agentId === decision.winner ? 0 : candidate.excluded === undefined ? 1 : 2
  const sorted = [...candidates].sort(
    (one, other) => one.step - other.step || rank(one) - rank(other) || (one.score ?? 0) - (other.score ?? 0),
  )
  // Of a large team the trace counts most without naming them.
  const omitted = decision.tallies.reduce((sum, tally) => sum + tally.omitted, 0)
  const hidden = Math.max(0, sorted.length - MOST_SHOWN) + omitted
  return (
    <>
      {sorted.length > 0 && (
        <table className={css['candidates']}>
          <caption className="visually-hidden">{words.candidates}</caption>
          <thead>
            <tr>
              <th scope="col">{words.agent}</th>
              {steps.size > 1 && <th scope="col">{words.step}</th>}
              <th scope="col">{words.result}</th>
            </tr>
          </thead>
          <tbody>
            {sorted.slice(0, MOST_SHOWN).map((candidate) => (
              <tr key={`${candidate.step}-${candidate.agentId}`}>
                <th scope="row">
                  <span className={css['candidate']}>
                    <Avatar name={candidate.name} size={20} />
                    <bdi>{candidate.name}</bdi>
                  </span>
                </th>
                {steps.size > 1 && <td>{candidate.step + 1}</td>}
                <td>
                  {candidate.agentId === decision.winner && candidate.excluded === undefined ? (
                    <span className={css['won']}>
                      <IconTrophy size={13} stroke={2} aria-hidden />
                      {[words.chosen, candidateWords(candidate, decision.strategy)]
                        .filter(Boolean)
                        .join(' · ')}
                    </span>
                  ) : (
                    <span className={css['faint']}>{candidateWords(candidate, decision.strategy)}</span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {hidden > 0 && <p className={css['faint']}>{words.more(hidden)}</p>}
      <p className={css['faint']}>
        {relativeTime(decision.decidedAt)} · {words.took(decision.durationMs)}
      </p>
    </>
  )
}
