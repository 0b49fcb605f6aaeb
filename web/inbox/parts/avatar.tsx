import type { Availability } from '../../../src/domain/agent.ts'
import css from './avatar.module.css'
import { cx } from './class-names.ts'

const HUES = 10

/** The same name gets the same colour on every screen. */
function hueOf(name: string): number {
  let hash = 7
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 9_973
  return hash % HUES
}

/** Two letters at most: of the first and the last word; of a number its last two digits, which tell it from others. */
export function initialsOf(name: string): string {
  const digits = /^\+?[\d\s().-]*(\d)[\s().-]*(\d)$/u.exec(name.trim())
  if (digits) return `${digits[1]}${digits[2]}`
  const words = name.split(/\s+/u).filter((word) => /[\p{L}\p{N}]/u.test(word))
  const letter = (word: string | undefined) =>
    word ? (Array.from(word).find((character) => /[\p{L}\p{N}]/u.test(character)) ?? '') : ''
  const last = words.length > 1 ? letter(words.at(-1)) : ''
  return `${letter(words[0])}${last}`.toUpperCase() || '?'
}

/** What the dot on an avatar says: the choice only counts while the agent is connected. */
export const dotOf = (availability: Availability, present: boolean): Availability =>
  present ? availability : 'offline'

/** Initials on a colour of their own. Decoration: the name stands beside it, or in `label`. */
export function Avatar(props: {
  readonly name: string
  readonly size?: 18 | 20 | 24 | 28 | 32 | 36 | 40 | 56
  readonly dot?: Availability | undefined
  readonly label?: string
  readonly square?: boolean
}) {
  const { name, size = 36, dot, label, square } = props
  return (
    <span
      className={cx(css['avatar'], css[`hue${hueOf(name)}`], css[`size${size}`], square && css['square'])}
      role={label ? 'img' : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : true}
      title={label}
    >
      <span className={css['initials']} data-initials={initialsOf(name)} />
      {dot && <span className={cx(css['dot'], css[dot])} />}
    </span>
  )
}

/** The dot alone. */
export const PresenceDot = ({ state }: { readonly state: Availability }) => (
  <span className={cx(css['dot'], css['alone'], css[state])} aria-hidden />
)
