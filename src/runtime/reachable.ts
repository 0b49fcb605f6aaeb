const LOCAL = /(?:^|\.)(?:localhost|local|internal|test|invalid|example)$/

/**
 * Whether platforms out there may be told to call `PUBLIC_URL`: https, and a name that is not only this machine's or
 * this network's. A name that merely looks public counts as such.
 */
export function isReachable(publicUrl: string): boolean {
  const { protocol, hostname } = new URL(publicUrl)
  if (protocol !== 'https:') return false
  const isAddress = /^[\d.]+$/.test(hostname) || hostname.startsWith('[')
  return !isAddress && hostname.includes('.') && !LOCAL.test(hostname)
}
