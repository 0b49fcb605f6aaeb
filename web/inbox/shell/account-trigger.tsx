import type { ComponentProps } from 'react'
import { useMe } from '../data/queries.ts'
import { Avatar } from '../parts/avatar.tsx'
import { text } from '../text/text.ts'
import css from './account-trigger.module.css'

/** One's own picture, which opens the account menu. */
export function AccountTrigger(props: ComponentProps<'button'>) {
  const me = useMe()
  return (
    <button
      {...props}
      type="button"
      className={css['trigger']}
      aria-label={`${text.navigation.menu}: ${me.name}, ${text.availability[me.availability]}`}
    >
      <Avatar name={me.name} size={36} dot={me.availability} />
    </button>
  )
}
