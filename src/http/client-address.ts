import type { IncomingMessage } from 'node:http'
import type { Express } from 'express'

/**
 * The address a request came from, for listeners beside express: the same rule as `request.ip`, so that forwarded
 * addresses count only from the proxies that TRUST_PROXY names.
 */
export function createAddressOf(app: Express): (request: IncomingMessage) => string {
  const trust = app.get('trust proxy fn') as (address: string, hop: number) => boolean
  return (request) => {
    const peer = request.socket.remoteAddress ?? ''
    const header = request.headers['x-forwarded-for']
    const forwarded = (Array.isArray(header) ? header.join(',') : (header ?? ''))
      .split(',')
      .map((address) => address.trim())
      .filter((address) => address !== '')
      .reverse()
    let address = peer
    for (const [hop, next] of forwarded.entries()) {
      if (!trust(address, hop)) break
      address = next
    }
    return address
  }
}
