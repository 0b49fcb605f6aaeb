import ipaddr from 'ipaddr.js'

/**
 * What rate limits count an address as: one subscriber has a whole IPv6 /64, so all of it is one, and an IPv4 address
 * in IPv6 clothes is what it is.
 */
export function addressKey(address: string): string {
  if (!ipaddr.isValid(address)) return 'unknown'
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv4') return parsed.toString()
  return parsed.toByteArray().slice(0, 8).join('.')
}

/** Whether a connection comes from this very machine. */
export const isLoopback = (address: string): boolean =>
  ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback'
