import { Button } from '@mantine/core'
import { IconAlertTriangle, IconLock, IconRefresh } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { lazy, memo, Suspense, useState } from 'react'
import type { MessageView } from '../../../src/domain/views.ts'
import { api, live } from '../data/client.ts'
import { useAllowed } from '../data/queries.ts'
import { Avatar } from '../parts/avatar.tsx'
import { cx } from '../parts/class-names.ts'
import { exactTime, relativeTime, timeOf } from '../parts/time.ts'
import { tellError } from '../shell/toasts.ts'
import { text } from '../text/text.ts'
import { Attachments } from './attachments.tsx'
import css from './bubble.module.css'
import { DeliveryTick } from './delivery-tick.tsx'
import { MessageText } from './message-text.tsx'

const ConfirmDialog = lazy(() =>
  import('../parts/confirm-dialog.tsx').then((module) => ({ default: module.ConfirmDialog })),
)

/** What was said, by whom, and whether it arrived. */
export const MessageBubble = memo(function MessageBubble(props: {
  readonly message: MessageView
  readonly first: boolean
  readonly last: boolean
  readonly contactName: string
}) {
  const { message, first, last, contactName } = props
  const note = message.kind === 'note'
  const side = message.direction === 'inbound' ? 'in' : 'out'
  const name = message.author.name || (side === 'in' ? contactName : text.thread.who.system)
  return (
    <article
      className={cx(
        css['message'],
        css[side],
        note && css['note'],
        first && css['first'],
        last && css['last'],
      )}
      aria-label={`${name}, ${exactTime(message.createdAt)}`}
      data-message={message.id}
    >
      <span className={css['side']}>{side === 'in' && last && <Avatar name={name} size={28} />}</span>
      <div className={css['column']}>
        {first && (
          <p className={css['author']}>
            <bdi>{name}</bdi>
            {note && (
              <span className={css['private']}>
                <IconLock size={11} stroke={2} aria-hidden />
                {text.thread.note}
              </span>
            )}
          </p>
        )}
        <div className={css['bubble']}>
          {message.deletedAt ? (
            <p className={css['gone']}>{text.thread.deleted}</p>
          ) : (
            <>
              {message.unsupported && (
                <p className={css['gone']}>{text.thread.unsupported(message.unsupported)}</p>
              )}
              <MessageText text={message.text} />
              <Attachments attachments={message.attachments} />
            </>
          )}
          <span className={css['meta']}>
            {message.editedAt && !message.deletedAt && <span>{text.thread.edited}</span>}
            <time dateTime={message.createdAt} title={exactTime(message.createdAt)}>
              {timeOf(message.createdAt)}
            </time>
            {side === 'out' && !note && <DeliveryTick message={message} />}
          </span>
        </div>
        <DeliveryTrouble message={message} />
      </div>
    </article>
  )
})

function DeliveryTrouble({ message }: { readonly message: MessageView }) {
  const [asking, setAsking] = useState(false)
  const maySend = useAllowed('message.send')
  const retry = useMutation({
    mutationFn: () => api.retryMessage(message.conversationId, message.id),
    onSuccess: (item) => live.absorb([{ type: 'message.updated', message: item, channelId: '' as never }]),
    onError: tellError,
  })
  const { delivery } = message
  const unknown = delivery?.state === 'unknown'
  const failed = message.status === 'failed' || delivery?.state === 'dead'
  if (!unknown && !failed) {
    // Still tried by itself; said only once something went wrong.
    if (!delivery?.errorCode || delivery.state !== 'queued' || !delivery.nextAttemptAt) return null
    return (
      <p className={css['trouble']}>
        {delivery.errorDetail ?? delivery.errorCode} ·{' '}
        {text.thread.nextAttempt(relativeTime(delivery.nextAttemptAt))}
      </p>
    )
  }
  const reason = delivery?.errorDetail ?? delivery?.errorCode
  return (
    <div className={cx(css['trouble'], failed && !unknown && css['failed'])}>
      <IconAlertTriangle size={14} stroke={2} aria-hidden />
      <span>
        {unknown ? text.thread.unknown : reason ? text.thread.failed(reason) : text.thread.failedPlain}
      </span>
      {maySend && (
        <Button
          size="compact-xs"
          variant="subtle"
          color={unknown ? 'brand' : 'red'}
          leftSection={<IconRefresh size={13} />}
          loading={retry.isPending}
          onClick={() => (unknown ? setAsking(true) : retry.mutate())}
        >
          {text.thread.retry}
        </Button>
      )}
      {asking && (
        <Suspense>
          <ConfirmDialog
            opened
            title={text.thread.resendTitle}
            question={text.thread.resendQuestion}
            action={text.thread.resendConfirm}
            onConfirm={() => retry.mutate()}
            onClose={() => setAsking(false)}
          />
        </Suspense>
      )}
    </div>
  )
}
