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
  /** The status of each answer that was no acknowledgement. */
  readonly refusals: readonly number[]
  /** Lets each finish the message he is at. */
  stop(): Promise<void>
}

/** Nobody answered: the server is on its way back, and needs the processor more than those who ask. */
const RETRY_MS = 100
/** The server asked to come again: whoever insists is asked to write less instead. */
const REFUSED_MS = 250
/** Between two messages of one customer; leaves a machine with two cores room for the server. */
const PAUSE_MS = 10

/**
 * Lets `count` customers write one message after the other.
 * @param messagesEach after so many, somebody new goes on in a customer's place
 */
export function startCustomers(
  target: Target,
  count: number,
  messagesEach = Number.POSITIVE_INFINITY,
): Customers {
  const acknowledged: Acknowledged[] = []
  const visitorIds: string[] = []
  const refusals: number[] = []
  let stopping = false
  const writeSome = async (): Promise<void> => {
    const visitorId = `anon:${randomBytes(16).toString('hex')}`
    visitorIds.push(visitorId)
    let pauseMs = RETRY_MS
    const refused = (status: number): void => {
      refusals.push(status)
      pauseMs = REFUSED_MS
    }
    const expiresAtMs = Date.now() + 86_400_000
    const token = issueToken({ visitorId, verified: false, expiresAtMs }, target.visitorSecret)
    // Everybody whom we count writes once at least.
    for (let number = 0; number === 0 || (number < messagesEach && !stopping); number += 1) {
      const text = `${visitorId} ${String(number).padStart(6, '0')}`
      const body = JSON.stringify({ type: 'message', clientMessageId: `m${number}`, text })
      while (!(await post(target, token, body, refused))) {
        await sleep(pauseMs)
        pauseMs = RETRY_MS
      }
      acknowledged.push({ visitorId, text })
      await sleep(PAUSE_MS)
    }
  }
  const write = async (): Promise<void> => {
    while (!stopping) await writeSome()
  }
  const writing = Array.from({ length: count }, write)
  return {
    acknowledged,
    visitorIds,
    refusals,
    async stop() {
      stopping = true
      await Promise.all(writing)
    },
  }
}

/** @returns whether it was acknowledged; false when it may not have been taken */
export async function post(
  target: Target,
  token: string,
  body: string,
  refused: (status: number) => void = () => undefined,
): Promise<boolean> {
  try {
    const response = await fetch(`${target.url}/ingress/${target.channelId}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body,
    })
    await response.arrayBuffer()
    if (response.status === 202) return true
    refused(response.status)
    if (response.status === 429 || response.status >= 500) return false
    throw new Error(`answered ${response.status}`)
  } catch (error) {
    // Cut off, refused, not there: asked again.
    if (error instanceof TypeError) return false
    throw error
  }
}
