import { createHmac, timingSafeEqual } from 'node:crypto'
import type { RawRequest } from '../../src/contract/raw-request.ts'

/** How far Slack's clock may be from ours, either way: what is older may be a copy, what is newer was made up. */
const WINDOW_SECONDS = 300

const TIMESTAMP = /^\d{1,12}$/
const SIGNATURE = /^v0=[0-9a-f]{64}$/

/**
 * Whether a request carries Slack's signature of now: `v0=` and the hex HMAC-SHA256 of `v0:timestamp:body` under the
 * signing secret (docs.slack.dev, "Verifying requests from Slack"). Over the bytes as they came, compared in constant
 * time. Bolt's own `verifySlackRequest` takes text for the body and lets future times pass.
 */
export function isSigned({ headers, body, receivedAtMs }: RawRequest, secret: string | undefined): boolean {
  const timestamp = headers['x-slack-request-timestamp'] ?? ''
  const signature = headers['x-slack-signature'] ?? ''
  if (!secret || !TIMESTAMP.test(timestamp) || !SIGNATURE.test(signature)) return false
  if (Math.abs(receivedAtMs / 1_000 - Number(timestamp)) > WINDOW_SECONDS) return false
  return timingSafeEqual(Buffer.from(signature), Buffer.from(signatureOf(timestamp, body, secret)))
}

/** The signature that Slack gives a body. @param timestamp seconds since the epoch, as the header has them */
export function signatureOf(timestamp: string, body: Uint8Array, secret: string): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`
}
