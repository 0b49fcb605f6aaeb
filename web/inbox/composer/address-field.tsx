import { useDebouncedValue } from '@mantine/hooks'
import { IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ClipboardEvent, KeyboardEvent, ReactNode } from 'react'
import { useId, useRef, useState } from 'react'
import type { LetterAddress } from '../../../src/domain/letter.ts'
import { api } from '../data/client.ts'
import { useAllowed } from '../data/queries.ts'
import { addressFault, addressKey, nameOf, readAddresses, withoutDoubles } from '../letters/addresses.ts'
import { Avatar } from '../parts/avatar.tsx'
import { cx } from '../parts/class-names.ts'
import { letterText } from '../text/letter-text.ts'
import css from './address-field.module.css'

const SEARCH_FROM = 2
const SEARCH_AFTER_MS = 180
const MOST = 6

/** Whom a letter goes to: chips, with people suggested while one types. */
export function AddressField(props: {
  readonly label: string
  readonly people: readonly LetterAddress[]
  /** Those of the conversation, suggested first. */
  readonly known: readonly LetterAddress[]
  readonly error?: string | undefined
  readonly placeholder?: string | undefined
  readonly autoFocus?: boolean
  readonly end?: ReactNode
  readonly onChange: (people: readonly LetterAddress[]) => void
}) {
  const { label, people, known, placeholder, autoFocus = false, end, onChange } = props
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const [open, setOpen] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const id = useId()
  const suggestions = useSuggestions(typed, known, people)
  const shown = open && suggestions.length > 0
  const wrong = people.map(({ address }) => faultWords(address)).find(Boolean)
  const error = wrong ?? props.error

  const add = (more: readonly LetterAddress[]) => {
    if (more.length > 0) onChange(withoutDoubles([...people, ...more]))
    setTyped('')
    setAt(0)
    setOpen(false)
  }
  const remove = (address: string) => {
    onChange(people.filter((one) => one.address !== address))
    field.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (shown && step !== 0) {
      event.preventDefault()
      setAt((before) => (before + step + suggestions.length) % suggestions.length)
      return
    }
    if (event.key === 'Escape' && shown) {
      event.preventDefault()
      event.stopPropagation()
      setOpen(false)
      return
    }
    const last = people.at(-1)
    if (event.key === 'Backspace' && typed === '' && last) remove(last.address)
    const ends = event.key === 'Enter' || event.key === ',' || event.key === ';' || event.key === 'Tab'
    if (!ends || typed.trim() === '' || event.metaKey || event.ctrlKey) return
    if (event.key !== 'Tab') event.preventDefault()
    const chosen = suggestions[at]
    add(shown && chosen && !typed.includes('@') ? [chosen] : readAddresses(typed))
  }
  const onPaste = (event: ClipboardEvent) => {
    const pasted = event.clipboardData.getData('text/plain')
    if (!pasted.includes('@')) return
    event.preventDefault()
    add(readAddresses(typed + pasted))
  }
  return (
    <div className={css['field']}>
      <label htmlFor={id} className={css['label']}>
        {label}
      </label>
      <div className={css['chips']}>
        {people.map((person) => (
          <span
            key={person.address}
            className={cx(css['chip'], addressFault(person.address) && css['wrong'])}
            title={person.address}
          >
            <bdi>{nameOf(person)}</bdi>
            <button
              type="button"
              aria-label={letterText.composer.remove(nameOf(person))}
              onClick={() => remove(person.address)}
            >
              <IconX size={12} stroke={2.2} />
            </button>
          </span>
        ))}
        <input
          ref={field}
          id={id}
          className={css['input']}
          value={typed}
          autoFocus={autoFocus}
          autoComplete="off"
          spellCheck={false}
          inputMode="email"
          dir="auto"
          role="combobox"
          aria-expanded={shown}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={shown ? `${id}-${at}` : undefined}
          aria-invalid={error !== undefined}
          aria-describedby={error ? `${id}-error` : undefined}
          placeholder={people.length === 0 ? placeholder : undefined}
          onChange={({ currentTarget }) => {
            setTyped(currentTarget.value)
            setAt(0)
            setOpen(true)
          }}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          onBlur={() => add(readAddresses(typed))}
        />
      </div>
      {end}
      {error && (
        <p id={`${id}-error`} className={css['error']} role="alert">
          {error}
        </p>
      )}
      {shown && (
        <div
          id={`${id}-list`}
          role="listbox"
          aria-label={letterText.composer.suggestions}
          className={css['list']}
        >
          {suggestions.map((person, index) => (
            <div
              key={person.address}
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === at}
              className={cx(css['option'], index === at && css['active'])}
              // Before the field is left, which would take what is typed for an address.
              onMouseDown={(event) => {
                event.preventDefault()
                add([person])
              }}
              onMouseMove={() => setAt(index)}
            >
              <Avatar name={nameOf(person)} size={24} />
              <span className={css['words']}>
                <bdi className={css['name']}>{nameOf(person)}</bdi>
                {person.name && (
                  <bdi className={css['address']} dir="ltr">
                    {person.address}
                  </bdi>
                )}
              </span>
            </div>
          ))}
        </div>
      )}
    </div>
  )
}

function faultWords(address: string): string | undefined {
  const fault = addressFault(address)
  return fault && letterText.composer.faults[fault](address)
}

/** People of the conversation first, then contacts that the server finds. */
function useSuggestions(
  typed: string,
  known: readonly LetterAddress[],
  taken: readonly LetterAddress[],
): readonly LetterAddress[] {
  const wanted = typed.trim().toLocaleLowerCase()
  const mayRead = useAllowed('contact.read')
  const [search] = useDebouncedValue(wanted, SEARCH_AFTER_MS)
  const { data } = useQuery({
    queryKey: ['contact-suggestions', search],
    queryFn: ({ signal }) => api.contacts(search, MOST, signal),
    enabled: mayRead && search.length >= SEARCH_FROM,
    placeholderData: (before) => before,
  })
  if (wanted === '') return []
  const found = (data?.items ?? []).flatMap(({ name, emails }) =>
    emails.map((address) => ({ address, name })),
  )
  const used = new Set(taken.map(({ address }) => addressKey(address)))
  return withoutDoubles([...known, ...found])
    .filter(({ address, name = '' }) => `${name} ${address}`.toLocaleLowerCase().includes(wanted))
    .filter(({ address }) => !used.has(addressKey(address)))
    .slice(0, MOST)
}
