import { Button } from '@mantine/core'
import { IconChevronRight, IconPlugConnected, IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ChannelView } from '../../../src/domain/views.ts'
import { channelsQuery, useAllowed } from '../data/queries.ts'
import { ChannelMark } from '../parts/channel-mark.tsx'
import { EmptyState, ErrorState, SkeletonRows } from '../parts/states.tsx'
import { dateOf } from '../parts/time.ts'
import { settingsText } from '../text/settings-text.ts'
import { ChannelHealth } from './channel-health.tsx'
import { Card, PageHead, Tag } from './page-parts.tsx'
import css from './rows.module.css'

/** All channels of the workspace. */
export function ChannelsPage() {
  const mayManage = useAllowed('channel.manage')
  const mayRoute = useAllowed('routing.manage')
  const query = useQuery(channelsQuery)
  const living = query.data?.filter(({ deletedAt }) => !deletedAt)
  const deleted = query.data?.filter(({ deletedAt }) => deletedAt) ?? []
  const add = mayManage && (
    <Button component={Link} to="/settings/channels/new" leftSection={<IconPlus size={16} />}>
      {settingsText.channels.add}
    </Button>
  )
  return (
    <>
      <PageHead title={settingsText.channels.title} hint={settingsText.channels.hint}>
        {add}
      </PageHead>
      <Card flush>
        {query.isPending && <SkeletonRows rows={2} />}
        {query.isError && !query.data && (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        )}
        {living?.length === 0 && (
          <EmptyState
            icon={<IconPlugConnected size={24} stroke={1.6} />}
            title={settingsText.channels.empty}
            hint={settingsText.channels.emptyHint}
          />
        )}
        {living && living.length > 0 && (
          <ul className={css['rows']}>
            {living.map((channel) => (
              <li key={channel.id}>
                <ChannelRow channel={channel} linked={mayManage || mayRoute} />
              </li>
            ))}
          </ul>
        )}
      </Card>
      {deleted.length > 0 && (
        <Card flush title={settingsText.channels.deleted} hint={settingsText.channels.deletedHint}>
          <ul className={css['rows']}>
            {deleted.map((channel) => (
              <li key={channel.id}>
                <ChannelRow channel={channel} linked={false} />
              </li>
            ))}
          </ul>
        </Card>
      )}
    </>
  )
}

function ChannelRow({ channel, linked }: { readonly channel: ChannelView; readonly linked: boolean }) {
  const { state } = channel.health
  const troubled = !channel.deletedAt && !channel.paused && (state === 'degraded' || state === 'failing')
  const inside = (
    <>
      <ChannelMark channel={channel} size={40} />
      <span className={css['words']}>
        <span className={css['name']}>
          <bdi>{channel.name}</bdi>
        </span>
        <span className={css['detail']}>{channel.typeName}</span>
        {troubled && channel.health.detail && (
          <span className={css['trouble']} data-state={channel.health.state}>
            {channel.health.detail}
          </span>
        )}
      </span>
      {channel.deletedAt ? (
        <span className={css['when']}>{settingsText.channels.deletedOn(dateOf(channel.deletedAt))}</span>
      ) : channel.paused ? (
        <Tag tone="plain">{settingsText.channels.paused}</Tag>
      ) : (
        <ChannelHealth health={channel.health} />
      )}
      {linked && <IconChevronRight size={18} className={css['chevron']} aria-hidden />}
    </>
  )
  return linked ? (
    <Link to="/settings/channels/$channelId" params={{ channelId: channel.id }} className={css['row']}>
      {inside}
    </Link>
  ) : (
    <div className={css['row']}>{inside}</div>
  )
}
