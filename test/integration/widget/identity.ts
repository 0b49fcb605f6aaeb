import { createHmac } from 'node:crypto'

/** The proof of identity that a site's server makes. */
export const hmacOf = (id: string, secret: string): string =>
  createHmac('sha256', secret).update(id).digest('hex')
