/**
 * How long it takes from publishing an event to an agent's screen: `node --import tsx test/integration/realtime/load.ts`.
 * The sockets live in a process of their own; the server's share of a core is measured too.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DomainEvent } from '../../../src/domain/events.ts'
import type { ConversationView, MessageView } from '../../../src/domain/views.ts'
import { addAgent, createOffice, id, startLiveServer, X } from './live-server.ts'

export interface LoadOrder {
  readonly url: string
  readonly sockets: number
}
export interface LoadResult {
  readonly deliveries: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

const SOCKETS = 50
const SECONDS = 10

/** An event of the size that the product has. */
function event(sequence: number): DomainEvent {
  const at = new Date().toISOString()
  const text = 'Hello, my order has not arrived yet. Could you look where it is? '.repeat(3)
  const message: MessageView = {
    id: sequence.toString(16).padStart(24, '0') as MessageView['id'],
    conversationId: id('a'),
    direction: 'inbound',
    kind: 'message',
    author: { kind: 'contact', id: id('c'), name: String(performance.timeOrigin + performance.now()) },
    text,
    attachments: [],
    status: 'delivered',
    createdAt: at,
    order: sequence,
    version: 1,
  }
  const conversation: ConversationView = {
    id: message.conversationId,
    channelId: X,
    contact: { id: id('c'), name: 'A customer' },
    status: 'open',
    workType: 'messaging',
    priority: 'normal',
    tags: ['orders'],
    unreadCount: 1,
    lastMessage: {
      id: message.id,
      direction: 'inbound',
      kind: 'message',
      preview: text.slice(0, 120),
      attachmentCount: 0,
      at,
    },
    lastInboundAt: at,
    lastActivityAt: at,
    createdAt: at,
    routing: { status: 'settled' },
    version: sequence,
  }
  return { type: 'message.created', message, conversation }
}

async function run(perSecond: number): Promise<void> {
  const office = createOffice()
  addAgent(office, 'boss', 'all')
  addAgent(office, 'xavier', new Set([X]))
  const live = await startLiveServer(office)
  const order: LoadOrder = { url: live.url, sockets: SOCKETS }
  const clients = fork(new URL('./load-clients.ts', import.meta.url), [JSON.stringify(order)])
  await once(clients, 'message')

  const cpuBefore = process.cpuUsage()
  const startedMs = performance.now()
  for (let sent = 0; sent < perSecond * SECONDS; ) {
    const due = Math.floor(((performance.now() - startedMs) / 1000) * perSecond)
    for (; sent < due; sent += 1) {
      live.bus.publish([event(sent)])
      // Each in a turn of its own: the worst case, where nothing can share a packet.
      await new Promise((resolve) => setImmediate(resolve))
    }
    await sleep(1)
  }
  const wallMs = performance.now() - startedMs
  const cpu = process.cpuUsage(cpuBefore)
  await sleep(500)
  clients.send('report')
  const [result] = (await once(clients, 'message')) as [LoadResult]
  const share = (cpu.user + cpu.system) / 1000 / wallMs
  const figures = [result.p50Ms, result.p99Ms, result.maxMs].map((value) => value.toFixed(1)).join(' / ')
  const complete = result.deliveries === perSecond * SECONDS * SOCKETS ? 'all' : `only ${result.deliveries}`
  process.stdout.write(
    `${perSecond} events/s to ${SOCKETS} sockets: p50 / p99 / max ${figures} ms, ${complete} delivered, ` +
      `server ${(share * 100).toFixed(0)} % of a core\n`,
  )
  clients.disconnect()
  await live.close()
}

for (const perSecond of [50, 320, 1_000]) await run(perSecond)
