/** The longest address a letter may name, in UTF-16 units. */
export const ADDRESS_LENGTH = 320

const LOCAL_LENGTH = 64
const DOMAIN_LENGTH = 253
const LABEL_LENGTH = 63

/**
 * RFC 5321's plain local part, letters of any script included (RFC 6531). Where dots stand is left to its server: there
 * are customers whose address has two in a row.
 */
const LOCAL = /^[\p{L}\p{N}\p{M}.!#$%&'*+/=?^_`{|}~-]+$/u
const LABEL = /^[\p{L}\p{N}\p{M}-]+$/u
/** The end of an address that mail to us comes back on: a plus and a message's token. */
const TOKEN_SUFFIX = /\+[a-z2-7]{32}$/i

/**
 * An address as letters name it: the domain in lower case, the local part as it is. Undefined for whatever is not
 * plainly `local@domain`: no quotes, no comments, no brackets, no spaces, nothing that could end a header's line.
 * Takes time in proportion to at most {@link ADDRESS_LENGTH} characters.
 */
export function letterAddressOf(text: string): string | undefined {
  if (text.length > ADDRESS_LENGTH) return undefined
  const at = text.lastIndexOf('@')
  const local = text.slice(0, Math.max(at, 0))
  const domain = text
    .slice(at + 1)
    .normalize('NFC')
    .toLowerCase()
  if (local === '' || local.length > LOCAL_LENGTH || !LOCAL.test(local)) return undefined
  if (domain.length > DOMAIN_LENGTH) return undefined
  for (const label of domain.split('.')) {
    if (label === '' || label.length > LABEL_LENGTH || !LABEL.test(label)) return undefined
    if (label.startsWith('-') || label.endsWith('-')) return undefined
  }
  return `${local}@${domain}`
}

/** By this two addresses are told to be the same: hardly any server tells upper and lower case apart. */
export const addressKeyOf = (address: string): string => address.normalize('NFC').toLowerCase()

/**
 * The address without a message's token, where it is one of `own` with such a token; any other address as it is.
 * @param own lower case
 */
export function withoutToken(address: string, own: readonly string[]): string {
  const at = address.lastIndexOf('@')
  const plain = address.slice(0, Math.max(at, 0)).replace(TOKEN_SUFFIX, '') + address.slice(Math.max(at, 0))
  return own.includes(addressKeyOf(plain)) ? plain : address
}

/** Whether mail to this address comes to us: one of `own`, as it is or with a message's token. @param own lower case */
export function isOwnAddress(address: string, own: readonly string[]): boolean {
  return own.includes(addressKeyOf(withoutToken(address, own)))
}
