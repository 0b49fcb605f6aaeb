import { NativeSelect } from '@mantine/core'
import type { ChannelRoutingView } from '../../../src/domain/views.ts'
import { api } from '../data/client.ts'
import { SkillsCard } from '../groups/category-page.tsx'
import { PolicyEditor } from '../routing/policy-editor.tsx'
import { useCategories } from '../routing/routing-queries.ts'
import type { StoredPolicy } from '../routing/use-policy-editor.ts'
import { routingText } from '../text/routing-text.ts'
import { learnRouting, useRoutingChange } from './channel-change.ts'
import { Card } from './page-parts.tsx'

/** Who gets the conversations of a channel, and what they are stamped with. */
export function ChannelRouting({ channel }: { readonly channel: ChannelRoutingView }) {
  const change = useRoutingChange(channel)
  const categories = useCategories()
  const words = routingText.channel
  const current = channel.categoryId ?? ''
  const stored = (routing: ChannelRoutingView): StoredPolicy => {
    learnRouting(routing)
    return routing
  }
  return (
    <>
      {(categories.length > 0 || current !== '') && (
        <Card title={words.category} hint={words.categoryHint}>
          <NativeSelect
            aria-label={words.category}
            value={current}
            disabled={change.isPending}
            data={[
              { value: '', label: routingText.assign.noCategory },
              ...categories.map(({ id, name }) => ({ value: id as string, label: name })),
            ]}
            onChange={({ currentTarget }) => change.mutate({ categoryId: currentTarget.value || null })}
          />
        </Card>
      )}
      <SkillsCard
        skills={channel.skills}
        hint={words.skillsHint}
        busy={change.isPending}
        onSave={(skills) => change.mutate({ skills })}
      />
      <PolicyEditor
        scope={{ channelId: channel.id }}
        hint={routingText.policy.hintChannel}
        home={{
          policy: channel.policy,
          version: channel.version,
          write: async (policy, version) =>
            stored(await api.updateChannelRouting(channel.id, { policy, version })),
          read: async () => stored(await api.channelRouting(channel.id)),
        }}
      />
    </>
  )
}
