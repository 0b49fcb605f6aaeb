/** The agents' screens of load.ts. */
import { once } from 'node:events'
import { io } from 'socket.io-client'
import type { DomainEvent } from '../../../src/domain/events.ts'
import type { LoadOrder, LoadResult } from './load.ts'

const { url, sockets } = JSON.parse(process.argv[2] ?? '{}') as LoadOrder
const delays: number[] = []

const clients = Array.from({ length: sockets }, (_, i) =>
  io(`${url}/agent`, {
    forceNew: true,
    transports: ['websocket'],
    extraHeaders: { origin: url, cookie: `session=${i % 2 ? 'boss' : 'xavier'}` },
  }).on('events', (events: readonly DomainEvent[]) => {
    const nowMs = performance.timeOrigin + performance.now()
    for (const event of events) {
      if (event.type === 'message.created') delays.push(nowMs - Number(event.message.author.name))
    }
  }),
)
await Promise.all(
  clients.map((client) => new Promise((resolve) => client.once('connect', () => resolve(true)))),
)
process.send?.('ready')

await once(process, 'message')
delays.sort((a, b) => a - b)
const at = (share: number): number =>
  delays[Math.min(delays.length - 1, Math.floor(delays.length * share))] ?? 0
const result: LoadResult = { deliveries: delays.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) }
process.send?.(result)
for (const client of clients) client.disconnect()
