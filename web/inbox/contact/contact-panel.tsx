import { ActionIcon, Tooltip } from '@mantine/core'
import { IconArrowUpRight, IconPencil } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { ConversationView } from '../../../src/domain/views.ts'
import { contactConversationsQuery, contactQuery, useAllowed, useChannels } from '../data/queries.ts'
import { Avatar } from '../parts/avatar.tsx'
import { ChannelMark } from '../parts/channel-mark.tsx'
import { ErrorState, SkeletonRows } from '../parts/states.tsx'
import { dateOf, shortTime } from '../parts/time.ts'
import { peopleText } from '../text/people-text.ts'
import { text } from '../text/text.ts'
import { CategoryChoice } from './category-choice.tsx'
import { ContactChannels } from './contact-channels.tsx'
import { ContactFacts, Section } from './contact-facts.tsx'
import { ContactForm } from './contact-form.tsx'
import { ContactOwner } from './contact-owner.tsx'
import css from './contact-panel.module.css'
import { RoutingWhy } from './routing-why.tsx'
import { SamePerson } from './same-person.tsx'
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
          <p className={css['since']}>{peopleText.since(dateOf(contact.createdAt))}</p>
          <Link to="/contacts/$contactId" params={{ contactId: contact.id }} className={css['page']}>
            {peopleText.openPage}
            <IconArrowUpRight size={14} stroke={1.8} aria-hidden />
          </Link>
        </div>
        {mayWrite && !editing && (
          <Tooltip label={peopleText.edit}>
            <ActionIcon
              className={css['change'] ?? ''}
              aria-label={peopleText.edit}
              onClick={() => setEditing(true)}
            >
              <IconPencil size={17} />
            </ActionIcon>
          </Tooltip>
        )}
      </div>
      {editing ? (
        <ContactForm contact={contact} onDone={() => setEditing(false)} />
      ) : (
        <ContactFacts contact={contact} />
      )}
      <SamePerson contact={contact} />
      <ContactOwner contact={contact} />
      <Section title={peopleText.identities}>
        <ContactChannels contact={contact} />
      </Section>
      <Section title={text.conversation.tags}>
        <Tags conversation={conversation} />
      </Section>
      <Section title={text.conversation.assignee}>
        <RoutingWhy conversation={conversation} />
      </Section>
      <CategoryChoice conversation={conversation} />
      <Section title={peopleText.previous}>
        <Previous contactId={contact.id} current={conversation} />
      </Section>
    </div>
  )
}

function Previous(props: { readonly contactId: string; readonly current: ConversationView }) {
  const { contactId, current } = props
  const { data } = useQuery(contactConversationsQuery(contactId))
  const channels = useChannels()
  const others = data?.items.filter(({ id }) => id !== current.id)
  if (!others) return <SkeletonRows rows={1} avatar={false} />
  if (others.length === 0) return <p className={css['faint']}>{peopleText.noPrevious}</p>
  return (
    <ul className={css['previous']}>
      {others.map(({ id, channelId, status, lastMessage, subject, lastActivityAt }) => (
        <li key={id}>
          <Link to="/conversations/$conversationId" params={{ conversationId: id }} search={true}>
            <ChannelMark channel={channels.get(channelId)} size={18} />
            <bdi className={css['summary']}>{subject ?? (lastMessage?.preview || text.list.noMessage)}</bdi>
            <span className={css['when']}>
              {id === current.previousId && `${peopleText.goesOnFrom} · `}
              {text.status[status]} · {shortTime(lastActivityAt)}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  )
}
