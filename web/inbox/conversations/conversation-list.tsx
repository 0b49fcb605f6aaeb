import { IconInbox, IconMoodSmile, IconSearch } from '@tabler/icons-react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import type { TeamView } from '../../../src/domain/routing-views.ts'
import type { ChannelView } from '../../../src/domain/views.ts'
import type { useConversationList } from '../data/queries.ts'
import { useAgents, useMe } from '../data/queries.ts'
import type { ListFilter } from '../live/merge-list.ts'
import { EmptyState, ErrorState, SkeletonRows } from '../parts/states.tsx'
import { useEveryMinute } from '../parts/use-every-minute.ts'
import { text } from '../text/text.ts'
import css from './conversation-list.module.css'
import { ConversationRow } from './conversation-row.tsx'
import { isFiledView } from './list-search.ts'

const ROW_PX = 84
const LOAD_BEFORE_END = 6

/** The virtualised list: only the rows on the screen exist. */
export function ConversationList(props: {
  readonly list: ReturnType<typeof useConversationList>
  readonly filter: ListFilter
  readonly chosen: string | undefined
  readonly channels: ReadonlyMap<string, ChannelView>
  readonly teams: ReadonlyMap<string, TeamView>
}) {
  const { list, filter, chosen, channels, teams } = props
  const { query, items = [] } = list
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query
  const scroller = useRef<HTMLDivElement>(null)
  const agents = useAgents()
  const me = useMe().id
  useEveryMinute()

  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => items[index]?.id ?? index,
    overscan: 6,
    paddingStart: 4,
    paddingEnd: 12,
  })
  const drawn = rows.getVirtualItems()
  const last = drawn.at(-1)?.index ?? 0
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= items.length - LOAD_BEFORE_END) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, last, items.length])

  const chosenAt = items.findIndex(({ id }) => id === chosen)
  useEffect(() => {
    if (chosenAt >= 0) rows.scrollToIndex(chosenAt, { align: 'auto' })
    // Only a new choice moves the list; what arrives live must not pull it away from under the reader.
  }, [chosen, chosenAt >= 0])

  if (query.isError && !query.data) {
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
  }
  if (query.isPending) return <SkeletonRows rows={8} />
  if (items.length === 0 && !hasNextPage) return <NothingHere filter={filter} />
  return (
    <div ref={scroller} className={css['scroller']} tabIndex={-1}>
      <ul className={css['rows']} style={{ blockSize: rows.getTotalSize() }} aria-label={text.list.label}>
        {drawn.map((row) => {
          const conversation = items[row.index]
          if (!conversation) return null
          return (
            <li
              key={row.key}
              className={css['slot']}
              style={{ transform: `translateY(${row.start}px)`, blockSize: row.size }}
              aria-setsize={hasNextPage ? -1 : items.length}
              aria-posinset={row.index + 1}
            >
              <ConversationRow
                conversation={conversation}
                channel={channels.get(conversation.channelId)}
                team={filter.teamId ? undefined : teams.get(conversation.teamId ?? '')}
                assignee={conversation.assigneeId ? agents.get(conversation.assigneeId) : undefined}
                mine={conversation.assigneeId === me}
                chosen={conversation.id === chosen}
              />
            </li>
          )
        })}
      </ul>
    </div>
  )
}

function NothingHere({ filter }: { readonly filter: ListFilter }) {
  const words = filter.search
    ? text.list.empty.search
    : filter.status === 'open' || isFiledView(filter.view)
      ? text.list.empty[filter.view]
      : text.list.empty[filter.status]
  const icon = filter.search ? (
    <IconSearch size={22} stroke={1.6} />
  ) : filter.view === 'mine' ? (
    <IconMoodSmile size={24} stroke={1.6} />
  ) : (
    <IconInbox size={24} stroke={1.6} />
  )
  return <EmptyState icon={icon} title={words.title} hint={words.hint} />
}
