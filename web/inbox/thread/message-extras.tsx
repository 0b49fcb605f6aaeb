import { IconCornerUpLeft, IconExternalLink, IconHandClick, IconMapPin, IconUser } from '@tabler/icons-react'
import type { MessageCard } from '../../../src/domain/message-card.ts'
import type { MessageView } from '../../../src/domain/views.ts'
import { placed } from '../parts/placed.ts'
import { messengerText } from '../text/messenger-text.ts'
import { locale, text } from '../text/text.ts'
import { jumps } from './jumps.ts'
import css from './message-extras.module.css'

const words = messengerText.cards
const degrees = new Intl.NumberFormat(locale, { minimumFractionDigits: 5, maximumFractionDigits: 5 })

/** What a message answers; leads to it. */
export function ReplyQuote(props: {
  readonly conversationId: string
  readonly replyTo: { readonly id: string; readonly authorName: string; readonly preview: string }
}) {
  const { replyTo, conversationId } = props
  return (
    <button
      type="button"
      className={css['quote']}
      title={messengerText.message.jump}
      onClick={() => jumps.set({ conversationId, messageId: replyTo.id })}
    >
      <span className={css['whom']}>
        <IconCornerUpLeft size={12} stroke={2.2} aria-hidden />
        <span className="visually-hidden">{messengerText.message.answers}</span>
        <bdi>{replyTo.authorName}</bdi>
      </span>
      <bdi className={css['preview']}>{replyTo.preview || text.list.attachments(1)}</bdi>
    </button>
  )
}

/** Places, people and choices that came with a message. */
export function MessageCards({ cards }: { readonly cards: readonly MessageCard[] }) {
  return (
    <ul className={css['cards']}>
      {placed(cards).map(({ item, place }) => (
        <li key={place}>
          <Card card={item} />
        </li>
      ))}
    </ul>
  )
}

function Card({ card }: { readonly card: MessageCard }) {
  switch (card.kind) {
    case 'location':
      return <Place card={card} />
    case 'contact':
      return (
        <div className={css['card']}>
          <span className={css['icon']} aria-hidden>
            <IconUser size={18} stroke={1.8} />
          </span>
          <span className={css['words']}>
            <span className={css['kind']}>{words.contact}</span>
            <bdi className={css['title']}>{card.name}</bdi>
            {card.phones.map((phone) => (
              <a
                key={phone}
                href={`tel:${phone.replaceAll(/[^+\d]/gu, '')}`}
                className={css['line']}
                dir="ltr"
              >
                {phone}
              </a>
            ))}
            {card.emails.map((email) => (
              <a key={email} href={`mailto:${email}`} className={css['line']}>
                {email}
              </a>
            ))}
          </span>
        </div>
      )
    case 'choice':
      return (
        <div className={css['choice']}>
          <IconHandClick size={15} stroke={1.9} aria-hidden />
          <span className={css['kind']}>{words.choice}</span>
          <bdi className={css['title']}>{card.label}</bdi>
        </div>
      )
  }
}

/** No map is drawn: whoever loads one tells a stranger where the customer is. It opens only when somebody asks. */
function Place({ card }: { readonly card: Extract<MessageCard, { kind: 'location' }> }) {
  const { latitude, longitude, name, address } = card
  const point = words.coordinates(degrees.format(latitude), degrees.format(longitude))
  const where = new URLSearchParams({ mlat: String(latitude), mlon: String(longitude) })
  return (
    <div className={css['card']}>
      <span className={css['icon']} aria-hidden>
        <IconMapPin size={18} stroke={1.8} />
      </span>
      <span className={css['words']}>
        <span className={css['kind']}>{words.location}</span>
        <bdi className={css['title']}>{name ?? address ?? point}</bdi>
        {name && address && <bdi className={css['line']}>{address}</bdi>}
        {(name ?? address) && (
          <span className={css['point']} dir="ltr">
            {point}
          </span>
        )}
        <a
          className={css['open']}
          href={`https://www.openstreetmap.org/?${where}#map=16/${latitude}/${longitude}`}
          target="_blank"
          rel="noopener noreferrer"
          title={words.mapHint}
        >
          {words.openMap}
          <IconExternalLink size={13} stroke={2} aria-hidden />
        </a>
      </span>
    </div>
  )
}

/** Who reacted how; the same signs stand together. */
export function Reactions({ reactions }: { readonly reactions: NonNullable<MessageView['reactions']> }) {
  const byEmoji = new Map<string, string[]>()
  for (const { emoji, by } of reactions) byEmoji.set(emoji, [...(byEmoji.get(emoji) ?? []), by])
  return (
    <ul className={css['reactions']} aria-label={messengerText.message.reactions}>
      {[...byEmoji].map(([emoji, people]) => {
        const names = people.filter(Boolean).join(', ')
        return (
          <li key={emoji} title={names} className={css['reaction']}>
            <span aria-hidden>{emoji}</span>
            {people.length > 1 && <span aria-hidden>{people.length}</span>}
            <span className="visually-hidden">{messengerText.message.reactedBy(emoji, names)}</span>
          </li>
        )
      })}
    </ul>
  )
}
