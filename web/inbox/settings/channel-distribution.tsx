import { Button, MultiSelect, Radio, Stack } from '@mantine/core'
import { useState } from 'react'
import type { AgentId } from '../../../src/domain/ids.ts'
import type { AssignmentPolicy } from '../../../src/domain/routing/policy.ts'
import type { ChannelAdminView } from '../../../src/domain/views.ts'
import { useAgents } from '../data/queries.ts'
import { text } from '../text/text.ts'
import { useChannelChange } from './channel-change.ts'
import { Card } from './page-parts.tsx'

type Distribution = 'pick' | 'round-robin' | 'custom'

const STEPS: Readonly<Record<'pick' | 'round-robin', AssignmentPolicy['steps']>> = {
  pick: [],
  'round-robin': [
    {
      target: { kind: 'agents-and-teams', agentIds: 'all', teamIds: [], primaryTeamOnly: false },
      strategy: 'round-robin',
      availableOnly: true,
      waitMs: 0,
    },
  ],
}

/** Which of the choices a policy is. */
export function distributionOf({ steps }: AssignmentPolicy): Distribution {
  if (steps.every(({ target, strategy }) => target.kind === 'none' || strategy === 'pick')) return 'pick'
  const [step] = steps
  const all = step?.target.kind === 'agents-and-teams' && step.target.agentIds === 'all'
  return steps.length === 1 && step?.strategy === 'round-robin' && step.availableOnly && all
    ? 'round-robin'
    : 'custom'
}

/** Who gets the new conversations of a channel. */
export function DistributionCard({ channel }: { readonly channel: ChannelAdminView }) {
  const change = useChannelChange(channel)
  const current = distributionOf(channel.policy)
  return (
    <Card title={text.channels.distribution} hint={text.channels.distributionHint}>
      <Radio.Group
        aria-label={text.channels.distribution}
        value={current}
        onChange={(value) => {
          if (value === 'pick' || value === 'round-robin')
            change.mutate({ policy: { ...channel.policy, steps: STEPS[value] } })
        }}
      >
        <Stack gap="sm">
          <Radio
            value="pick"
            label={text.channels.pick}
            description={text.channels.pickHint}
            disabled={change.isPending}
          />
          <Radio
            value="round-robin"
            label={text.channels.roundRobin}
            description={text.channels.roundRobinHint}
            disabled={change.isPending}
          />
          {current === 'custom' && (
            <Radio value="custom" label={text.channels.custom} description={text.channels.customHint} />
          )}
        </Stack>
      </Radio.Group>
    </Card>
  )
}

/** Who may see a channel. */
export function ChannelAccessCard({ channel }: { readonly channel: ChannelAdminView }) {
  const agents = useAgents()
  const change = useChannelChange(channel)
  const { access } = channel
  const [kind, setKind] = useState(access.kind)
  const [chosen, setChosen] = useState<readonly string[]>(access.kind === 'agents' ? access.agentIds : [])
  const save = (ids: readonly string[]) =>
    change.mutate({ access: { kind: 'agents', agentIds: ids as readonly AgentId[] } })
  return (
    <Card title={text.channels.access} hint={text.channels.accessHint}>
      <Radio.Group
        aria-label={text.channels.access}
        value={kind}
        onChange={(value) => {
          setKind(value === 'agents' ? 'agents' : 'everyone')
          if (value === 'everyone') change.mutate({ access: { kind: 'everyone' } })
        }}
      >
        <Stack gap="sm">
          <Radio value="everyone" label={text.channels.everyone} />
          <Radio value="agents" label={text.channels.chosen} />
        </Stack>
      </Radio.Group>
      {kind === 'agents' && (
        <Stack gap="sm" mt="md" align="flex-start">
          <MultiSelect
            w="100%"
            searchable
            label={text.channels.chooseAgents}
            value={[...chosen]}
            data={[...agents.values()].map(({ id, name }) => ({ value: id, label: name }))}
            onChange={setChosen}
          />
          <Button size="xs" loading={change.isPending} onClick={() => save(chosen)}>
            {text.general.save}
          </Button>
        </Stack>
      )}
    </Card>
  )
}
