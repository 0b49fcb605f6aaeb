import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { issueToken } from '../../connectors/web-chat/visitor-token.ts'

/** A message that the server acknowledged. */
export interface Acknowledged {
  readonly visitorId: string
  readonly text: string
}

/** Where to post to; changes when the server comes back elsewhere. */
export interface Target {
  url: string
  readonly channelId: string
  readonly visitorSecret: string
}

/** Customers who write one message after the other, each again under the same id until it is acknowledged. */
export interface Customers {
  readonly acknowledged: readonly Acknowledged[]
  readonly visitorIds: readonly string[]
  /** Lets each finish the message he is at. */
  stop(): Promise<void>
}

const RETRY_MS = 20

/** Lets `count` customers write as fast as they are answered. */
export function startCustomers(target: Target, count: number): Customers {
  const acknowledged: Acknowledged[] = []
  const visitorIds = Array.from({ length: count }, () => `anon:${randomBytes(16).toString('hex')}`)
  let stopping = false
  const write = async (visitorId: string): Promise<void> => {
    const expiresAtMs = Date.now() + 86_400_000
    const token = issueToken({ visitorId, verified: false, expiresAtMs }, target.visitorSecret)
    for (let number = 0; !stopping; number += 1) {
      const text = `${visitorId} ${String(number).padStart(6, '0')}`
      const body = JSON.stringify({ type: 'message', clientMessageId: `m${number}`, text })
      while (!(await post(target, token, body))) await sleep(RETRY_MS)
      acknowledged.push({ visitorId, text })
    }
  }
  const writing = visitorIds.map(write)
  return {
    acknowledged,
    visitorIds,
    async stop() {
      stopping = true
      await Promise.all(writing)
    },
  }
}

/** @returns whether it was acknowledged; false when it may not have been taken */
export async function post(target: Target, token: string, body: string): Promise<boolean> {
  try {
    const response = await fetch(`${target.url}/ingress/${target.channelId}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body,
    })
    await response.arrayBuffer()
    if (response.status === 202) return true
    if (response.status === 429 || response.status >= 500) return false
    throw new Error(`answered ${response.status}`)
  } catch (error) {
    // Cut off, refused, not there: asked again.
    if (error instanceof TypeError) return false
    throw error
  }
}
