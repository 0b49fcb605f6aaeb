import type { LetterAddress } from '../../../src/domain/letter.ts'

/** What is wrong with something typed as an address; the screens have the words. */
export type AddressFault = 'no-at' | 'no-name' | 'no-place' | 'space' | 'too-long' | 'signs'

const LONGEST = 254
const LONGEST_NAME = 64

/** The address as it is compared: the domain says nothing by upper and lower case, and the rest hardly ever. */
export const addressKey = (address: string): string => address.trim().toLowerCase()

/** What is wrong with an address, as far as a browser can tell; the server has the last word. */
export function addressFault(address: string): AddressFault | undefined {
  const at = address.lastIndexOf('@')
  if (at < 0) return 'no-at'
  const name = address.slice(0, at)
  const place = address.slice(at + 1)
  if (name === '') return 'no-name'
  if (/\s/u.test(address)) return 'space'
  if (address.length > LONGEST || name.length > LONGEST_NAME) return 'too-long'
  // One label or more, none of them empty: `localhost` has no mailbox that a customer could have.
  if (!place.includes('.') || place.split('.').some((label) => label === '')) return 'no-place'
  if (/[<>()[\]\\,;:"@\p{Cc}]/u.test(name) || /[^\p{L}\p{N}.-]/u.test(place)) return 'signs'
  return undefined
}

/**
 * Reads what somebody typed or pasted: addresses parted by commas, semicolons or lines, each alone or as
 * `Name <address>`. What is no address comes back as it was typed, to be shown and mended.
 */
export function readAddresses(typed: string): LetterAddress[] {
  return parted(typed).flatMap((part) => {
    const from = part.lastIndexOf('<')
    const to = part.endsWith('>') ? part.length - 1 : -1
    if (from < 0 || to < from) return [{ address: part }]
    const address = part.slice(from + 1, to).trim()
    const name = part
      .slice(0, from)
      .trim()
      .replace(/^["']|["']$/gu, '')
      .trim()
    return address === '' ? [] : [{ address, ...(name ? { name } : {}) }]
  })
}

/** Commas inside quotes part nothing: `"Hopper, Grace" <grace@example.org>`. */
function parted(typed: string): string[] {
  const parts: string[] = []
  let part = ''
  let quoted = false
  for (const sign of typed) {
    if (sign === '"') quoted = !quoted
    if (!quoted && (sign === ',' || sign === ';' || sign === '\n' || sign === '\r' || sign === '\t')) {
      parts.push(part)
      part = ''
    } else part += sign
  }
  parts.push(part)
  return parts.map((one) => one.trim()).filter((one) => one !== '')
}

/** Each address once, the first of its kind. */
export function withoutDoubles(people: readonly LetterAddress[]): LetterAddress[] {
  const seen = new Set<string>()
  return people.filter(({ address }) => {
    const key = addressKey(address)
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

/** Whether an address is one of the channel's own, also with something after a plus sign. */
export function isOwnAddress(address: string, own: readonly string[]): boolean {
  const key = addressKey(address)
  const at = key.lastIndexOf('@')
  const plus = key.indexOf('+')
  const plain = plus > 0 && plus < at ? key.slice(0, plus) + key.slice(at) : key
  return own.some((mine) => addressKey(mine) === key || addressKey(mine) === plain)
}

/** How a person is called on the screen. */
export const nameOf = ({ address, name }: LetterAddress): string => name || address
