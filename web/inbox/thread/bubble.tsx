import { IconLock, IconTemplate } from '@tabler/icons-react'
import { lazy, memo, type ReactNode, Suspense, useState } from 'react'
import type { ChannelView, MessageView } from '../../../src/domain/views.ts'
import { Avatar } from '../parts/avatar.tsx'
import { cx } from '../parts/class-names.ts'
import { exactTime, timeOf } from '../parts/time.ts'
import { text } from '../text/text.ts'
import { Attachments } from './attachments.tsx'
import css from './bubble.module.css'
import { DeliveryTick } from './delivery-tick.tsx'
import { isTroubled } from './is-troubled.ts'
import { MessageActions } from './message-actions.tsx'
import { MessageText } from './message-text.tsx'

const DeliveryTrouble = lazy(() =>
  import('./delivery-trouble.tsx').then((module) => ({ default: module.DeliveryTrouble })),
)
const EditMessage = lazy(() =>
  import('./edit-message.tsx').then((module) => ({ default: module.EditMessage })),
)
const MessageCards = lazy(() =>
  import('./message-extras.tsx').then((module) => ({ default: module.MessageCards })),
)
const Reactions = lazy(() => import('./message-extras.tsx').then((module) => ({ default: module.Reactions })))
const ReplyQuote = lazy(() =>
  import('./message-extras.tsx').then((module) => ({ default: module.ReplyQuote })),
)
const RichText = lazy(() => import('./rich-text.tsx').then((module) => ({ default: module.RichText })))

/** What was said, by whom, and whether it arrived. */
export const MessageBubble = memo(function MessageBubble(props: {
  readonly message: MessageView
  readonly first: boolean
  readonly last: boolean
  readonly contactName: string
  /** Absent until it is known. */
  readonly channel: ChannelView | undefined
}) {
  const { message, first, last, contactName, channel } = props
  const [editing, setEditing] = useState(false)
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
        <div className={css['line']}>
          <div className={css['bubble']}>
            {message.deletedAt ? (
              <p className={css['gone']}>{text.thread.deleted}</p>
            ) : editing && channel ? (
              <Suspense fallback={<MessageText text={message.text} />}>
                <EditMessage message={message} channel={channel} onClose={() => setEditing(false)} />
              </Suspense>
            ) : (
              <Said message={message} />
            )}
            <Meta message={message}>{side === 'out' && !note && <DeliveryTick message={message} />}</Meta>
          </div>
          {channel && <MessageActions message={message} channel={channel} onEdit={() => setEditing(true)} />}
        </div>
        {message.reactions && message.reactions.length > 0 && !message.deletedAt && (
          <Suspense>
            <Reactions reactions={message.reactions} />
          </Suspense>
        )}
        {isTroubled(message) && (
          <Suspense>
            <DeliveryTrouble message={message} channel={channel} />
          </Suspense>
        )}
      </div>
    </article>
  )
})

/** The content of a message, whatever it is made of. */
function Said({ message }: { readonly message: MessageView }) {
  const plain = <MessageText text={message.text} />
  return (
    <>
      {message.replyTo && (
        <Suspense>
          <ReplyQuote conversationId={message.conversationId} replyTo={message.replyTo} />
        </Suspense>
      )}
      {message.unsupported && <p className={css['gone']}>{text.thread.unsupported(message.unsupported)}</p>}
      {message.spans && message.spans.length > 0 ? (
        <Suspense fallback={plain}>
          <RichText text={message.text} spans={message.spans} />
        </Suspense>
      ) : (
        plain
      )}
      {message.cards && message.cards.length > 0 && (
        <Suspense>
          <MessageCards cards={message.cards} />
        </Suspense>
      )}
      <Attachments attachments={message.attachments} />
    </>
  )
}

function Meta({ message, children }: { readonly message: MessageView; readonly children: ReactNode }) {
  return (
    <span className={css['meta']}>
      {message.template && (
        <span className={css['template']} title={text.thread.asTemplate(message.template.name)}>
          <IconTemplate size={12} stroke={1.9} aria-hidden />
          <bdi>{message.template.name}</bdi>
        </span>
      )}
      {message.editedAt && !message.deletedAt && (
        <span title={exactTime(message.editedAt)}>{text.thread.edited}</span>
      )}
      <time dateTime={message.createdAt} title={exactTime(message.createdAt)}>
        {timeOf(message.createdAt)}
      </time>
      {children}
    </span>
  )
}
