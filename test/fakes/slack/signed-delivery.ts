/** What Slack posts to a request URL, signed as it does. Written apart from the connector's own signature. */
import { createHmac } from 'node:crypto'
import type { Delivery } from '../provider/provider-server.ts'

export interface SigningOptions {
  readonly url: string
  readonly signingSecret: string
  readonly nowMs: number
  /** From 1 when Slack tries again. */
  readonly retry?: number
  readonly contentType?: string
}

/** Signs a body. */
export function signedDelivery(body: string | Uint8Array, options: SigningOptions): Delivery {
  const { url, signingSecret, nowMs, retry, contentType = 'application/json' } = options
  const timestamp = String(Math.floor(nowMs / 1_000))
  const bytes = Buffer.from(body)
  const base = Buffer.concat([Buffer.from(`v0:${timestamp}:`), bytes])
  return {
    url,
    headers: {
      'content-type': contentType,
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${createHmac('sha256', signingSecret).update(base).digest('hex')}`,
      ...(retry !== undefined && {
        'x-slack-retry-num': String(retry),
        'x-slack-retry-reason': 'http_timeout',
      }),
    },
    body: bytes,
  }
}
