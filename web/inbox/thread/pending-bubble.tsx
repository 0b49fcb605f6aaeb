import { Button } from '@mantine/core'
import { IconClock } from '@tabler/icons-react'
import { lazy, Suspense } from 'react'
import { wishComposer } from '../data/composer-wishes.ts'
import type { PendingMessage } from '../data/outbox.ts'
import { forgetPending, retryPending } from '../data/outbox.ts'
import { cx } from '../parts/class-names.ts'
import { timeOf } from '../parts/time.ts'
import { text } from '../text/text.ts'
import { Attachments } from './attachments.tsx'
import css from './bubble.module.css'
import { MessageText } from './message-text.tsx'

const ReplyQuote = lazy(() =>
  import('./message-extras.tsx').then((module) => ({ default: module.ReplyQuote })),
)

/** A message of ours that the server has not acknowledged yet. */
export function PendingBubble({ pending }: { readonly pending: PendingMessage }) {
  const { state, kind, clientMessageId, conversationId } = pending
  return (
    <article
      className={cx(
        css['message'],
        css['out'],
        css['first'],
        css['last'],
        css['waiting'],
        kind === 'note' && css['note'],
      )}
      data-pending={clientMessageId}
    >
      <div className={css['column']}>
        <div className={css['bubble']}>
          {pending.replyTo && (
            <Suspense>
              <ReplyQuote conversationId={conversationId} replyTo={pending.replyTo} />
            </Suspense>
          )}
          <MessageText text={pending.text} />
          <Attachments attachments={pending.attachments} />
          <span className={css['meta']}>
            <time dateTime={pending.createdAt}>{timeOf(pending.createdAt)}</time>
            <IconClock size={14} stroke={2} role="img" aria-label={text.thread.status.sending} />
          </span>
        </div>
        {state === 'waiting' && (
          <div className={css['trouble']}>
            {text.thread.waiting}
            <Button size="compact-xs" variant="subtle" onClick={() => retryPending(clientMessageId)}>
              {text.general.retry}
            </Button>
          </div>
        )}
        {state === 'refused' && (
          <div className={cx(css['trouble'], css['failed'])} role="alert">
            {text.thread.refused(pending.problem ?? '')}
            <Button
              size="compact-xs"
              variant="subtle"
              color="red"
              onClick={() => retryPending(clientMessageId)}
            >
              {text.general.retry}
            </Button>
            {!pending.template && (
              <Button
                size="compact-xs"
                variant="subtle"
                onClick={() => wishComposer({ kind: 'again', conversationId, pending })}
              >
                {text.general.edit}
              </Button>
            )}
            <Button
              size="compact-xs"
              variant="subtle"
              color="gray"
              onClick={() => forgetPending(clientMessageId)}
            >
              {text.general.discard}
            </Button>
          </div>
        )}
      </div>
    </article>
  )
}
