/** A platform that calls the server: signed deliveries of a few customers, each numbered, and how they were answered. */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { sign } from '../../connectors/custom/signature.ts'
import type { Call } from '../harness/real-server.ts'

export interface Platform {
  /** What the server acknowledged: customer and number. */
  readonly acknowledged: readonly string[]
  /** How long each acknowledgement took, milliseconds. */
  readonly tookMs: readonly number[]
  readonly refused: readonly number[]
  /** Delivers one after the other for each customer, until told to stop; what is not acknowledged is delivered again. */
  start(betweenMs: number): { stop(): Promise<void> }
}

/** Adds a channel for it. @param url where the server is now */
export async function createPlatform(call: Call, url: () => string, customers: number): Promise<Platform> {
  const secret = (): string => `whsec_${randomBytes(32).toString('base64')}`
  const [inboundSecret, outboundSecret] = [secret(), secret()]
  const { status, body } = await call('POST', '/channels', {
    type: 'custom',
    name: 'Platform',
    config: { outboundUrl: 'https://platform.example/hook', inboundSecret, outboundSecret },
    access: { kind: 'everyone' },
  })
  if (status !== 201) throw new Error(`the channel was answered ${status}: ${JSON.stringify(body)}`)
  const acknowledged: string[] = []
  const tookMs: number[] = []
  const refused: number[] = []
  const next = Array.from({ length: customers }, () => 1)

  const deliver = async (customer: number): Promise<void> => {
    const number = next[customer] ?? 1
    const id = `m-${customer}-${number}`
    const post = { type: 'message', id, from: { id: `customer-${customer}` }, text: `${number}` }
    const bytes = Buffer.from(JSON.stringify(post))
    const startedAt = performance.now()
    const answered = await fetch(`${url()}/ingress/${body['id']}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...sign(id, Date.now(), bytes, inboundSecret) },
      body: bytes,
    })
      .then(async (response) => {
        await response.arrayBuffer()
        return response.status
      })
      .catch(() => 0)
    if (answered < 200 || answered >= 300) {
      refused.push(answered)
      await sleep(20)
      return
    }
    tookMs.push(performance.now() - startedAt)
    acknowledged.push(id)
    next[customer] = number + 1
  }

  return {
    acknowledged,
    tookMs,
    refused,
    start(betweenMs) {
      let stopped = false
      const lines = next.map(async (_, customer) => {
        while (!stopped) {
          await deliver(customer)
          await sleep(betweenMs * customers)
        }
      })
      return {
        async stop() {
          stopped = true
          await Promise.all(lines)
        },
      }
    },
  }
}

/** What the server has of each customer, in the order of the threads. */
export async function threadsOf(call: Call): Promise<ReadonlyMap<string, readonly string[]>> {
  const threads = new Map<string, readonly string[]>()
  for (const { id } of await allOf(call, '/conversations?view=all&status=open&limit=100')) {
    const messages = await allOf(call, `/conversations/${id}/messages?limit=100`)
    const texts = messages.filter(({ kind }) => kind === 'message').map(({ text }) => text ?? '')
    threads.set(id, texts.reverse())
  }
  return threads
}

interface Item {
  readonly id: string
  readonly kind?: string
  readonly text?: string
}

async function allOf(call: Call, path: string): Promise<readonly Item[]> {
  const items: Item[] = []
  for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
    const name = path.includes('/messages') ? 'before' : 'cursor'
    const { status, body } = await call('GET', cursor === undefined ? path : `${path}&${name}=${cursor}`)
    if (status !== 200) throw new Error(`${path} was answered ${status}: ${JSON.stringify(body)}`)
    items.push(...(body['items'] as Item[]))
    cursor = body['nextCursor'] as string | undefined
  }
  return items
}

/** The value below which a share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)
}
