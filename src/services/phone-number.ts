import { parsePhoneNumberFromString } from 'libphonenumber-js'
import { AppError } from '../domain/errors.ts'

/**
 * A phone number as one number has it everywhere: E.164, such as `+4930901820`. Undefined for what is none, or does
 * not say its country: guessed wrong, two strangers would be suggested as one person. `00` in front stands for `+`.
 */
export function toE164(typed: string): string | undefined {
  const number = typed.trim().replace(/^00(?=[1-9])/, '+')
  if (!number.startsWith('+')) return undefined
  const parsed = parsePhoneNumberFromString(number, { extract: false })
  return parsed?.isPossible() ? parsed.number : undefined
}

/**
 * The numbers that somebody typed, each once. What was known before stays as it is: a contact that an earlier version
 * stored can still be changed.
 * @throws AppError `invalid-input` that names the number at fault
 */
export function phonesFrom(typed: readonly string[], known: readonly string[]): readonly string[] {
  const numbers = typed.map((text, index) => {
    const number = toE164(text) ?? (known.includes(text.trim()) ? text.trim() : undefined)
    if (number !== undefined) return number
    const detail = /^(\+|00)/.test(text.trim())
      ? `${text.trim()} is no phone number of any country.`
      : `${text.trim()} does not say its country: write it as +49 30 901820.`
    throw new AppError('invalid-input', { field: `phones.${index}`, detail })
  })
  return [...new Set(numbers)]
}

/** A number that a platform vouches for, as it is kept: also one of a country that we do not know yet. */
export function phoneFromPlatform(said: string): string {
  return toE164(said) ?? said.trim().slice(0, 40)
}
