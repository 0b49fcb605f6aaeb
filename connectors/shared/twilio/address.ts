import { createHash } from 'node:crypto'

/** How a kind of channel writes its customers' addresses towards Twilio. */
export interface AddressForm {
  /** Stands before every address of this kind of channel; empty for plain numbers. */
  readonly prefix: string
}

export const PLAIN: AddressForm = { prefix: '' }
export const WHATSAPP: AddressForm = { prefix: 'whatsapp:' }

/** E.164: at most 15 digits, the first of them not zero. */
const PHONE = /^\+[1-9]\d{6,14}$/
const OTHER_CHANNEL = /^[a-z]+:/

/**
 * A customer's id on our channel. Numbers and the ids that WhatsApp gives to people who hide theirs are kept as they
 * are; an address of another kind, such as a short message to a service with numbers of both kinds, keeps a mark, so
 * that two ways to one person are never taken for one.
 */
export function identityOf(address: string, { prefix }: AddressForm): string {
  if (prefix === '') return address
  if (address.startsWith(prefix)) return address.slice(prefix.length)
  return OTHER_CHANNEL.test(address) ? address : `sms:${address}`
}

/** The address that Twilio knows a customer by. */
export function addressOf(identity: string, { prefix }: AddressForm): string {
  if (identity.startsWith('sms:')) return identity.slice('sms:'.length)
  return OTHER_CHANNEL.test(identity) ? identity : `${prefix}${identity}`
}

/** The number behind an address or an id, where there is one. */
export function phoneOf(address: string, waId?: string): string | undefined {
  const bare = address.replace(OTHER_CHANNEL, '')
  if (PHONE.test(bare)) return bare
  const claimed = `+${waId ?? ''}`
  return PHONE.test(claimed) ? claimed : undefined
}

/** Keeps what is long and strange out of keys. */
export function keyOf(text: string): string {
  return /^[\w.:+-]{1,100}$/.test(text) ? text : createHash('sha256').update(text).digest('hex')
}
