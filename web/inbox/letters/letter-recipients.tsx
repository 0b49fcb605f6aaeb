import { ActionIcon } from '@mantine/core'
import { IconChevronDown, IconCopy } from '@tabler/icons-react'
import type { LetterAddress } from '../../../src/domain/letter.ts'
import type { LetterView } from '../../../src/domain/views.ts'
import { exactTime } from '../parts/time.ts'
import { tellDone } from '../shell/toasts.ts'
import { letterText } from '../text/letter-text.ts'
import { text } from '../text/text.ts'
import { nameOf } from './addresses.ts'
import css from './letter-recipients.module.css'

const NAMED = 3

/** Puts an address where one can paste it from; without a clipboard it says the address, to be marked by hand. */
export async function copyAddress(address: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(address)
    tellDone(text.general.copied)
  } catch {
    tellDone(address)
  }
}

const named = (people: readonly LetterAddress[]): string => {
  const names = people.slice(0, NAMED).map(nameOf).join(', ')
  return people.length > NAMED ? `${names} ${letterText.card.others(people.length - NAMED)}` : names
}

/** `to Ada, cc Bob`: a line that opens into all addresses. */
export function RecipientsLine(props: {
  readonly letter: LetterView
  readonly opened: boolean
  readonly controls: string
  readonly onToggle: () => void
}) {
  const { letter, opened, controls, onToggle } = props
  const words = letterText.card
  return (
    <button
      type="button"
      className={css['line']}
      aria-expanded={opened}
      aria-controls={opened ? controls : undefined}
      title={words.details}
      onClick={onToggle}
    >
      <span className={css['names']}>
        {letter.to.length + letter.cc.length + letter.bcc.length === 0 && words.nobody}
        {(['to', 'cc', 'bcc'] as const)
          .filter((list) => letter[list].length > 0)
          .map((list, index) => (
            <span key={list}>
              {index > 0 && ', '}
              {words[list]} <bdi>{named(letter[list])}</bdi>
            </span>
          ))}
      </span>
      <IconChevronDown size={13} stroke={2} aria-hidden className={css['chevron']} />
    </button>
  )
}

/** Everybody a letter names, with their addresses. */
export function AllAddresses({ id, letter }: { readonly id: string; readonly letter: LetterView }) {
  const words = letterText.card
  const differs = letter.replyTo.some(({ address }) => address !== letter.from.address)
  return (
    <dl id={id} className={css['all']}>
      <People label={words.from} people={[letter.from]} />
      {differs && <People label={words.replyTo} people={letter.replyTo} />}
      <People label={letterText.composer.to} people={letter.to} />
      <People label={letterText.composer.cc} people={letter.cc} />
      <People label={letterText.composer.bcc} people={letter.bcc} />
      {letter.subject && (
        <div>
          <dt>{words.subject}</dt>
          <dd>
            <bdi>{letter.subject}</bdi>
          </dd>
        </div>
      )}
      {letter.sentAt && (
        <div>
          <dt>{words.date}</dt>
          <dd>{exactTime(letter.sentAt)}</dd>
        </div>
      )}
    </dl>
  )
}

function People({ label, people }: { readonly label: string; readonly people: readonly LetterAddress[] }) {
  if (people.length === 0) return null
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <ul className={css['people']}>
          {people.map(({ address, name }) => (
            <li key={address}>
              {name && <bdi className={css['name']}>{name}</bdi>}
              <bdi dir="ltr" className={css['address']}>
                {address}
              </bdi>
              <ActionIcon
                size={22}
                aria-label={letterText.card.copy(address)}
                onClick={() => void copyAddress(address)}
              >
                <IconCopy size={13} />
              </ActionIcon>
            </li>
          ))}
        </ul>
      </dd>
    </div>
  )
}
