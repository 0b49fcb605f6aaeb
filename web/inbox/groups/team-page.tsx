import { ActionIcon, Button, Select, TextInput } from '@mantine/core'
import { IconTrash, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import type { UpdateTeamCommand } from '../../../src/domain/routing-commands.ts'
import type { TeamView } from '../../../src/domain/routing-views.ts'
import { queryClient } from '../data/client.ts'
import { teamsQuery, useAgents, useAllowed } from '../data/queries.ts'
import { OptionalHours } from '../hours/optional-hours.tsx'
import { Avatar, dotOf } from '../parts/avatar.tsx'
import { ConfirmDialog } from '../parts/confirm-dialog.tsx'
import { ErrorState, SkeletonRows } from '../parts/states.tsx'
import { useDraft } from '../parts/use-draft.ts'
import { routingApi } from '../routing/routing-queries.ts'
import { Card, PageHead } from '../settings/page-parts.tsx'
import rows from '../settings/rows.module.css'
import { NotFound } from '../shell/page-states.tsx'
import { routingText } from '../text/routing-text.ts'
import { text } from '../text/text.ts'
import { Overtaken } from './draft-bar.tsx'
import { useGroupChange } from './group-change.ts'
import css from './groups.module.css'

const reload = () => void queryClient.invalidateQueries({ queryKey: ['teams'] })
const learn = (team: TeamView) => {
  queryClient.setQueryData<TeamView[]>(['teams'], (items) =>
    items?.map((one) => (one.id === team.id ? team : one)),
  )
}

/** One team: its name, members and hours. */
export function TeamPage() {
  const { teamId } = useParams({ from: '/signed-in/settings/teams/$teamId' })
  const query = useQuery(teamsQuery)
  if (query.isError && !query.data)
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
  if (!query.data) return <SkeletonRows rows={4} avatar={false} />
  const team = query.data.find(({ id }) => id === teamId)
  return team ? (
    <Team key={team.id} team={team} />
  ) : query.isFetching ? (
    <SkeletonRows rows={4} />
  ) : (
    <NotFound />
  )
}

function Team({ team }: { readonly team: TeamView }) {
  const words = routingText.teams
  const mayManage = useAllowed('routing.manage')
  const navigate = useNavigate()
  const [asking, setAsking] = useState(false)
  const change = useGroupChange({
    name: team.name,
    write: (body: Omit<UpdateTeamCommand, 'version'>) =>
      routingApi.updateTeam(team.id, { ...body, version: team.version }),
    onDone: learn,
    reload,
  })
  const remove = useGroupChange({
    name: team.name,
    write: () => routingApi.deleteTeam(team.id, team.version),
    onDone: () => {
      reload()
      void navigate({ to: '/settings/teams' })
    },
    reload,
    silent: true,
  })
  return (
    <>
      <PageHead
        title={team.name}
        hint={words.members(team.memberIds.length)}
        back={{ to: '/settings/teams', label: words.back }}
      >
        {mayManage && (
          <Button
            variant="default"
            leftSection={<IconTrash size={16} />}
            loading={remove.isPending}
            onClick={() => setAsking(true)}
          >
            {routingText.groups.remove}
          </Button>
        )}
      </PageHead>
      {mayManage && (
        <NameCard name={team.name} busy={change.isPending} onSave={(name) => change.mutate({ name })} />
      )}
      <Card title={words.membersTitle} hint={words.membersHint}>
        <Members
          team={team}
          mayManage={mayManage}
          busy={change.isPending}
          onChange={(memberIds) => change.mutate({ memberIds })}
        />
      </Card>
      <Card title={words.hours} hint={words.hoursHint}>
        <OptionalHours
          label={words.own}
          stored={team.schedule}
          readOnly={!mayManage}
          busy={change.isPending}
          onSave={(schedule) => change.mutate({ schedule })}
        />
        {!team.schedule && <p className={css['faint']}>{words.inherited}</p>}
      </Card>
      <ConfirmDialog
        opened={asking}
        danger
        title={routingText.groups.removeTitle(team.name)}
        question={words.removeQuestion}
        action={routingText.groups.remove}
        onConfirm={() => remove.mutate(undefined)}
        onClose={() => setAsking(false)}
      />
    </>
  )
}

/** Renames something. */
export function NameCard(props: {
  readonly name: string
  readonly busy: boolean
  readonly onSave: (name: string) => void
}) {
  const { name, busy, onSave } = props
  const draft = useDraft(name)
  const wanted = draft.value.trim()
  return (
    <Card>
      <form
        className={rows['form']}
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          if (wanted === '' || wanted === name) return
          draft.noteSent(wanted)
          onSave(wanted)
        }}
      >
        <TextInput
          label={routingText.groups.name}
          maxLength={50}
          value={draft.value}
          error={wanted === '' ? routingText.groups.nameNeeded : undefined}
          onChange={({ currentTarget }) => draft.set(currentTarget.value)}
        />
        <div className={rows['buttons']}>
          <Button type="submit" size="xs" variant="default" loading={busy} disabled={wanted === name}>
            {text.general.save}
          </Button>
          <Overtaken draft={draft} />
        </div>
      </form>
    </Card>
  )
}

function Members(props: {
  readonly team: TeamView
  readonly mayManage: boolean
  readonly busy: boolean
  readonly onChange: (memberIds: readonly string[]) => void
}) {
  const { team, mayManage, busy, onChange } = props
  const words = routingText.teams
  const agents = useAgents()
  const ids: readonly string[] = team.memberIds
  const others = [...agents.values()].filter(({ id, state }) => !ids.includes(id) && state !== 'deactivated')
  return (
    <>
      {ids.length === 0 && <p className={css['faint']}>{words.noMembers}</p>}
      <ul className={css['members']}>
        {ids.map((id) => {
          const agent = agents.get(id)
          const name = agent?.name ?? routingText.policy.gone
          return (
            <li key={id} className={css['member']}>
              <Avatar
                name={name}
                size={28}
                dot={agent ? dotOf(agent.availability, agent.present) : undefined}
              />
              <span className={css['who']}>
                <bdi>{name}</bdi>
              </span>
              {mayManage && (
                <ActionIcon
                  disabled={busy}
                  aria-label={`${text.general.remove}: ${name}`}
                  onClick={() => onChange(ids.filter((other) => other !== id))}
                >
                  <IconX size={16} />
                </ActionIcon>
              )}
            </li>
          )
        })}
      </ul>
      {mayManage && (
        <Select
          mt="sm"
          searchable
          disabled={busy}
          label={words.find}
          placeholder={words.find}
          value={null}
          data={others.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(id) => id && onChange([...ids, id])}
        />
      )}
    </>
  )
}
