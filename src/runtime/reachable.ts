import type { WayFacts } from '../contract/connector.ts'

const LOCAL = /(?:^|\.)(?:localhost|local|internal|test|invalid|example)$/

/**
 * Whether platforms out there may be told to call `PUBLIC_URL`: https, and a name that is not only this machine's or
 * this network's. A name that merely looks public counts as such.
 */
function isReachable(publicUrl: string): boolean {
  const { protocol, hostname } = new URL(publicUrl)
  if (protocol !== 'https:') return false
  const isAddress = /^[\d.]+$/.test(hostname) || hostname.startsWith('[')
  return !isAddress && hostname.includes('.') && !LOCAL.test(hostname)
}

/** What connectors choose their way in by. */
export function wayTo(publicUrl: string): WayFacts {
  const { port } = new URL(publicUrl)
  return { reachable: isReachable(publicUrl), ...(port === '' ? {} : { port: Number(port) }) }
}
