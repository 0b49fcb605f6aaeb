import { IconAt, IconPhone, IconShieldQuestion } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { ChannelView, ContactView } from '../../../src/domain/views.ts'
import { useChannels } from '../data/queries.ts'
import { peopleText } from '../text/people-text.ts'
import { ContactAttributes } from './contact-attributes.tsx'
import { Mark } from './contact-channels.tsx'
import css from './contact-panel.module.css'

/** A contact's addresses, numbers and attributes. */
export function ContactFacts({ contact }: { readonly contact: ContactView }) {
  const unproven = unprovenAddresses(contact, useChannels())
  return (
    <>
      <ul className={css['facts']}>
        {contact.emails.map((email) => (
          <li key={email}>
            <IconAt size={15} stroke={1.8} aria-label={peopleText.emails} role="img" />
            <bdi>{email}</bdi>
          </li>
        ))}
        {unproven.map((address) => (
          <li key={address} className={css['unproven']}>
            <IconAt size={15} stroke={1.8} aria-label={peopleText.emails} role="img" />
            <bdi>{address}</bdi>
            <Mark
              look="claimed"
              hint={peopleText.unprovenHint}
              icon={<IconShieldQuestion size={13} stroke={2} aria-hidden />}
            >
              {peopleText.unprovenAddress}
            </Mark>
          </li>
        ))}
        {contact.emails.length + unproven.length === 0 && (
          <li className={css['faint']}>
            <IconAt size={15} stroke={1.8} aria-hidden />
            {peopleText.noEmail}
          </li>
        )}
        {contact.phones.map((phone) => (
          <li key={phone}>
            <IconPhone size={15} stroke={1.8} aria-label={peopleText.phones} role="img" />
            <bdi dir="ltr">{phone}</bdi>
          </li>
        ))}
      </ul>
      {Object.keys(contact.attributes).length > 0 && (
        <Section title={peopleText.attributes}>
          <ContactAttributes attributes={contact.attributes} />
        </Section>
      )}
    </>
  )
}

/** Addresses that he wrote from by letter and that nothing proves: they are how he is answered all the same. */
function unprovenAddresses(
  { identities, emails }: ContactView,
  channels: ReadonlyMap<string, ChannelView>,
): readonly string[] {
  const known = new Set(emails.map((email) => email.toLowerCase()))
  const found = identities.flatMap(({ channelId, externalId }) =>
    channels.get(channelId)?.capabilities.letters && !known.has(externalId.toLowerCase()) ? [externalId] : [],
  )
  return [...new Set(found)]
}

/** A part of the panel under its heading. */
export const Section = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <section className={css['section']}>
    <h3 className={css['heading']}>{title}</h3>
    {children}
  </section>
)
