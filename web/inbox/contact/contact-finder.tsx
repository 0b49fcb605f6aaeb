import { TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ContactView } from '../../../src/domain/views.ts'
import { api } from '../data/client.ts'
import { Avatar } from '../parts/avatar.tsx'
import { SkeletonRows } from '../parts/states.tsx'
import { peopleText } from '../text/people-text.ts'
import css from './contact-finder.module.css'

const SHOWN = 8
const TYPED_MS = 250

/** Looks for a contact by the beginning of a name, an address or a number. */
export function ContactFinder(props: {
  readonly exceptId: string
  readonly onChoose: (contact: ContactView) => void
}) {
  const words = peopleText.merge
  const [typed, setTyped] = useState('')
  const [search] = useDebouncedValue(typed.trim(), TYPED_MS)
  const { data } = useQuery({
    queryKey: ['contacts', search],
    queryFn: ({ signal }) => api.contacts(search, SHOWN + 1, signal),
    placeholderData: keepPreviousData,
  })
  const found = data?.items.filter(({ id }) => id !== props.exceptId).slice(0, SHOWN)
  return (
    <>
      <TextInput
        label={words.find}
        placeholder={words.search}
        leftSection={<IconSearch size={16} stroke={1.8} aria-hidden />}
        value={typed}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        data-autofocus
      />
      {!found && <SkeletonRows rows={4} />}
      {found?.length === 0 && (
        <p className={css['none']} role="status">
          {words.none}
        </p>
      )}
      <ul className={css['list']}>
        {found?.map((contact) => (
          <li key={contact.id}>
            <button
              type="button"
              className={css['row']}
              aria-label={words.choose(contact.name)}
              onClick={() => props.onChoose(contact)}
            >
              <Avatar name={contact.name} size={32} />
              <span className={css['who']}>
                <bdi className={css['name']}>{contact.name}</bdi>
                <bdi className={css['by']}>{[...contact.emails, ...contact.phones].join(' · ')}</bdi>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}
