import { Button, MultiSelect, Radio, Stack } from '@mantine/core'
import { useState } from 'react'
import type { AgentId } from '../../../src/domain/ids.ts'
import type { ChannelAdminView } from '../../../src/domain/views.ts'
import { useAgents } from '../data/queries.ts'
import { settingsText } from '../text/settings-text.ts'
import { text } from '../text/text.ts'
import { useChannelChange } from './channel-change.ts'
import { Card } from './page-parts.tsx'

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
    <Card title={settingsText.channels.access} hint={settingsText.channels.accessHint}>
      <Radio.Group
        aria-label={settingsText.channels.access}
        value={kind}
        onChange={(value) => {
          setKind(value === 'agents' ? 'agents' : 'everyone')
          if (value === 'everyone') change.mutate({ access: { kind: 'everyone' } })
        }}
      >
        <Stack gap="sm">
          <Radio value="everyone" label={settingsText.channels.everyone} />
          <Radio value="agents" label={settingsText.channels.chosen} />
        </Stack>
      </Radio.Group>
      {kind === 'agents' && (
        <Stack gap="sm" mt="md" align="flex-start">
          <MultiSelect
            w="100%"
            searchable
            label={settingsText.channels.chooseAgents}
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
