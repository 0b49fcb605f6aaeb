import { Tabs } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconArrowLeft, IconUserOff } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import type { ContactView } from '../../../src/domain/views.ts'
import { isProblem } from '../../shared/problem.ts'
import { contactQuery, useAllowed } from '../data/queries.ts'
import { Avatar } from '../parts/avatar.tsx'
import { EmptyState, ErrorState, SkeletonRows } from '../parts/states.tsx'
import { dateOf } from '../parts/time.ts'
import { peopleText } from '../text/people-text.ts'
import { text } from '../text/text.ts'
import { ContactChannels } from './contact-channels.tsx'
import { ContactFacts, Section } from './contact-facts.tsx'
import { ContactForm } from './contact-form.tsx'
import { ContactOwner } from './contact-owner.tsx'
import css from './contact-page.module.css'
import { ContactReach } from './contact-reach.tsx'
import { SamePerson } from './same-person.tsx'
import { Timeline } from './timeline.tsx'

/** One person on a page of his own: what we know of him, how he is reached, and all that was said. */
export function ContactPage() {
  const { contactId } = useParams({ from: '/signed-in/contacts/$contactId' })
  const query = useQuery(contactQuery(contactId))
  const contact = query.data
  const navigate = useNavigate()
  // He was merged into another contact, here or on somebody else's screen.
  const now = contact?.mergedInto ?? contact?.id ?? contactId
  useEffect(() => {
    if (now !== contactId) {
      void navigate({ to: '/contacts/$contactId', params: { contactId: now }, replace: true })
    }
  }, [now, contactId, navigate])
  useEffect(() => {
    if (contact) document.title = text.title(0, contact.name)
  }, [contact])
  if (!contact) {
    if (query.isPending) return <SkeletonRows rows={6} />
    return isProblem(query.error, 'not-found') || isProblem(query.error, 'invalid-id') ? (
      <EmptyState
        icon={<IconUserOff size={24} stroke={1.6} />}
        title={text.general.notFoundTitle}
        hint={peopleText.page.nobody}
      />
    ) : (
      <ErrorState error={query.error} onRetry={() => void query.refetch()} />
    )
  }
  return <Page key={contact.id} contact={contact} />
}

function Page({ contact }: { readonly contact: ContactView }) {
  const wide = useMediaQuery('(min-width: 62em)', true, { getInitialValueInEffect: false })
  const words = peopleText.page
  return (
    <div className={css['page']}>
      <header className={css['head']}>
        <Link to="/" search={true} className={css['back']}>
          <IconArrowLeft size={16} stroke={1.8} aria-hidden />
          {words.back}
        </Link>
        <div className={css['who']}>
          <Avatar name={contact.name} size={56} />
          <div className={css['names']}>
            <h1 className={css['name']}>
              <bdi>{contact.name}</bdi>
            </h1>
            <p className={css['since']}>{peopleText.since(dateOf(contact.createdAt))}</p>
          </div>
        </div>
      </header>
      {wide ? (
        <div className={css['columns']}>
          <div className={css['main']}>
            <h2 className={css['title']}>{words.timeline}</h2>
            <Timeline contact={contact} />
          </div>
          <aside className={css['side']} aria-label={text.contact.label}>
            <About contact={contact} />
          </aside>
        </div>
      ) : (
        <Tabs defaultValue="timeline" className={css['tabs'] ?? ''} keepMounted={false}>
          <Tabs.List>
            <Tabs.Tab value="timeline">{words.timeline}</Tabs.Tab>
            <Tabs.Tab value="about">{text.contact.label}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="timeline" className={css['main'] ?? ''}>
            <h2 className="visually-hidden">{words.timeline}</h2>
            <Timeline contact={contact} />
          </Tabs.Panel>
          <Tabs.Panel value="about">
            <h2 className="visually-hidden">{text.contact.label}</h2>
            <About contact={contact} />
          </Tabs.Panel>
        </Tabs>
      )}
    </div>
  )
}

function About({ contact }: { readonly contact: ContactView }) {
  const mayWrite = useAllowed('contact.write')
  const [editing, setEditing] = useState(false)
  return (
    <>
      {editing ? (
        <ContactForm contact={contact} onDone={() => setEditing(false)} />
      ) : (
        <div className={css['facts']}>
          <ContactFacts contact={contact} />
          {mayWrite && (
            <button type="button" className={css['edit']} onClick={() => setEditing(true)}>
              {peopleText.edit}
            </button>
          )}
        </div>
      )}
      <Section title={peopleText.page.reach}>
        <ContactReach contact={contact} />
      </Section>
      <SamePerson contact={contact} />
      <ContactOwner contact={contact} />
      <Section title={peopleText.identities}>
        <ContactChannels contact={contact} />
      </Section>
    </>
  )
}
