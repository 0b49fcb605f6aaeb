import { Button, Modal, Stack } from '@mantine/core'
import { IconBug, IconShieldCheck } from '@tabler/icons-react'
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { QuarantineView } from '../../../src/domain/views.ts'
import { api, queryClient } from '../data/client.ts'
import { useChannels } from '../data/queries.ts'
import { ConfirmDialog } from '../parts/confirm-dialog.tsx'
import { EmptyState, ErrorState, SkeletonRows } from '../parts/states.tsx'
import { exactTime, relativeTime } from '../parts/time.ts'
import { tellDone, tellError } from '../shell/toasts.ts'
import { settingsText } from '../text/settings-text.ts'
import { text } from '../text/text.ts'
import { Card, PageHead, Tag } from './page-parts.tsx'
import { readSource } from './raw-source.ts'
import css from './rows.module.css'

const KEY = ['quarantine']
const PAGE = 50
const reload = () => queryClient.invalidateQueries({ queryKey: KEY })

/** What came in and could not be understood. */
export function QuarantinePage() {
  const query = useInfiniteQuery({
    queryKey: KEY,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => api.quarantine({ cursor: pageParam, limit: PAGE }),
    getNextPageParam: (page) => page.nextCursor,
  })
  const [viewed, setViewed] = useState<string>()
  const entries = query.data?.pages.flatMap(({ items }) => items)
  return (
    <>
      <PageHead title={settingsText.quarantine.title} hint={settingsText.quarantine.hint} />
      <Card flush>
        {query.isPending && <SkeletonRows rows={2} />}
        {query.isError && !entries && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
        {entries?.length === 0 && (
          <EmptyState
            icon={<IconShieldCheck size={24} stroke={1.6} />}
            title={settingsText.quarantine.empty}
            hint={settingsText.quarantine.emptyHint}
          />
        )}
        <ul className={css['rows']}>
          {entries?.map((entry) => (
            <li key={entry.id} className={css['row']}>
              <EntryRow entry={entry} onView={() => setViewed(entry.id)} />
            </li>
          ))}
          {query.hasNextPage && (
            <li className={css['row']}>
              <Button
                variant="default"
                loading={query.isFetchingNextPage}
                onClick={() => void query.fetchNextPage()}
              >
                {text.general.more}
              </Button>
            </li>
          )}
        </ul>
      </Card>
      <Modal
        opened={viewed !== undefined}
        onClose={() => setViewed(undefined)}
        title={settingsText.quarantine.source}
        size="xl"
        closeButtonProps={{ 'aria-label': text.general.close }}
      >
        {viewed && <Source id={viewed} />}
      </Modal>
    </>
  )
}

function EntryRow({ entry, onView }: { readonly entry: QuarantineView; readonly onView: () => void }) {
  const channel = useChannels().get(entry.channelId)
  const [asking, setAsking] = useState(false)
  const replay = useMutation({
    mutationFn: () => api.replayQuarantined(entry.id),
    onSuccess: () => {
      tellDone(settingsText.quarantine.replayed)
      void reload()
    },
    onError: tellError,
  })
  const discard = useMutation({
    mutationFn: () => api.discardQuarantined(entry.id),
    onSuccess: reload,
    onError: tellError,
  })
  return (
    <>
      <span className={css['icon']} aria-hidden>
        <IconBug size={20} stroke={1.7} />
      </span>
      <span className={css['words']}>
        <span className={css['name']}>
          <bdi>{channel?.name ?? settingsText.quarantine.unknownChannel}</bdi>
          <Tag tone="warn">{settingsText.quarantine.tries(entry.tries)}</Tag>
        </span>
        <span className={css['detail']} title={exactTime(entry.receivedAt)}>
          {relativeTime(entry.receivedAt)} · {entry.error}
        </span>
      </span>
      <span className={css['acts']}>
        <Button size="xs" variant="default" onClick={onView}>
          {settingsText.quarantine.view}
        </Button>
        <Button size="xs" loading={replay.isPending} onClick={() => replay.mutate()}>
          {settingsText.quarantine.replay}
        </Button>
        <Button
          size="xs"
          variant="subtle"
          color="red"
          loading={discard.isPending}
          onClick={() => setAsking(true)}
        >
          {settingsText.quarantine.discard}
        </Button>
      </span>
      <ConfirmDialog
        opened={asking}
        danger
        title={settingsText.quarantine.discardTitle}
        question={settingsText.quarantine.discardQuestion}
        action={settingsText.quarantine.discard}
        onConfirm={() => discard.mutate()}
        onClose={() => setAsking(false)}
      />
    </>
  )
}

function Source({ id }: { readonly id: string }) {
  const query = useQuery({ queryKey: [...KEY, id], queryFn: () => api.quarantineEntry(id) })
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
  if (!query.data) return <SkeletonRows rows={2} avatar={false} />
  const { rawBase64 = '', headers = {} } = query.data
  const source = readSource(rawBase64)
  return (
    <Stack gap="sm">
      {!source.isText && <span>{settingsText.quarantine.binary}</span>}
      <pre className={css['source']} tabIndex={0} aria-label={settingsText.quarantine.source}>
        {source.text}
      </pre>
      {Object.keys(headers).length > 0 && (
        <>
          <strong>{settingsText.quarantine.headers}</strong>
          <pre className={css['source']} tabIndex={0} aria-label={settingsText.quarantine.headers}>
            {Object.entries(headers)
              .map(([name, value]) => `${name}: ${value}`)
              .join('\n')}
          </pre>
        </>
      )}
    </Stack>
  )
}
