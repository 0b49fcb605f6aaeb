import { Button } from '@mantine/core'
import { IconPlayerPause, IconPlayerPlay, IconPlugConnected, IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { ChannelAdminView, ChannelView } from '../../../src/domain/views.ts'
import { api } from '../data/client.ts'
import { useAllowed } from '../data/queries.ts'
import { CopyBox } from '../parts/copy-box.tsx'
import { EmptyState, ErrorState, SkeletonRows } from '../parts/states.tsx'
import { dateOf } from '../parts/time.ts'
import { settingsText } from '../text/settings-text.ts'
import { text } from '../text/text.ts'
import { ChannelAccessCard } from './channel-access.tsx'
import { useChannelChange } from './channel-change.ts'
import { checkChannel, useChannelCheck } from './channel-check.ts'
import { ChannelHealth } from './channel-health.tsx'
import { CheckNote, HealthNote } from './channel-notes.tsx'
import { ChannelRouting } from './channel-routing.tsx'
import { ChannelSettingsCard } from './channel-settings-card.tsx'
import { ChannelSetup } from './channel-setup.tsx'
import { DeleteChannel } from './delete-channel.tsx'
import { channelTypesQuery } from './new-channel-page.tsx'
import { Card, PageHead, Tag } from './page-parts.tsx'
import { SecretRotation } from './secret-rotation.tsx'

/** One channel with everything of it that one may set. */
export function ChannelPage() {
  const { channelId } = useParams({ from: '/signed-in/settings/channels/$channelId' })
  return useAllowed('channel.manage') ? (
    // What was tested and made for one channel is never shown at another.
    <WholeChannel key={channelId} channelId={channelId} />
  ) : (
    <OnlyRouting channelId={channelId} />
  )
}

function OnlyRouting({ channelId }: { readonly channelId: string }) {
  const { data, isError, error, refetch } = useQuery({
    queryKey: ['channel', channelId, 'routing'],
    queryFn: () => api.channelRouting(channelId),
  })
  if (isError && !data) return <ErrorState error={error} onRetry={() => void refetch()} />
  if (!data) return <SkeletonRows rows={4} avatar={false} />
  return (
    <>
      <Head channel={data} />
      <ChannelRouting channel={data} />
    </>
  )
}

function Head({ channel, children }: { readonly channel: ChannelView; readonly children?: ReactNode }) {
  return (
    <PageHead
      title={channel.name}
      hint={
        <>
          {channel.typeName}{' '}
          {channel.deletedAt ? (
            settingsText.channels.deletedOn(dateOf(channel.deletedAt))
          ) : channel.paused ? (
            <Tag tone="plain">{settingsText.channels.paused}</Tag>
          ) : (
            <ChannelHealth health={channel.health} />
          )}
        </>
      }
      back={{ to: '/settings/channels', label: text.navigation.channels }}
    >
      {children}
    </PageHead>
  )
}

function WholeChannel({ channelId }: { readonly channelId: string }) {
  const query = useQuery({ queryKey: ['channel', channelId], queryFn: () => api.channel(channelId) })
  const types = useQuery(channelTypesQuery)
  const { result: checked, isChecking } = useChannelCheck(channelId)
  const channel = query.data
  const kind = types.data?.items.find(({ type }) => type === channel?.type)
  if (query.isError && !channel)
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
  if (channel?.deletedAt) {
    return (
      <>
        <Head channel={channel} />
        <EmptyState
          icon={<IconTrash size={24} stroke={1.6} />}
          title={settingsText.channels.deletedPage}
          hint={settingsText.channels.deletedPageHint}
        />
      </>
    )
  }
  if (!channel || !kind) return <SkeletonRows rows={4} avatar={false} />
  const { setup = [] } = kind
  return (
    <>
      <Head channel={channel}>
        <Actions channel={channel} isChecking={isChecking} />
      </Head>
      {!channel.paused && !isChecking && channel.health.detail !== checked?.detail && (
        <HealthNote health={channel.health} />
      )}
      <CheckNote result={checked} isChecking={isChecking} fields={kind.configFields} />
      {channel.snippet && (
        <Card title={settingsText.channels.snippet} hint={settingsText.channels.snippetHint}>
          <CopyBox value={channel.snippet} label={settingsText.channels.snippet} />
        </Card>
      )}
      {setup.length > 0 && <ChannelSetup steps={setup} webhookUrl={channel.webhookUrl} />}
      {channel.webhookUrl && !setup.some(({ copies }) => copies) && (
        <Card title={settingsText.channels.webhook} hint={settingsText.channels.webhookHint}>
          <CopyBox value={channel.webhookUrl} label={settingsText.channels.webhook} />
        </Card>
      )}
      <ChannelSettingsCard key={channel.id} channel={channel} kind={kind} />
      <SecretRotation channel={channel} fields={kind.configFields} />
      <ChannelAccessCard channel={channel} />
      <ChannelRouting channel={channel} />
      <DeleteChannel channel={channel} />
    </>
  )
}

function Actions(props: { readonly channel: ChannelAdminView; readonly isChecking: boolean }) {
  const { channel, isChecking } = props
  const change = useChannelChange(channel)
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconPlugConnected size={16} />}
        loading={isChecking}
        onClick={() => checkChannel(channel.id)}
      >
        {settingsText.channels.test}
      </Button>
      <Button
        variant="default"
        leftSection={channel.paused ? <IconPlayerPlay size={16} /> : <IconPlayerPause size={16} />}
        loading={change.isPending}
        title={settingsText.channels.pauseHint}
        onClick={() => change.mutate({ paused: !channel.paused })}
      >
        {channel.paused ? settingsText.channels.resume : settingsText.channels.pause}
      </Button>
    </>
  )
}
