import { useQuery } from '@tanstack/react-query'
import type { ChannelView, ConversationView } from '../../../src/domain/views.ts'
import { contactQuery } from '../data/queries.ts'
import { dateOf } from '../parts/time.ts'
import { messengerText } from '../text/messenger-text.ts'
import { text } from '../text/text.ts'
import css from './composer.module.css'

/** Since when the customer wants no messages of a channel; undefined while he may get some. */
export function useOptedOut({ contact, channelId }: ConversationView): string | undefined {
  const { data } = useQuery(contactQuery(contact.id))
  const here = data?.identities.filter((identity) => identity.channelId === channelId) ?? []
  // Whoever is known by several ids is out only where all of them are: the server knows which one it is.
  return here.every(({ optedOutAt }) => optedOutAt) ? here.at(-1)?.optedOutAt : undefined
}

/** Why nothing can be sent to the customer just now, or may not arrive. */
export function ComposerNotices(props: {
  readonly channel: ChannelView | undefined
  readonly contactName: string
  readonly optedOutAt: string | undefined
}) {
  const { channel, contactName, optedOutAt } = props
  const words = messengerText.notice
  if (channel?.deletedAt) return <p className={css['notice']}>{words.deleted}</p>
  if (optedOutAt) {
    return (
      <p className={css['notice']} role="status">
        {words.optedOut(contactName, dateOf(optedOutAt))}
      </p>
    )
  }
  if (channel?.paused) return <p className={css['notice']}>{text.composer.paused}</p>
  if (channel?.health.state !== 'failing') return null
  return (
    <p className={css['notice']} role="status">
      {words.failing} {channel.health.detail}
    </p>
  )
}
