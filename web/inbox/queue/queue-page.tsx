import { Button } from '@mantine/core'
import { IconMoodSmile } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { Dispatch, SetStateAction } from 'react'
import { useCallback, useMemo, useState } from 'react'
import type { QueueAgentView, QueueView, WaitingTeamView } from '../../../src/domain/queue-views.ts'
import type { ConversationView } from '../../../src/domain/views.ts'
import { live, queryClient } from '../data/client.ts'
import { changeConversation } from '../data/conversation-actions.ts'
import { useTeams } from '../data/queries.ts'
import { newest } from '../live/overlay.ts'
import { EmptyState, ErrorState, SkeletonRows } from '../parts/states.tsx'
import { queueQuery } from '../routing/routing-queries.ts'
import { PageHead } from '../settings/page-parts.tsx'
import { routingText } from '../text/routing-text.ts'
import { AgentCard } from './agent-card.tsx'
import { byRoom } from './load.ts'
import css from './queue-page.module.css'
import { WaitingRow } from './waiting-row.tsx'

/** How many of a team are drawn at first, and more each time. */
const SHOWN = 40
/** Loads and hours change without an event of a conversation. */
const REREAD_MS = 30_000

/** What waits, and who could take it; a supervisor's page. */
export function QueuePage() {
  const words = routingText.queue
  const query = useQuery({ ...queueQuery, refetchInterval: REREAD_MS })
  return (
    <div className={css['page']}>
      <div className={css['head']}>
        <PageHead title={words.title} hint={words.hint} />
      </div>
      {query.isError && !query.data && (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.isPending && <SkeletonRows rows={5} />}
      {query.data && <Queue queue={query.data} />}
    </div>
  )
}

function Queue({ queue }: { readonly queue: QueueView }) {
  const words = routingText.queue
  const [said, setSaid] = useState('')
  const [dragged, setDragged] = useState<string>()
  const agents = useMemo(() => [...queue.agents].sort(byRoom), [queue.agents])
  const waiting = queue.teams.flatMap((team) => team.waiting)
  const give = useCallback((conversation: ConversationView, agent: QueueAgentView['agent']) => {
    void giveTo(conversation, agent).then((done) => {
      if (done) setSaid(routingText.queue.given(conversation.contact.name, agent.name))
    })
  }, [])
  const drop = (id: string, agent: QueueAgentView['agent']) => {
    setDragged(undefined)
    const dropped = waiting.find(({ conversation }) => conversation.id === id)
    if (dropped) give(dropped.conversation, agent)
  }
  return (
    <div className={css['columns']}>
      <p role="status" className="visually-hidden">
        {said}
      </p>
      <section className={css['waiting']} aria-label={words.waiting}>
        {waiting.length === 0 && (
          <EmptyState
            icon={<IconMoodSmile size={24} stroke={1.6} />}
            title={words.empty}
            hint={words.emptyHint}
          />
        )}
        {queue.teams
          .filter((team) => team.waiting.length > 0)
          .map((team) => (
            <TeamSection
              key={team.teamId ?? ''}
              team={team}
              agents={agents}
              onGive={give}
              onDrag={setDragged}
            />
          ))}
      </section>
      <section className={css['agents']} aria-label={words.agents} tabIndex={0}>
        <h2 className={css['title']}>{words.agents}</h2>
        <ul className={css['cards']}>
          {agents.map((agent) => (
            <AgentCard
              key={agent.agent.id}
              entry={agent}
              inviting={dragged !== undefined}
              onDrop={(id) => drop(id, agent.agent)}
            />
          ))}
        </ul>
      </section>
    </div>
  )
}

/** That somebody merely read it in the meantime is no reason to refuse; that somebody has it is. */
async function giveTo(conversation: ConversationView, { id }: QueueAgentView['agent']): Promise<boolean> {
  const heard = live.get().conversations.get(conversation.id)?.value
  const done = await changeConversation(
    newest(conversation, heard),
    { assigneeId: id },
    ({ assigneeId, status }) => assigneeId === undefined && status === 'open',
  )
  await queryClient.invalidateQueries({ queryKey: ['queue'] })
  return done
}

function TeamSection(props: {
  readonly team: WaitingTeamView
  readonly agents: readonly QueueAgentView[]
  readonly onGive: (conversation: ConversationView, agent: QueueAgentView['agent']) => void
  readonly onDrag: Dispatch<SetStateAction<string | undefined>>
}) {
  const { team, agents, onGive, onDrag } = props
  const words = routingText.queue
  const teams = useTeams()
  const [most, setMost] = useState(SHOWN)
  const name = team.teamId ? (teams.get(team.teamId)?.name ?? words.goneTeam) : words.noTeam
  const hidden = Math.min(team.waiting.length - most, SHOWN)
  return (
    <div className={css['team']}>
      <h2 className={css['title']}>
        <bdi>{name}</bdi>
        <span className={css['count']}>{words.count(team.total)}</span>
      </h2>
      <ul className={css['rows']} aria-label={name}>
        {team.waiting.slice(0, most).map((item) => (
          <WaitingRow
            key={item.conversation.id}
            waiting={item}
            agents={agents}
            onGive={onGive}
            onDrag={onDrag}
          />
        ))}
      </ul>
      {hidden > 0 ? (
        <Button mt="xs" size="xs" variant="default" onClick={() => setMost(most + SHOWN)}>
          {words.showMore(hidden)}
        </Button>
      ) : (
        team.total > team.waiting.length && (
          <p className={css['rest']}>{words.rest(team.total - team.waiting.length)}</p>
        )
      )}
    </div>
  )
}
