import { Button } from '@mantine/core'
import { IconChevronRight, IconPlus, IconUsersGroup } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { TeamView } from '../../../src/domain/routing-views.ts'
import { queryClient } from '../data/client.ts'
import { teamsQuery, useAgents, useAllowed } from '../data/queries.ts'
import { Avatar } from '../parts/avatar.tsx'
import { EmptyState, ErrorState, SkeletonRows } from '../parts/states.tsx'
import { routingApi } from '../routing/routing-queries.ts'
import { Card, PageHead } from '../settings/page-parts.tsx'
import rows from '../settings/rows.module.css'
import { routingText } from '../text/routing-text.ts'
import css from './groups.module.css'
import { NameDialog } from './name-dialog.tsx'
import { RoutingTabs } from './routing-tabs.tsx'

const FACES = 5

/** All teams. */
export function TeamsPage() {
  const words = routingText.teams
  const query = useQuery(teamsQuery)
  const mayManage = useAllowed('routing.manage')
  const navigate = useNavigate()
  const [adding, setAdding] = useState(false)
  const teams = [...(query.data ?? [])].sort((one, other) => one.name.localeCompare(other.name))
  return (
    <>
      <RoutingTabs />
      <PageHead title={words.title} hint={words.hint}>
        {mayManage && (
          <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
            {words.add}
          </Button>
        )}
      </PageHead>
      <Card flush>
        {query.isPending && <SkeletonRows rows={2} />}
        {query.isError && !query.data && (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        )}
        {query.data?.length === 0 && (
          <EmptyState
            icon={<IconUsersGroup size={24} stroke={1.6} />}
            title={words.empty}
            hint={words.emptyHint}
          />
        )}
        {teams.length > 0 && (
          <ul className={rows['rows']}>
            {teams.map((team) => (
              <li key={team.id}>
                <TeamRow team={team} />
              </li>
            ))}
          </ul>
        )}
      </Card>
      <NameDialog
        opened={adding}
        title={words.add}
        onClose={() => setAdding(false)}
        onCreate={async (name) => {
          const team = await routingApi.createTeam({ name })
          void queryClient.invalidateQueries({ queryKey: ['teams'] })
          await navigate({ to: '/settings/teams/$teamId', params: { teamId: team.id } })
        }}
      />
    </>
  )
}

function TeamRow({ team }: { readonly team: TeamView }) {
  const agents = useAgents()
  const members = team.memberIds.flatMap((id) => agents.get(id) ?? [])
  return (
    <Link to="/settings/teams/$teamId" params={{ teamId: team.id }} className={rows['row']}>
      <span className={rows['icon']} aria-hidden>
        <IconUsersGroup size={20} stroke={1.7} />
      </span>
      <span className={rows['words']}>
        <span className={rows['name']}>
          <bdi>{team.name}</bdi>
        </span>
        <span className={rows['detail']}>{routingText.teams.members(team.memberIds.length)}</span>
      </span>
      <span className={css['faces']} aria-hidden>
        {members.slice(0, FACES).map(({ id, name }) => (
          <Avatar key={id} name={name} size={28} />
        ))}
      </span>
      <IconChevronRight size={18} className={rows['chevron']} aria-hidden />
    </Link>
  )
}
