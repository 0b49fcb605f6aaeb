import { Button } from '@mantine/core'
import { IconArrowDown, IconMessage } from '@tabler/icons-react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import type { ConversationView } from '../../../src/domain/views.ts'
import { pendingMessages } from '../data/outbox.ts'
import { useThread } from '../data/queries.ts'
import { stillPending } from '../live/merge-thread.ts'
import { company } from '../live/presence.ts'
import { cx } from '../parts/class-names.ts'
import { EmptyState, ErrorState, SkeletonRows } from '../parts/states.tsx'
import { dayTitle } from '../parts/time.ts'
import { text } from '../text/text.ts'
import { MessageBubble } from './bubble.tsx'
import { EventLine } from './event-line.tsx'
import { PendingBubble } from './pending-bubble.tsx'
import css from './thread.module.css'
import type { ThreadRow } from './thread-rows.ts'
import { threadRows } from './thread-rows.ts'

const LOAD_OLDER_AT_PX = 600
const AT_END_PX = 80

/** The messages of a conversation; only those near the screen exist in the page. */
export function Thread({ conversation }: { readonly conversation: ConversationView }) {
  const { query, messages } = useThread(conversation.id)
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query
  const unsent = useSyncExternalStore(pendingMessages.subscribe, pendingMessages.get)
  const scroller = useRef<HTMLDivElement>(null)
  const [atEnd, setAtEnd] = useState(true)
  const stuck = useRef(true)

  const rows = useMemo(() => {
    const own = unsent.filter(({ conversationId }) => conversationId === conversation.id)
    return threadRows(messages ?? [], stillPending(own, messages ?? []))
  }, [messages, unsent, conversation.id])

  const lines = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows[index]?.kind === 'message' ? 68 : 40),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 12,
    // Older pages push nothing away, and at the end new messages come into sight by themselves.
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: AT_END_PX,
    paddingStart: 16,
    paddingEnd: 12,
  })

  const loaded = messages !== undefined
  const settled = useRef(false)
  useEffect(() => {
    if (!loaded || settled.current) return
    settled.current = true
    lines.scrollToEnd()
  }, [loaded, lines])

  const lastPending = rows.at(-1)?.kind === 'pending' ? rows.at(-1)?.key : undefined
  useEffect(() => {
    if (lastPending) lines.scrollToEnd()
  }, [lastPending, lines])

  const onScroll = () => {
    const element = scroller.current
    if (!element) return
    stuck.current = element.scrollHeight - element.scrollTop - element.clientHeight < AT_END_PX
    setAtEnd(stuck.current)
    if (settled.current && element.scrollTop < LOAD_OLDER_AT_PX && hasNextPage && !isFetchingNextPage) {
      void fetchNextPage()
    }
  }
  // A telephone's keyboard comes up, the composer grows: whoever was at the end stays there.
  useEffect(() => {
    const element = scroller.current
    if (!element) return undefined
    const watch = new ResizeObserver(() => stuck.current && lines.scrollToEnd())
    watch.observe(element)
    return () => watch.disconnect()
  }, [loaded, rows.length > 0, lines])
  // A first page that does not fill the screen cannot be scrolled.
  useEffect(() => {
    const element = scroller.current
    if (element && hasNextPage && !isFetchingNextPage && element.scrollHeight <= element.clientHeight) {
      void fetchNextPage()
    }
  }, [rows.length, hasNextPage, isFetchingNextPage, fetchNextPage])

  if (query.isError && !messages) {
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
  }
  if (!messages) {
    return (
      <div className={css['scroller']}>
        <SkeletonRows rows={5} />
      </div>
    )
  }
  if (rows.length === 0) {
    return (
      <EmptyState
        icon={<IconMessage size={24} stroke={1.6} />}
        title={text.thread.beginning}
        hint={text.thread.empty}
      />
    )
  }
  const drawn = lines.getVirtualItems()
  return (
    <div className={css['wrap']}>
      <div
        ref={scroller}
        className={css['scroller']}
        onScroll={onScroll}
        role="log"
        aria-label={text.thread.label}
        tabIndex={0}
      >
        <div className={css['lines']} style={{ blockSize: lines.getTotalSize() }}>
          {drawn.map((line) => {
            const row = rows[line.index]
            if (!row) return null
            return (
              <div
                key={line.key}
                ref={lines.measureElement}
                data-index={line.index}
                className={css['slot']}
                style={{ transform: `translateY(${line.start}px)` }}
              >
                <Row row={row} conversation={conversation} />
              </div>
            )
          })}
        </div>
        <VisitorTyping conversationId={conversation.id} name={conversation.contact.name} />
      </div>
      {isFetchingNextPage && <p className={css['older']}>{text.thread.loadingOlder}</p>}
      <Button
        className={cx(css['newest'], atEnd && css['gone'])}
        size="compact-sm"
        radius="xl"
        variant="default"
        leftSection={<IconArrowDown size={14} />}
        tabIndex={atEnd ? -1 : 0}
        aria-hidden={atEnd}
        onClick={() => lines.scrollToEnd({ behavior: 'smooth' })}
      >
        {text.thread.newest}
      </Button>
    </div>
  )
}

function Row({ row, conversation }: { readonly row: ThreadRow; readonly conversation: ConversationView }) {
  switch (row.kind) {
    case 'day':
      return (
        <div className={css['day']}>
          <span>{dayTitle(row.at)}</span>
        </div>
      )
    case 'event':
      return <EventLine message={row.message} />
    case 'pending':
      return <PendingBubble pending={row.pending} />
    case 'message':
      return (
        <MessageBubble
          message={row.message}
          first={row.first}
          last={row.last}
          contactName={conversation.contact.name}
        />
      )
  }
}

function VisitorTyping({ conversationId, name }: { readonly conversationId: string; readonly name: string }) {
  const until = useSyncExternalStore(company.subscribe, company.get).visitors.get(conversationId) ?? 0
  const typing = until > Date.now()
  return (
    <div className={css['typing']} role="status">
      {typing && (
        <>
          <span className={css['dots']} aria-hidden>
            <span />
            <span />
            <span />
          </span>
          <bdi>{text.conversation.typing(name)}</bdi>
        </>
      )}
    </div>
  )
}
