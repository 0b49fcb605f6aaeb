import { Box, NativeSelect, Radio, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import type { UpdateAgentRoutingCommand } from '../../../src/domain/routing-commands.ts'
import type { AgentRoutingView } from '../../../src/domain/routing-views.ts'
import { queryClient } from '../data/client.ts'
import { useAgents, useAllowed, useTeams } from '../data/queries.ts'
import { OptionalHours } from '../hours/optional-hours.tsx'
import { ErrorState, SkeletonRows } from '../parts/states.tsx'
import { useDraft } from '../parts/use-draft.ts'
import { agentRoutingQuery, routingApi } from '../routing/routing-queries.ts'
import { Card, PageHead, Tag } from '../settings/page-parts.tsx'
import { routingText } from '../text/routing-text.ts'
import { DraftBar } from './draft-bar.tsx'
import { useGroupChange } from './group-change.ts'
import css from './groups.module.css'
import { CapacityFields, capacityWords, FairCapFields, NEW_FAIR_CAP } from './limit-fields.tsx'
import { SkillLevels } from './skill-levels.tsx'

type Change = Omit<UpdateAgentRoutingCommand, 'version'>

interface PartProps {
  readonly routing: AgentRoutingView
  readonly busy: boolean
  readonly onSave: (change: Change) => void
}

/** What the router goes by for one agent: limits, skills, primary team and hours. */
export function AgentRoutingPage() {
  const { agentId } = useParams({ from: '/signed-in/settings/agents/$agentId' })
  return <AgentRouting key={agentId} agentId={agentId} />
}

function AgentRouting({ agentId }: { readonly agentId: string }) {
  const query = useQuery(agentRoutingQuery(agentId))
  const agent = useAgents().get(agentId)
  const mayManage = useAllowed('routing.manage')
  const reload = () => void query.refetch()
  const change = useGroupChange({
    name: agent?.name ?? '',
    write: (body: Change) =>
      routingApi.updateAgentRouting(agentId, { ...body, version: query.data?.version ?? 0 }),
    onDone: (saved) => queryClient.setQueryData(['agent-routing', agentId], saved),
    reload,
  })
  if (query.isError && !query.data) return <ErrorState error={query.error} onRetry={reload} />
  if (!query.data || !agent) return <SkeletonRows rows={4} avatar={false} />
  const parts: PartProps = {
    routing: query.data,
    busy: change.isPending,
    onSave: (body) => change.mutate(body),
  }
  return (
    <>
      <PageHead
        title={agent.name}
        hint={routingText.agent.hint}
        back={{ to: '/settings/agents', label: routingText.agent.back }}
      />
      <fieldset className={css['whole']} disabled={!mayManage}>
        <CapacityCard {...parts} />
        <FairCapCard {...parts} />
        <SkillsOfAgent {...parts} />
        <TeamsOfAgent {...parts} />
        <HoursCard {...parts} readOnly={!mayManage} />
      </fieldset>
    </>
  )
}

function CapacityCard({ routing, busy, onSave }: PartProps) {
  const words = routingText.agent
  const draft = useDraft(routing.capacity.own)
  const own = draft.value
  return (
    <Card title={words.capacity} hint={words.capacityHint}>
      <Stack gap="md" align="flex-start">
        <Radio.Group
          aria-label={words.capacity}
          value={own ? 'own' : 'default'}
          onChange={(value) => draft.set(value === 'own' ? routing.capacity.effective : undefined)}
        >
          <Stack gap={8}>
            <Radio value="default" label={words.byDefault} />
            <Radio value="own" label={words.own} />
          </Stack>
        </Radio.Group>
        {own && <CapacityFields capacity={own} onChange={draft.set} />}
        <p className={css['faint']}>{words.effective(capacityWords(routing.capacity.effective))}</p>
        <DraftBar draft={draft} busy={busy} onSave={(capacity) => onSave({ capacity: capacity ?? null })} />
      </Stack>
    </Card>
  )
}

function FairCapCard({ routing, busy, onSave }: PartProps) {
  const words = routingText.agent
  const draft = useDraft(routing.fairCap)
  const own = draft.value
  return (
    <Card title={words.fairCap} hint={words.fairCapHint}>
      <Stack gap="md" align="flex-start">
        <Radio.Group
          aria-label={words.fairCap}
          value={own ? 'own' : 'default'}
          onChange={(value) =>
            draft.set(value === 'own' ? (routing.effectiveFairCap ?? NEW_FAIR_CAP) : undefined)
          }
        >
          <Stack gap={8}>
            <Radio value="default" label={words.fairCapDefault} />
            <Radio value="own" label={words.fairCapOwn} />
          </Stack>
        </Radio.Group>
        {own && <FairCapFields fairCap={own} onChange={draft.set} />}
        <DraftBar draft={draft} busy={busy} onSave={(fairCap) => onSave({ fairCap: fairCap ?? null })} />
      </Stack>
    </Card>
  )
}

function SkillsOfAgent({ routing, busy, onSave }: PartProps) {
  const words = routingText.agent
  const draft = useDraft(routing.skills)
  return (
    <Card title={words.skills} hint={words.skillsHint}>
      <Stack gap="md">
        <div>
          <SkillLevels skills={draft.value} onChange={draft.set} />
        </div>
        <DraftBar draft={draft} busy={busy} onSave={(skills) => onSave({ skills })} />
      </Stack>
    </Card>
  )
}

function TeamsOfAgent({ routing, onSave }: PartProps) {
  const words = routingText.agent
  const teams = useTeams()
  const ids: readonly string[] = routing.teamIds
  return (
    <Card title={words.teams}>
      {ids.length === 0 ? (
        <p className={css['faint']}>{words.noTeams}</p>
      ) : (
        <NativeSelect
          label={words.primary}
          description={words.primaryHint}
          value={routing.primaryTeamId ?? ''}
          data={[
            { value: '', label: words.noPrimary },
            ...ids.map((id) => ({ value: id, label: teams.get(id)?.name ?? routingText.queue.goneTeam })),
          ]}
          onChange={({ currentTarget }) => onSave({ primaryTeamId: currentTarget.value || null })}
        />
      )}
    </Card>
  )
}

function HoursCard({ routing, busy, readOnly, onSave }: PartProps & { readonly readOnly: boolean }) {
  const words = routingText.agent
  const from = routing.effectiveSchedule?.from
  return (
    <Card title={words.hours} hint={words.from[from ?? 'none']}>
      <Stack gap="sm" align="flex-start">
        {from && (
          <Tag tone={routing.hours.within ? 'good' : 'plain'}>
            {routing.hours.within ? words.now.within : words.now.outside}
          </Tag>
        )}
        {routing.onlineOutOfHours && <p className={css['faint']}>{words.outOfHours}</p>}
      </Stack>
      <Box mt="sm">
        <OptionalHours
          label={words.ownHours}
          stored={routing.schedule}
          model={routing.effectiveSchedule?.schedule}
          readOnly={readOnly}
          busy={busy}
          onSave={(schedule) => onSave({ schedule })}
        />
      </Box>
    </Card>
  )
}
