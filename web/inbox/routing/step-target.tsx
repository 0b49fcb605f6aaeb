import { Checkbox, MultiSelect, NativeSelect, Radio, Stack } from '@mantine/core'
import type { AgentId, TeamId } from '../../../src/domain/ids.ts'
import type { RoutingTarget } from '../../../src/domain/routing/policy.ts'
import { useAgents, useTeams } from '../data/queries.ts'
import { routingText } from '../text/routing-text.ts'
import css from './fields.module.css'

const KINDS = Object.keys(routingText.policy.targets) as (keyof typeof routingText.policy.targets)[]

const EMPTY: Readonly<Record<RoutingTarget['kind'], RoutingTarget>> = {
  none: { kind: 'none' },
  team: { kind: 'team', teamId: '' as TeamId },
  'agents-and-teams': { kind: 'agents-and-teams', agentIds: 'all', teamIds: [], primaryTeamOnly: false },
  'contact-owner': { kind: 'contact-owner' },
  'last-agent': { kind: 'last-agent' },
  'fixed-agent': { kind: 'fixed-agent', agentId: '' as AgentId },
}

/** Whom a step may give a conversation to. */
export function StepTarget(props: {
  readonly target: RoutingTarget
  readonly onChange: (target: RoutingTarget) => void
}) {
  const { target, onChange } = props
  const words = routingText.policy
  return (
    <>
      <NativeSelect
        label={words.target}
        value={target.kind}
        data={KINDS.map((kind) => ({ value: kind, label: words.targets[kind] }))}
        onChange={({ currentTarget }) => {
          const kind = KINDS.find((one) => one === currentTarget.value)
          if (kind) onChange(EMPTY[kind])
        }}
      />
      <Details {...props} />
    </>
  )
}

function Details({
  target,
  onChange,
}: {
  readonly target: RoutingTarget
  readonly onChange: (target: RoutingTarget) => void
}) {
  const agents = [...useAgents().values()]
  const teams = [...useTeams().values()]
  const words = routingText.policy
  const agentChoices = agents.map(({ id, name }) => ({ value: id as string, label: name }))
  const teamChoices = teams.map(({ id, name }) => ({ value: id as string, label: name }))
  switch (target.kind) {
    case 'team':
      return (
        <NativeSelect
          label={words.team}
          value={target.teamId}
          data={withChosen(teamChoices, [target.teamId], true)}
          onChange={({ currentTarget }) => onChange({ ...target, teamId: currentTarget.value as TeamId })}
        />
      )
    case 'fixed-agent':
      return (
        <NativeSelect
          label={words.agent}
          value={target.agentId}
          data={withChosen(agentChoices, [target.agentId], true)}
          onChange={({ currentTarget }) => onChange({ ...target, agentId: currentTarget.value as AgentId })}
        />
      )
    case 'agents-and-teams': {
      const all = target.agentIds === 'all'
      const chosen: readonly string[] = target.agentIds === 'all' ? [] : target.agentIds
      return (
        <div className={css['wide']}>
          <Radio.Group
            label={words.who}
            value={all ? 'all' : 'chosen'}
            onChange={(value) => onChange({ ...target, agentIds: value === 'all' ? 'all' : [] })}
          >
            <Stack gap={8}>
              <Radio value="all" label={words.everyone} />
              <Radio value="chosen" label={words.chosen} />
            </Stack>
          </Radio.Group>
          {!all && (
            <Stack gap="sm" mt="sm" className={css['inset'] ?? ''}>
              <MultiSelect
                searchable
                label={words.agents}
                value={[...chosen]}
                data={withChosen(agentChoices, chosen)}
                onChange={(ids) => onChange({ ...target, agentIds: ids as AgentId[] })}
              />
              <MultiSelect
                searchable
                label={words.teams}
                nothingFoundMessage={words.teamsEmpty}
                value={[...target.teamIds]}
                data={withChosen(teamChoices, target.teamIds)}
                onChange={(ids) => onChange({ ...target, teamIds: ids as TeamId[] })}
              />
              {target.teamIds.length > 0 && (
                <Checkbox
                  label={words.primaryOnly}
                  checked={target.primaryTeamOnly}
                  onChange={({ currentTarget }) =>
                    onChange({ ...target, primaryTeamOnly: currentTarget.checked })
                  }
                />
              )}
            </Stack>
          )}
        </div>
      )
    }
    case 'none':
    case 'contact-owner':
    case 'last-agent':
      return null
    default:
      return <p className={css['faint']}>{words.unknownTarget}</p>
  }
}

interface Choice {
  readonly value: string
  readonly label: string
}

/** The choices with whatever is chosen among them, also where it no longer exists. */
function withChosen(choices: readonly Choice[], chosen: readonly string[], withEmpty = false): Choice[] {
  const gone = chosen.filter((id) => id !== '' && !choices.some(({ value }) => value === id))
  return [
    ...(withEmpty ? [{ value: '', label: routingText.policy.choose }] : []),
    ...choices,
    ...gone.map((value) => ({ value, label: routingText.policy.gone })),
  ]
}
