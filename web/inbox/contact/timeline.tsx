import { Button } from '@mantine/core'
import { IconFile, IconMessages, IconNote } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useMemo } from 'react'
import type { ContactView, TimelineEntryView } from '../../../src/domain/views.ts'
import { attachmentUrl } from '../../shared/agent-api.ts'
import { queryClient } from '../data/client.ts'
import { useChannels, useOverlay } from '../data/queries.ts'
import { ChannelMark } from '../parts/channel-mark.tsx'
import { cx } from '../parts/class-names.ts'
import { EmptyState, ErrorState, SkeletonRows } from '../parts/states.tsx'
import { dayKey, dayTitle, exactTime, timeOf } from '../parts/time.ts'
import { peopleText } from '../text/people-text.ts'
import { text } from '../text/text.ts'
import { MessageCards } from '../thread/message-extras.tsx'
import { MessageText } from '../thread/message-text.tsx'
import { RichText } from '../thread/rich-text.tsx'
import { timelineQuery } from './people-queries.ts'
import css from './timeline.module.css'

/** Everything that was said with a contact, newest first, each message with the channel it went by. */
export function Timeline({ contact }: { readonly contact: ContactView }) {
  const query = useInfiniteQuery(timelineQuery(contact.id))
  useLive(contact.id)
  const words = peopleText.page
  const entries = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data])
  if (query.isError && !query.data)
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
  if (query.isPending) return <SkeletonRows rows={6} />
  if (entries.length === 0) {
    return (
      <EmptyState icon={<IconMessages size={24} stroke={1.6} />} title={words.none} hint={words.noneHint} />
    )
  }
  return (
    <div className={css['timeline']}>
      {daysOf(entries).map(([key, day]) => (
        <section key={key} aria-label={dayTitle(day[0]?.message.createdAt ?? '')}>
          <h3 className={css['day']}>{dayTitle(day[0]?.message.createdAt ?? '')}</h3>
          <ol className={css['entries']}>
            {day.map((entry) => (
              <Entry key={entry.message.id} entry={entry} />
            ))}
          </ol>
        </section>
      ))}
      {query.hasNextPage && (
        <Button
          variant="default"
          size="sm"
          className={css['more']}
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {words.more}
        </Button>
      )}
    </div>
  )
}

/** What the socket tells of the contact's conversations makes the timeline read itself again. */
function useLive(contactId: string): void {
  const { conversations } = useOverlay()
  let heard = 0
  for (const { value } of conversations.values()) if (value.contact.id === contactId) heard += value.version
  useEffect(() => {
    if (heard > 0) void queryClient.invalidateQueries({ queryKey: timelineQuery(contactId).queryKey })
  }, [heard, contactId])
}

function daysOf(entries: readonly TimelineEntryView[]): readonly (readonly [string, TimelineEntryView[]])[] {
  const days = new Map<string, TimelineEntryView[]>()
  for (const entry of entries) {
    const key = dayKey(entry.message.createdAt)
    const day = days.get(key)
    if (day) day.push(entry)
    else days.set(key, [entry])
  }
  return [...days]
}

function Entry({ entry }: { readonly entry: TimelineEntryView }) {
  const { message, channelId, conversation } = entry
  const channel = useChannels().get(channelId)
  const words = peopleText.page
  const name = channel?.name ?? '…'
  const isNote = message.kind === 'note'
  const own = message.direction === 'outbound'
  const unsupported = message.unsupported && text.thread.unsupported(message.unsupported)
  const said = message.deletedAt ? words.deleted : (unsupported ?? message.text)
  return (
    <li className={cx(css['entry'], isNote ? css['note'] : own ? css['out'] : css['in'])}>
      <div className={css['meta']}>
        <bdi className={css['author']}>{message.author.name}</bdi>
        {isNote && (
          <span className={css['kind']}>
            <IconNote size={13} stroke={1.8} aria-hidden />
            {words.note}
          </span>
        )}
        <Link
          to="/conversations/$conversationId"
          params={{ conversationId: conversation.id }}
          search={true}
          className={css['channel']}
          aria-label={words.open(name)}
        >
          <ChannelMark channel={channel} size={18} />
          <bdi>{name}</bdi>
        </Link>
        <time dateTime={message.createdAt} title={exactTime(message.createdAt)} className={css['when']}>
          {timeOf(message.createdAt)}
        </time>
      </div>
      {conversation.subject && (
        <p className={css['subject']}>
          <bdi>{conversation.subject}</bdi> · {text.status[conversation.status]}
        </p>
      )}
      <div className={cx(css['said'], (message.deletedAt || unsupported) && css['gone'])}>
        {message.spans && !message.deletedAt && !message.unsupported ? (
          <RichText text={said} spans={message.spans} />
        ) : (
          <MessageText text={said} />
        )}
        {message.cards && !message.deletedAt && <MessageCards cards={message.cards} />}
      </div>
      {message.attachments.length > 0 && !message.deletedAt && (
        <p className={css['files']}>
          <IconFile size={14} stroke={1.8} aria-hidden />
          {message.attachments.map(({ id, name, state }) =>
            state === 'gone' || state === 'too-large' ? (
              <bdi key={id}>{name}</bdi>
            ) : (
              <a key={id} href={attachmentUrl(id)} download={name}>
                <bdi>{name}</bdi>
              </a>
            ),
          )}
        </p>
      )}
    </li>
  )
}
