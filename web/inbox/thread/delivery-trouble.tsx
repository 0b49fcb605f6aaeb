import { Button } from '@mantine/core'
import {
  IconAlertTriangle,
  IconFileDownload,
  IconRefresh,
  IconTemplate,
  IconZoomQuestion,
} from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import type { ChannelView, MessageView } from '../../../src/domain/views.ts'
import { letterReportUrl } from '../../shared/agent-api.ts'
import { api, live } from '../data/client.ts'
import { wishComposer } from '../data/composer-wishes.ts'
import { useAllowed } from '../data/queries.ts'
import { cx } from '../parts/class-names.ts'
import { relativeTime } from '../parts/time.ts'
import { tellError } from '../shell/toasts.ts'
import { messengerText } from '../text/messenger-text.ts'
import { text } from '../text/text.ts'
import css from './bubble.module.css'

const ConfirmDialog = lazy(() =>
  import('../parts/confirm-dialog.tsx').then((module) => ({ default: module.ConfirmDialog })),
)

/** Sending it again, unchanged, cannot help. */
const USELESS_AGAIN: ReadonlySet<string> = new Set(['opted-out', 'channel-gone'])

/** Why a message of ours did not arrive, or may not have, and what to do about it. */
export function DeliveryTrouble(props: {
  readonly message: MessageView
  readonly channel?: ChannelView | undefined
  /** Where lines begin, rather than under the end of a bubble. */
  readonly atStart?: boolean
}) {
  const { message, channel, atStart = false } = props
  const [asking, setAsking] = useState(false)
  const maySend = useAllowed('message.send')
  const retry = useMutation({
    mutationFn: () => api.retryMessage(message.conversationId, message.id),
    onSuccess: (item) => live.absorb([{ type: 'message.updated', message: item, channelId: '' as never }]),
    onError: tellError,
  })
  const { delivery } = message
  const unknown = delivery?.state === 'unknown'
  // The platform is asked before anybody has to be; until it is known, nothing is sent again.
  if (delivery?.checking) {
    return (
      <p className={cx(css['trouble'], css['asking'], atStart && css['start'])} role="status">
        <span className={css['reason']}>
          <IconZoomQuestion size={14} stroke={2} aria-hidden />
          {messengerText.trouble.checking}
        </span>
      </p>
    )
  }
  const failed = message.status === 'failed' || delivery?.state === 'dead'
  if (!unknown && !failed) {
    // Still tried by itself; said only once something went wrong.
    if (!delivery?.errorCode || delivery.state !== 'queued' || !delivery.nextAttemptAt) return null
    return (
      <p className={cx(css['trouble'], atStart && css['start'])}>
        {delivery.errorDetail ?? delivery.errorCode} ·{' '}
        {text.thread.nextAttempt(relativeTime(delivery.nextAttemptAt))}
      </p>
    )
  }
  const reason = delivery?.errorDetail ?? delivery?.errorCode
  const code = delivery?.errorCode ?? ''
  const advice = unknown ? undefined : messengerText.trouble.advice[code]
  const byTemplate =
    !unknown && code === 'reply-window-closed' && maySend && channel?.capabilities.templates === 'native'
  return (
    <div className={cx(css['trouble'], atStart && css['start'], failed && !unknown && css['failed'])}>
      <span className={css['reason']}>
        <IconAlertTriangle size={14} stroke={2} aria-hidden />
        <span>
          {unknown ? text.thread.unknown : reason ? text.thread.failed(reason) : text.thread.failedPlain}
          {advice && <span className={css['advice']}>{advice}</span>}
        </span>
      </span>
      {delivery?.hasReport && (
        <Button
          component="a"
          href={letterReportUrl(message.id)}
          download
          size="compact-xs"
          variant="subtle"
          color={unknown ? 'brand' : 'red'}
          leftSection={<IconFileDownload size={13} />}
        >
          {text.thread.report}
        </Button>
      )}
      {byTemplate && (
        <Button
          size="compact-xs"
          variant="light"
          leftSection={<IconTemplate size={13} />}
          onClick={() => wishComposer({ kind: 'template', conversationId: message.conversationId })}
        >
          {messengerText.trouble.chooseTemplate}
        </Button>
      )}
      {maySend && (unknown || !USELESS_AGAIN.has(code)) && !channel?.deletedAt && (
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
