import type { HeaderLine } from '../read-mail.ts'
import { LIMITS } from './limits.ts'

const BRACKETED = /<\s*([^<>\s]{1,500})\s*>/g
const BARE = /[^\s<>,;"]{1,250}@[^\s<>,;"]{1,250}/g
const TOKEN_ADDRESS = /^([^@]+)\+([a-z2-7]{32})@([^@]+)$/
const TOKEN_ID = /^([a-z2-7]{32})@[^@]+$/i

/** Where the address stands that a letter was sent to, the nearest to the mailbox last. */
export const RECIPIENT_HEADERS = [
  'to',
  'cc',
  'delivered-to',
  'x-original-to',
  'envelope-to',
  'x-envelope-to',
  'resent-to',
  'apparently-to',
  'x-forwarded-to',
  'x-delivered-to',
] as const

/** The ids in a header value, without angle brackets. */
export function idsIn(value: string): string[] {
  const bracketed = [...value.matchAll(BRACKETED)].map((match) => match[1] ?? '')
  return bracketed.length > 0 ? bracketed : [...value.matchAll(BARE)].map((match) => match[0])
}

/** A letter's own id, without angle brackets. */
export function letterIdOf(headers: readonly HeaderLine[]): string | undefined {
  const value = headers.find((line) => line.name === 'message-id')?.value ?? ''
  const [id] = idsIn(value)
  if (id !== undefined) return id
  const bare = value.replace(/[<>\s]/g, '')
  return bare === '' ? undefined : bare.slice(0, 500)
}

/** Ids of earlier letters, the nearest first: what it answers, then what that one answered. */
export function referencesOf(headers: readonly HeaderLine[]): string[] {
  const answered = headers.filter((line) => line.name === 'in-reply-to').flatMap((line) => idsIn(line.value))
  const earlier = headers
    .filter((line) => line.name === 'references')
    .flatMap((line) => idsIn(line.value))
    .reverse()
  return [...new Set([...answered, ...earlier])].slice(0, LIMITS.references)
}

/** The id of the letter that a thread began with, as far as this one tells. */
export function rootOf(headers: readonly HeaderLine[]): string | undefined {
  const [first] = headers.filter((line) => line.name === 'references').flatMap((line) => idsIn(line.value))
  return first ?? referencesOf(headers).at(-1)
}

/** A token of ours in an address at a domain of ours, such as `support+TOKEN@example.org`. */
export function tokenInAddress(address: string, ownAddresses: readonly string[]): string | undefined {
  const [, , token, domain] = TOKEN_ADDRESS.exec(address.toLowerCase()) ?? []
  if (token === undefined || domain === undefined) return undefined
  return ownAddresses.some((own) => own.endsWith(`@${domain}`)) ? token : undefined
}

/** A token of ours in the id of a letter. */
export function tokenInId(id: string): string | undefined {
  return TOKEN_ID.exec(id)?.[1]?.toLowerCase()
}
