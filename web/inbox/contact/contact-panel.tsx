import { ActionIcon, Tooltip } from '@mantine/core'
import {
  IconAt,
  IconId,
  IconMessageCircle,
  IconPencil,
  IconPhone,
  IconShieldCheck,
  IconShieldQuestion,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useState } from 'react'
import type { ContactView, ConversationView } from '../../../src/domain/views.ts'
import { contactConversationsQuery, contactQuery, useAllowed, useChannels } from '../data/queries.ts'
import { Avatar } from '../parts/avatar.tsx'
import { cx } from '../parts/class-names.ts'
import { ErrorState, SkeletonRows } from '../parts/states.tsx'
import { dateOf, shortTime } from '../parts/time.ts'
import { text } from '../text/text.ts'
import { CategoryChoice } from './category-choice.tsx'
import { ContactAttributes } from './contact-attributes.tsx'
import { ContactForm } from './contact-form.tsx'
import { ContactOwner } from './contact-owner.tsx'
import css from './contact-panel.module.css'
import { RoutingWhy } from './routing-why.tsx'
import { Tags } from './tags.tsx'

/** The customer beside the thread: who he is, and what we know of him. */
export function ContactPanel({ conversation }: { readonly conversation: ConversationView }) {
  const query = useQuery(contactQuery(conversation.contact.id))
  const [editing, setEditing] = useState(false)
  const mayWrite = useAllowed('contact.write')
  const contact = query.data
  if (query.isError && !contact)
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
  if (!contact) return <SkeletonRows rows={4} avatar={false} />
  return (
    <div className={css['panel']}>
      <div className={css['head']}>
        <Avatar name={contact.name} size={56} />
        <div className={css['who']}>
          <h2 className={css['name']}>
            <bdi>{contact.name}</bdi>
          </h2>
          <p className={css['since']}>{text.contact.since(dateOf(contact.createdAt))}</p>
        </div>
        {mayWrite && !editing && (
          <Tooltip label={text.contact.edit}>
            <ActionIcon aria-label={text.contact.edit} onClick={() => setEditing(true)}>
              <IconPencil size={17} />
            </ActionIcon>
          </Tooltip>
        )}
      </div>
      {editing ? (
        <ContactForm contact={contact} onDone={() => setEditing(false)} />
      ) : (
        <Facts contact={contact} />
      )}
      <ContactOwner contact={contact} />
      <Section title={text.contact.identities}>
        <Identities contact={contact} />
      </Section>
      <Section title={text.conversation.tags}>
        <Tags conversation={conversation} />
      </Section>
      <Section title={text.conversation.assignee}>
        <RoutingWhy conversation={conversation} />
      </Section>
      <CategoryChoice conversation={conversation} />
      <Section title={text.contact.previous}>
        <Previous contactId={contact.id} current={conversation} />
      </Section>
    </div>
  )
}

const Section = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <section className={css['section']}>
    <h3 className={css['heading']}>{title}</h3>
    {children}
  </section>
)

function Facts({ contact }: { readonly contact: ContactView }) {
  return (
    <>
      <ul className={css['facts']}>
        {contact.emails.map((email) => (
          <li key={email}>
            <IconAt size={15} stroke={1.8} aria-label={text.contact.emails} role="img" />
            <bdi>{email}</bdi>
          </li>
        ))}
        {contact.emails.length === 0 && (
          <li className={css['faint']}>
            <IconAt size={15} stroke={1.8} aria-hidden />
            {text.contact.noEmail}
          </li>
        )}
        {contact.phones.map((phone) => (
          <li key={phone}>
            <IconPhone size={15} stroke={1.8} aria-label={text.contact.phones} role="img" />
            <bdi dir="ltr">{phone}</bdi>
          </li>
        ))}
      </ul>
      {Object.keys(contact.attributes).length > 0 && (
        <Section title={text.contact.attributes}>
          <ContactAttributes attributes={contact.attributes} />
        </Section>
      )}
    </>
  )
}

function Identities({ contact }: { readonly contact: ContactView }) {
  const channels = useChannels()
  return (
    <ul className={css['identities']}>
      {contact.identities.map((identity) => (
        <li key={identity.id}>
          <IconId size={15} stroke={1.8} aria-hidden />
          <span className={css['identity']}>
            <bdi className={css['channel']}>{channels.get(identity.channelId)?.name ?? '…'}</bdi>
            <bdi className={css['external']}>{identity.displayName ?? identity.externalId}</bdi>
          </span>
          <Tooltip
            label={identity.verified ? text.contact.verifiedHint : text.contact.claimedHint}
            multiline
            w={220}
          >
            <span className={cx(css['proof'], identity.verified ? css['verified'] : css['claimed'])}>
              {identity.verified ? (
                <IconShieldCheck size={13} stroke={2} aria-hidden />
              ) : (
                <IconShieldQuestion size={13} stroke={2} aria-hidden />
              )}
              {identity.verified ? text.contact.verified : text.contact.claimed}
            </span>
          </Tooltip>
        </li>
      ))}
    </ul>
  )
}

function Previous(props: { readonly contactId: string; readonly current: ConversationView }) {
  const { contactId, current } = props
  const { data } = useQuery(contactConversationsQuery(contactId))
  const others = data?.items.filter(({ id }) => id !== current.id)
  if (!others) return <SkeletonRows rows={1} avatar={false} />
  if (others.length === 0) return <p className={css['faint']}>{text.contact.noPrevious}</p>
  return (
    <ul className={css['previous']}>
      {others.map(({ id, status, lastMessage, subject, lastActivityAt }) => (
        <li key={id}>
          <Link to="/conversations/$conversationId" params={{ conversationId: id }} search={true}>
            <IconMessageCircle size={15} stroke={1.8} aria-hidden />
            <bdi className={css['summary']}>{subject ?? (lastMessage?.preview || text.list.noMessage)}</bdi>
            <span className={css['when']}>
              {id === current.previousId && `${text.contact.goesOnFrom} · `}
              {text.status[status]} · {shortTime(lastActivityAt)}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  )
}
