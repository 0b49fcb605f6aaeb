import { Button } from '@mantine/core'
import { IconArrowDown, IconMessage } from '@tabler/icons-react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { lazy, Suspense, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import type { ConversationView } from '../../../src/domain/views.ts'
import { pendingMessages } from '../data/outbox.ts'
import { useChannels, useThread } from '../data/queries.ts'
import type { LetterFolds } from '../letters/use-letter-folds.ts'
import { useLetterFolds } from '../letters/use-letter-folds.ts'
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
import { threadRows, withFolds } from './thread-rows.ts'
import { useJumps } from './use-jumps.ts'

const LetterCard = lazy(() =>
  import('../letters/letter-card.tsx').then((module) => ({ default: module.LetterCard })),
)

const PendingLetter = lazy(() =>
  import('../letters/pending-letter.tsx').then((module) => ({ default: module.PendingLetter })),
)

const NO_ADDRESSES: readonly string[] = []
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
  /** How high the part on the screen was when it was last seen to. */
  const room = useRef(0)

  const folds = useLetterFolds(messages, conversation.unreadCount)
  const letters = useChannels().get(conversation.channelId)?.capabilities.letters
  const lettered = letters !== undefined && folds.readFrom !== undefined
  const rows = useMemo(() => {
    const own = unsent.filter(({ conversationId }) => conversationId === conversation.id)
    return withFolds(
      threadRows(messages ?? [], stillPending(own, messages ?? [])),
      ({ id }) => !folds.isOpen(id),
    )
  }, [messages, unsent, conversation.id, folds.isOpen])

  const lines = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows[index]?.kind === 'message' ? 68 : 40),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 12,
    // Older pages push nothing away, and at the end new messages come into sight by themselves.
    anchorTo: 'end',
    followOnAppend: !lettered,
    // A letter is read from its top: it may grow below what is on the screen without moving it.
    scrollEndThreshold: lettered ? -1 : AT_END_PX,
    paddingStart: 16,
    paddingEnd: 12,
  })

  const loaded = messages !== undefined
  const settled = useRef(false)
  useEffect(() => {
    if (!loaded || settled.current) return
    settled.current = true
    const from = rows.findIndex((row) => row.kind === 'message' && row.message.id === folds.readFrom)
    if (from < 0) lines.scrollToEnd()
    else {
      stuck.current = false
      lines.scrollToIndex(from, { align: 'start' })
    }
  }, [loaded, lines])

  const lastPending = rows.at(-1)?.kind === 'pending' ? rows.at(-1)?.key : undefined
  useEffect(() => {
    if (lastPending) lines.scrollToEnd()
  }, [lastPending, lines])

  const onScroll = () => {
    const element = scroller.current
    if (!element) return
    // Nobody left the end who was scrolled just before the room changed: the watch below brings him there again.
    if (element.clientHeight === room.current) {
      stuck.current = element.scrollHeight - element.scrollTop - element.clientHeight < AT_END_PX
      setAtEnd(stuck.current)
    }
    if (settled.current && element.scrollTop < LOAD_OLDER_AT_PX && hasNextPage && !isFetchingNextPage) {
      void fetchNextPage()
    }
  }
  // A telephone's keyboard comes up, the composer grows: whoever was at the end stays there.
  useEffect(() => {
    const element = scroller.current
    if (!element) return undefined
    room.current = element.clientHeight
    const watch = new ResizeObserver(() => {
      const before = room.current
      room.current = element.clientHeight
      // Letters keep their lower edge: what one answers stays above the answer.
      if (lettered) element.scrollTop += Math.max(0, before - element.clientHeight)
      else if (stuck.current) lines.scrollToEnd()
    })
    watch.observe(element)
    return () => watch.disconnect()
  }, [loaded, rows.length > 0, lettered, lines])
  // A first page that does not fill the screen cannot be scrolled.
  useEffect(() => {
    const element = scroller.current
    if (element && hasNextPage && !isFetchingNextPage && element.scrollHeight <= element.clientHeight) {
      void fetchNextPage()
    }
  }, [rows.length, hasNextPage, isFetchingNextPage, fetchNextPage])

  const lit = useJumps({
    conversationId: conversation.id,
    rows,
    show: (index) => {
      stuck.current = false
      lines.scrollToIndex(index, { align: 'center' })
    },
    older: hasNextPage ? () => void fetchNextPage() : undefined,
    reading: isFetchingNextPage || !loaded,
  })

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
                className={cx(css['slot'], row.kind === 'message' && row.message.id === lit && css['lit'])}
                style={{ transform: `translateY(${line.start}px)` }}
              >
                <Row row={row} conversation={conversation} folds={folds} />
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

function Row(props: {
  readonly row: ThreadRow
  readonly conversation: ConversationView
  readonly folds: LetterFolds
}) {
  const { row, conversation, folds } = props
  const channel = useChannels().get(conversation.channelId)
  const own = channel?.capabilities.letters?.ownAddresses ?? NO_ADDRESSES
  switch (row.kind) {
    case 'folds':
      return (
        <div className={css['folds']}>
          <Button size="compact-sm" variant="subtle" onClick={() => folds.open(row.folded)}>
            {text.thread.showFolded(row.folded.length)}
          </Button>
        </div>
      )
    case 'day':
      return (
        <div className={css['day']}>
          <span>{dayTitle(row.at)}</span>
        </div>
      )
    case 'event':
      return <EventLine message={row.message} />
    case 'pending':
      return row.pending.letter ? (
        <Suspense fallback={<div className={css['letter']} />}>
          <PendingLetter pending={row.pending} />
        </Suspense>
      ) : (
        <PendingBubble pending={row.pending} />
      )
    case 'message':
      if (row.message.letter) {
        return (
          <Suspense fallback={<div className={css['letter']} />}>
            <LetterCard
              message={row.message}
              letter={row.message.letter}
              conversation={conversation}
              own={own}
              opened={folds.isOpen(row.message.id)}
              onFold={folds.fold}
            />
          </Suspense>
        )
      }
      return (
        <MessageBubble
          message={row.message}
          first={row.first}
          last={row.last}
          contactName={conversation.contact.name}
          channel={channel}
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
