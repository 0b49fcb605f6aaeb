import { Button } from '@mantine/core'
import type { PendingMessage } from '../data/outbox.ts'
import { forgetPending, retryPending } from '../data/outbox.ts'
import { useMe } from '../data/queries.ts'
import { Avatar } from '../parts/avatar.tsx'
import { cx } from '../parts/class-names.ts'
import { timeOf } from '../parts/time.ts'
import { letterText } from '../text/letter-text.ts'
import { text } from '../text/text.ts'
import { Attachments } from '../thread/attachments.tsx'
import { MessageText } from '../thread/message-text.tsx'
import bodyCss from './letter-body.module.css'
import css from './letter-card.module.css'
import { wishLetter } from './letter-wishes.ts'

/** A letter of ours that the server has not acknowledged yet. */
export function PendingLetter({ pending }: { readonly pending: PendingMessage }) {
  const me = useMe()
  const { state, letter, draft, attachments, clientMessageId: id, conversationId } = pending
  const edit = () => {
    if (!draft) return
    forgetPending(id)
    wishLetter({ conversationId, kind: 'reply', draft, attachments })
  }
  return (
    <article className={cx(css['card'], css['ours'], css['unsent'])} data-pending={id}>
      <header className={css['head']}>
        <Avatar name={me.name} size={36} />
        <div className={css['names']}>
          <p className={css['from']}>
            <bdi className={css['name']}>{me.name}</bdi>
          </p>
          <span className={css['address']}>
            {letter?.to && `${letterText.card.to} ${letter.to.join(', ')}`}
          </span>
        </div>
        <span className={css['time']}>
          {state === 'refused' ? '' : state === 'waiting' ? text.thread.waiting : text.thread.status.sending}{' '}
          {timeOf(pending.createdAt)}
        </span>
      </header>
      <div className={bodyCss['text']}>
        <MessageText text={pending.text} />
      </div>
      <Attachments attachments={attachments} />
      {state === 'refused' && (
        <div className={bodyCss['problem']} role="alert">
          {text.thread.refused(pending.problem ?? '')}
          <Button size="compact-xs" variant="subtle" color="red" onClick={() => retryPending(id)}>
            {text.general.retry}
          </Button>
          {draft && (
            <Button size="compact-xs" variant="subtle" onClick={edit}>
              {text.general.edit}
            </Button>
          )}
          <Button size="compact-xs" variant="subtle" color="gray" onClick={() => forgetPending(id)}>
            {text.general.discard}
          </Button>
        </div>
      )}
    </article>
  )
}
