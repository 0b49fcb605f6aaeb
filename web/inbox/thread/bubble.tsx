import { IconLock } from '@tabler/icons-react'
import { memo } from 'react'
import type { MessageView } from '../../../src/domain/views.ts'
import { Avatar } from '../parts/avatar.tsx'
import { cx } from '../parts/class-names.ts'
import { exactTime, timeOf } from '../parts/time.ts'
import { text } from '../text/text.ts'
import { Attachments } from './attachments.tsx'
import css from './bubble.module.css'
import { DeliveryTick } from './delivery-tick.tsx'
import { DeliveryTrouble } from './delivery-trouble.tsx'
import { MessageText } from './message-text.tsx'

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
