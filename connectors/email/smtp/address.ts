import { domainToASCII } from 'node:url'

/** Letters of any script, digits and what RFC 5322 calls atext; dots anywhere, since such mailboxes exist. */
const LOCAL = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~.-]+$/u
const DOMAIN = /^[\p{L}\p{M}\p{N}.-]+$/u
const ASCII_DOMAIN = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/
const MAX_LENGTH = 254

/**
 * One address and nothing else, its domain in ASCII: no groups, comments, quotes, brackets, blanks or control
 * characters, so that no reader can take it for two. Undefined when it is not such an address.
 */
export function strictAddress(text: string): string | undefined {
  if (text.length > MAX_LENGTH) return undefined
  const at = text.indexOf('@')
  const local = text.slice(0, Math.max(at, 0))
  const domain = text.slice(at + 1)
  if (!LOCAL.test(local) || !DOMAIN.test(domain)) return undefined
  const ascii = domainToASCII(domain)
  return ASCII_DOMAIN.test(ascii) ? `${local}@${ascii}` : undefined
}

/** The part behind the `@`. */
export const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1)

/** Longest local part that servers must take (RFC 5321 §4.5.3.1.1). */
const MAX_LOCAL_LENGTH = 64

/** `local+token@domain`, or undefined where servers might refuse an address as long as that. */
export function plusAddress(address: string, token: string): string | undefined {
  const at = address.lastIndexOf('@')
  const local = `${address.slice(0, at)}+${token}`
  return local.length > MAX_LOCAL_LENGTH ? undefined : `${local}${address.slice(at)}`
}
