/** Platforms that call the server: signed deliveries of a few customers, each numbered, and how they were answered. */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Delivery } from '../fakes/provider/provider-server.ts'
import { startFakeSlack } from '../fakes/slack/server.ts'
import { startFakeTelegram } from '../fakes/telegram/fake-telegram.ts'
import { startFakeTwilio } from '../fakes/twilio/fake-twilio.ts'
import type { Call } from '../harness/real-server.ts'

export interface Platforms {
  /** What the server acknowledged: customer and number. */
  readonly acknowledged: readonly string[]
  /** How long each acknowledgement took, milliseconds. */
  readonly tookMs: readonly number[]
  readonly refused: readonly number[]
  /** Delivers one after the other for each customer, until told to stop; what is not acknowledged is delivered again. */
  start(betweenMs: number): { stop(): Promise<void> }
  close(): Promise<void>
}

/** Servers must be started with it: the platforms stand on this machine. */
export const REACHES_PLATFORMS = { OUTBOUND_ALLOW: '127.0.0.1' }

/** What one customer says next, on the platform; and the request that brings it to a channel, as often as it is made. */
type Line = (text: string) => (channelUrl: string) => Delivery

interface Standing {
  readonly type: string
  readonly config: Readonly<Record<string, unknown>>
  line(customer: number): Line
  close(): Promise<void>
}

async function standTwilio(): Promise<Standing> {
  const number = '+12025550100'
  const fake = await startFakeTwilio({ numbers: [number] })
  const { accountSid, authToken, url } = fake
  return {
    type: 'sms',
    config: { accountSid, authToken, sender: 'number', number, apiBaseUrl: url },
    line(customer) {
      const from = `+1303555${String(customer).padStart(4, '0')}`
      return (text) => {
        const { sid } = fake.keeps(from, text)
        return (channelUrl) => fake.delivery(sid, channelUrl)
      }
    },
    close: fake.close,
  }
}

async function standTelegram(): Promise<Standing> {
  const fake = await startFakeTelegram()
  const webhookSecret = randomBytes(24).toString('hex')
  let updates = 800_000
  return {
    type: 'telegram',
    config: { botToken: fake.token, receive: 'webhook', webhookSecret, apiBaseUrl: fake.url },
    line(customer) {
      const from = { id: 10_000 + customer, is_bot: false, first_name: `Customer ${customer}` }
      let messages = 0
      return (text) => {
        updates += 1
        messages += 1
        const chat = { id: from.id, type: 'private', first_name: from.first_name }
        const date = Math.floor(Date.now() / 1_000)
        const update = { update_id: updates, message: { message_id: messages, from, chat, date, text } }
        const headers = {
          'content-type': 'application/json',
          'x-telegram-bot-api-secret-token': webhookSecret,
        }
        return (url) => ({ url, headers, body: JSON.stringify(update) })
      }
    },
    close: fake.close,
  }
}

async function standSlack(): Promise<Standing> {
  const fake = await startFakeSlack()
  return {
    type: 'slack',
    config: { ...fake.settings, receive: 'events' },
    line(customer) {
      const user = fake.addUser(`customer-${customer}`)
      return (text) => {
        const { events } = fake.says(user, text)
        return (url) => {
          const [delivery] = fake.deliveries(events, url)
          if (!delivery) throw new Error('nothing is told of a message')
          return delivery
        }
      }
    },
    close: fake.close,
  }
}

/** Adds a channel for each, and divides the customers among them. @param url where the server is now */
export async function createPlatforms(call: Call, url: () => string, customers: number): Promise<Platforms> {
  const standing = await Promise.all([standTwilio(), standTelegram(), standSlack()])
  const paths: string[] = []
  for (const { type, config } of standing) {
    const { status, body } = await call('POST', '/channels', {
      type,
      name: type,
      config,
      access: { kind: 'everyone' },
    })
    if (status !== 201) throw new Error(`${type} was answered ${status}: ${JSON.stringify(body)}`)
    paths.push(`/ingress/${body['id']}`)
  }
  const acknowledged: string[] = []
  const tookMs: number[] = []
  const refused: number[] = []

  const createCustomer = (customer: number): (() => Promise<void>) => {
    const platform = customer % standing.length
    const says = standing[platform]?.line(customer)
    let number = 1
    let under: ((channelUrl: string) => Delivery) | undefined
    return async () => {
      under ??= says?.(`${number}`)
      const delivery = under?.(`${url()}${paths[platform]}`)
      if (!delivery) return
      const startedAt = performance.now()
      const answered = await post(delivery)
      if (answered < 200 || answered >= 300) {
        refused.push(answered)
        await sleep(20)
        return
      }
      tookMs.push(performance.now() - startedAt)
      acknowledged.push(`${customer}-${number}`)
      number += 1
      under = undefined
    }
  }
  const deliver = Array.from({ length: customers }, (_, customer) => createCustomer(customer))

  return {
    acknowledged,
    tookMs,
    refused,
    start(betweenMs) {
      let stopped = false
      const lines = deliver.map(async (next) => {
        while (!stopped) {
          await next()
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
    close: async () => void (await Promise.all(standing.map((platform) => platform.close()))),
  }
}

/** @returns the status; 0 when the line broke */
async function post({ url, headers, body }: Delivery): Promise<number> {
  try {
    const response = await fetch(url, { method: 'POST', headers, body: new Uint8Array(Buffer.from(body)) })
    await response.arrayBuffer()
    return response.status
  } catch {
    return 0
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
