import { ActionIcon, Button } from '@mantine/core'
import { IconArrowBackUp, IconArrowBackUpDouble, IconArrowForwardUp, IconDots } from '@tabler/icons-react'
import { lazy, memo, useId, useState } from 'react'
import type { ConversationView, LetterView, MessageView } from '../../../src/domain/views.ts'
import { useAllowed } from '../data/queries.ts'
import { Avatar } from '../parts/avatar.tsx'
import { cx } from '../parts/class-names.ts'
import { OnDemand } from '../parts/on-demand.tsx'
import { exactTime, shortTime } from '../parts/time.ts'
import { letterText } from '../text/letter-text.ts'
import { text } from '../text/text.ts'
import { DeliveryTick } from '../thread/delivery-tick.tsx'
import { DeliveryTrouble } from '../thread/delivery-trouble.tsx'
import { nameOf } from './addresses.ts'
import { LetterBody } from './letter-body.tsx'
import css from './letter-card.module.css'
import type { LetterForm } from './letter-choices.ts'
import { keepForm, readForm } from './letter-choices.ts'
import { LetterMarks } from './letter-marks.tsx'
import { AllAddresses, copyAddress, RecipientsLine } from './letter-recipients.tsx'
import { wishLetter } from './letter-wishes.ts'
import { MakeContact } from './make-contact.tsx'
import { baseSubject, type LetterKind, reachesMore } from './reply-draft.ts'

const LetterMenu = lazy(() => import('./letter-menu.tsx').then((module) => ({ default: module.LetterMenu })))

const SNIPPET = 160

interface LetterProps {
  readonly message: MessageView
  readonly letter: LetterView
  readonly conversation: ConversationView
  /** The channel's own addresses. */
  readonly own: readonly string[]
  readonly opened: boolean
  readonly onFold: (id: string, opened: boolean) => void
}

const writerOf = ({ author, direction }: MessageView, { from }: LetterView): string =>
  direction === 'outbound' && author.name ? author.name : nameOf(from)

/** One letter of a thread: a card, or one line of it. */
export const LetterCard = memo(function LetterCard(props: LetterProps) {
  return props.opened ? <OpenLetter {...props} /> : <FoldedLetter {...props} />
})

function FoldedLetter({ message, letter, onFold }: LetterProps) {
  const name = writerOf(message, letter)
  return (
    <article className={css['slip']} data-message={message.id} aria-label={name}>
      <button type="button" className={css['folded']} onClick={() => onFold(message.id, true)}>
        <span className="visually-hidden">{letterText.card.open}</span>
        <Avatar name={name} size={24} />
        <bdi className={css['who']}>{name}</bdi>
        <bdi className={css['snippet']}>{message.text.slice(0, SNIPPET).replace(/\s+/gu, ' ')}</bdi>
        <time dateTime={message.createdAt} className={css['time']}>
          {shortTime(message.createdAt)}
        </time>
      </button>
    </article>
  )
}

function OpenLetter({ message, letter, conversation, own, onFold }: LetterProps) {
  const [addresses, setAddresses] = useState(false)
  const [form, setForm] = useState<LetterForm>(readForm)
  // A letter that came into a conversation of another kind is answered as that one is.
  const maySend = useAllowed('message.send') && own.length > 0
  const id = useId()
  const inbound = message.direction === 'inbound'
  const name = writerOf(message, letter)
  const subject = letter.subject ?? ''
  const differs = baseSubject(subject) !== baseSubject(conversation.subject ?? '')
  const chooseForm = (next: LetterForm) => {
    keepForm(next)
    setForm(next)
  }
  const write = (kind: LetterKind) => wishLetter({ conversationId: conversation.id, kind, about: message })
  return (
    <article
      className={cx(css['card'], !inbound && css['ours'])}
      aria-label={`${name}, ${exactTime(message.createdAt)}`}
      data-message={message.id}
    >
      <header className={css['head']}>
        <Avatar name={name} size={36} />
        <div className={css['names']}>
          <p className={css['from']}>
            <bdi className={css['name']}>{name}</bdi>
            {letter.from.address !== name && (
              <bdi className={css['address']} dir="ltr">
                {letter.from.address}
              </bdi>
            )}
          </p>
          <RecipientsLine
            letter={letter}
            opened={addresses}
            controls={id}
            onToggle={() => setAddresses(!addresses)}
          />
        </div>
        <div className={css['side']}>
          <button
            type="button"
            className={css['when']}
            title={`${exactTime(message.createdAt)} – ${letterText.card.fold}`}
            onClick={() => onFold(message.id, false)}
          >
            <time dateTime={message.createdAt}>{shortTime(message.createdAt)}</time>
            <span className="visually-hidden">{letterText.card.fold}</span>
          </button>
          {!inbound && <DeliveryTick message={message} />}
          {maySend && <Answers more={reachesMore(message, own)} onWrite={write} />}
          <OnDemand
            trigger={
              <ActionIcon aria-label={letterText.menu}>
                <IconDots size={18} />
              </ActionIcon>
            }
          >
            <LetterMenu
              message={message}
              letter={letter}
              form={form}
              onForm={chooseForm}
              onWrite={maySend ? write : undefined}
            />
          </OnDemand>
        </div>
      </header>
      {addresses && <AllAddresses id={id} letter={letter} />}
      <div className={css['about']}>
        {differs && (
          <p className={css['subject']}>
            <bdi>{subject || letterText.noSubject}</bdi>
          </p>
        )}
        <LetterMarks letter={letter} inbound={inbound} />
      </div>
      {letter.forwardedFrom && (
        <p className={css['forwarded']} title={letterText.forwardedHint}>
          <span>
            {letterText.forwarded('')}
            <bdi>{nameOf(letter.forwardedFrom)}</bdi>
            {letter.forwardedFrom.name && <bdi dir="ltr"> · {letter.forwardedFrom.address}</bdi>}
          </span>
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => void copyAddress(letter.forwardedFrom?.address ?? '')}
          >
            {letterText.copyAddress}
          </Button>
          <MakeContact conversation={conversation} person={letter.forwardedFrom} />
        </p>
      )}
      {message.deletedAt ? (
        <p className={css['gone']}>{text.thread.deleted}</p>
      ) : (
        <LetterBody message={message} letter={letter} form={form} />
      )}
      <DeliveryTrouble message={message} atStart />
    </article>
  )
}

/** The three ways on from a letter; on a phone only the first, the others are in the menu. */
function Answers({
  more,
  onWrite,
}: {
  readonly more: boolean
  readonly onWrite: (kind: LetterKind) => void
}) {
  return (
    <>
      <ActionIcon data-tip={letterText.reply} aria-label={letterText.reply} onClick={() => onWrite('reply')}>
        <IconArrowBackUp size={18} className={css['arrow']} />
      </ActionIcon>
      {more && (
        <ActionIcon
          className={css['wide']}
          data-tip={letterText.replyAll}
          aria-label={letterText.replyAll}
          onClick={() => onWrite('reply-all')}
        >
          <IconArrowBackUpDouble size={18} className={css['arrow']} />
        </ActionIcon>
      )}
      <ActionIcon
        className={css['wide']}
        data-tip={letterText.forward}
        aria-label={letterText.forward}
        onClick={() => onWrite('forward')}
      >
        <IconArrowForwardUp size={18} className={css['arrow']} />
      </ActionIcon>
    </>
  )
}
