import { Button, NativeSelect, Radio, Stack, Switch } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import type { UpdateAgentRoutingCommand } from '../../../src/domain/routing-commands.ts'
import type { AgentRoutingView } from '../../../src/domain/routing-views.ts'
import { queryClient } from '../data/client.ts'
import { useAgents, useAllowed, useTeams } from '../data/queries.ts'
import { HoursEditor, NEW_HOURS } from '../hours/hours-editor.tsx'
import { ErrorState, SkeletonRows } from '../parts/states.tsx'
import { agentRoutingQuery, routingApi } from '../routing/routing-queries.ts'
import { Card, PageHead, Tag } from '../settings/page-parts.tsx'
import { routingText } from '../text/routing-text.ts'
import { text } from '../text/text.ts'
import { contentKey, useGroupChange } from './group-change.ts'
import css from './groups.module.css'
import { CapacityFields, capacityWords, FairCapFields, NEW_FAIR_CAP } from './limit-fields.tsx'
import { SkillLevels } from './skill-levels.tsx'

type Change = Omit<UpdateAgentRoutingCommand, 'version'>

interface PartProps {
  readonly routing: AgentRoutingView
  readonly mayManage: boolean
  readonly busy: boolean
  readonly onSave: (change: Change) => void
}

/** What the router goes by for one agent: limits, skills, primary team and hours. */
export function AgentRoutingPage() {
  const { agentId } = useParams({ from: '/signed-in/settings/agents/$agentId' })
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
    mayManage,
    busy: change.isPending,
    onSave: (body) => change.mutate(body),
  }
  const { capacity, fairCap, skills, schedule } = query.data
  return (
    <>
      <PageHead
        title={agent.name}
        hint={routingText.agent.hint}
        back={{ to: '/settings/agents', label: routingText.agent.back }}
      />
      <CapacityCard key={`capacity ${contentKey(capacity)}`} {...parts} />
      <FairCapCard key={`fair ${contentKey(fairCap)}`} {...parts} />
      <SkillsOfAgent key={`skills ${contentKey(skills)}`} {...parts} />
      <TeamsOfAgent {...parts} />
      <HoursCard key={`hours ${contentKey(schedule)}`} {...parts} />
    </>
  )
}

function CapacityCard({ routing, mayManage, busy, onSave }: PartProps) {
  const words = routingText.agent
  const [own, setOwn] = useState(routing.capacity.own)
  return (
    <Card title={words.capacity} hint={words.capacityHint}>
      <Stack gap="md" align="flex-start">
        <Radio.Group
          aria-label={words.capacity}
          value={own ? 'own' : 'default'}
          onChange={(value) => setOwn(value === 'own' ? routing.capacity.effective : undefined)}
        >
          <Stack gap={8}>
            <Radio value="default" label={words.byDefault} disabled={!mayManage} />
            <Radio value="own" label={words.own} disabled={!mayManage} />
          </Stack>
        </Radio.Group>
        {own && <CapacityFields capacity={own} onChange={setOwn} />}
        <p className={css['faint']}>{words.effective(capacityWords(routing.capacity.effective))}</p>
        {own !== routing.capacity.own && (
          <Button size="xs" loading={busy} onClick={() => onSave({ capacity: own ?? null })}>
            {text.general.save}
          </Button>
        )}
      </Stack>
    </Card>
  )
}

function FairCapCard({ routing, mayManage, busy, onSave }: PartProps) {
  const words = routingText.agent
  const [own, setOwn] = useState(routing.fairCap)
  return (
    <Card title={words.fairCap} hint={words.fairCapHint}>
      <Stack gap="md" align="flex-start">
        <Radio.Group
          aria-label={words.fairCap}
          value={own ? 'own' : 'default'}
          onChange={(value) =>
            setOwn(value === 'own' ? (routing.effectiveFairCap ?? NEW_FAIR_CAP) : undefined)
          }
        >
          <Stack gap={8}>
            <Radio value="default" label={words.fairCapDefault} disabled={!mayManage} />
            <Radio value="own" label={words.fairCapOwn} disabled={!mayManage} />
          </Stack>
        </Radio.Group>
        {own && <FairCapFields fairCap={own} onChange={setOwn} />}
        {own !== routing.fairCap && (
          <Button size="xs" loading={busy} onClick={() => onSave({ fairCap: own ?? null })}>
            {text.general.save}
          </Button>
        )}
      </Stack>
    </Card>
  )
}

function SkillsOfAgent({ routing, mayManage, busy, onSave }: PartProps) {
  const words = routingText.agent
  const [skills, setSkills] = useState(routing.skills)
  return (
    <Card title={words.skills} hint={words.skillsHint}>
      <fieldset disabled={!mayManage} style={{ border: 0, margin: 0, padding: 0 }}>
        <SkillLevels skills={skills} onChange={setSkills} />
      </fieldset>
      {skills !== routing.skills && (
        <Button mt="md" size="xs" loading={busy} onClick={() => onSave({ skills })}>
          {text.general.save}
        </Button>
      )}
    </Card>
  )
}

function TeamsOfAgent({ routing, mayManage, onSave }: PartProps) {
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
          disabled={!mayManage}
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

function HoursCard({ routing, mayManage, busy, onSave }: PartProps) {
  const words = routingText.agent
  const [own, setOwn] = useState(routing.schedule !== undefined)
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
        <Switch
          label={words.ownHours}
          checked={own}
          disabled={!mayManage}
          onChange={({ currentTarget }) => {
            setOwn(currentTarget.checked)
            if (!currentTarget.checked && routing.schedule) onSave({ schedule: null })
          }}
        />
      </Stack>
      {own && (
        <HoursEditor
          schedule={routing.schedule ?? routing.effectiveSchedule?.schedule ?? NEW_HOURS()}
          busy={busy}
          readOnly={!mayManage}
          onSave={(schedule) => onSave({ schedule })}
        />
      )}
    </Card>
  )
}
