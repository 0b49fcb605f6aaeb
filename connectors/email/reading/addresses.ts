import addressparser from 'nodemailer/lib/addressparser'
import type { LetterAddress } from '../../../src/domain/letter.ts'
import type { HeaderLine } from '../read-mail.ts'
import { decodeWords } from './encoded-words.ts'
import { LIMITS } from './limits.ts'

const CONTROLS = /[\0-\x1f\x7f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu
const USABLE = /^(?:[^\s<>@"(),;:\\[\]]{1,128}|"[^"\r\n]{1,126}")@[^\s<>@"(),;:\\]{1,255}$/u
const FOUND = /[^\s<>@"(),;:\\[\]]{1,128}@[^\s<>@"(),;:\\[\]]{1,255}/u

/**
 * The addresses of all header lines of one name, groups resolved, repeated ones once. Takes the lines with their
 * encoded words as they came: decoded first, a name could pose as an address.
 */
export function addressesOf(raw: readonly HeaderLine[], name: string): LetterAddress[] {
  const found = new Map<string, LetterAddress>()
  for (const line of raw) {
    if (line.name !== name || found.size >= LIMITS.addresses) continue
    for (const address of parseAddresses(line.value)) {
      if (found.size < LIMITS.addresses && !found.has(address.address)) found.set(address.address, address)
    }
  }
  return [...found.values()]
}

/** The addresses of one header value. Never throws. */
export function parseAddresses(value: string): LetterAddress[] {
  const entries = entriesOf(value)
  const named = entries.filter((entry) => usable(entry.address) !== undefined)
  // Some writers encode the address together with the name; only then is a decoded text asked for one.
  if (named.length === 0 && value.includes('=?')) return entriesOf(decodeWords(value)).flatMap(addressOf)
  return entries.flatMap(addressOf)
}

function entriesOf(value: string): { readonly name: string; readonly address: string }[] {
  try {
    return addressparser(value.slice(0, LIMITS.headerBytes), { flatten: true })
  } catch {
    return []
  }
}

function addressOf(entry: { readonly name: string; readonly address: string }): LetterAddress[] {
  const name = cleanName(decodeWords(entry.name))
  const address = usable(entry.address) ?? usable(FOUND.exec(decodeWords(entry.address))?.[0] ?? '')
  if (address !== undefined)
    return [{ address, ...(name !== '' && name.toLowerCase() !== address && { name }) }]
  const inside = usable(FOUND.exec(name)?.[0] ?? '')
  return inside === undefined ? [] : [{ address: inside }]
}

function usable(text: string): string | undefined {
  const address = text
    .replace(CONTROLS, '')
    .trim()
    .replace(/^mailto:/i, '')
    .replace(/[.,;]+$/, '')
    .toLowerCase()
  return USABLE.test(address) && address.length <= 320 ? address : undefined
}

/** A person's name as it may be shown: one line, nothing invisible, no quotes around it. */
export function cleanName(name: string): string {
  return name
    .slice(0, 4 * LIMITS.nameLength)
    .replace(CONTROLS, '')
    .replace(/\s+/gu, ' ')
    .trim()
    .replace(/^(["'])(.*)\1$/u, '$2')
    .trim()
    .slice(0, LIMITS.nameLength)
}
