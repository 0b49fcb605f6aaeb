import { createAdapter } from '@socket.io/redis-streams-adapter'
import { Redis, type RedisOptions } from 'ioredis'
import type { ServerOptions } from 'socket.io'
import type { RealtimeLog } from './log.ts'

/** The connection between nodes. Redis may go and come: nothing here throws, waits or keeps what cannot be sent. */
export interface NodeLink {
  readonly adapter: ServerOptions['adapter']
  isUp(): boolean
  close(): void
}

export interface NodeLinkDeps {
  readonly url: string
  /** Separates installations that share one Redis. */
  readonly prefix: string
  readonly log: RealtimeLog
  /**
   * The link stands, at the start or again. `lostOwn` tells that something of ours was lost; what others said
   * while we were away certainly was.
   */
  readonly onUp: (state: { readonly lostOwn: boolean }) => void
}

const RETRY_MS = { step: 100, most: 1_000 }
/** A Redis that answers nothing for this long is as good as gone; a blocked read answers every five seconds. */
const SILENT_AFTER_MS = 12_000
const PING_EVERY_MS = 5_000
/** After the connections stand, the subscriptions are renewed; only then is the link whole. */
const SETTLE_MS = 250

/**
 * Builds the Redis streams adapter. It gets no bare client, for three reasons: a publication that fails would end
 * the process as an unhandled rejection; a publisher with a queue would grow without bound while Redis is away;
 * and a reader without one would make the adapter's read loop spin.
 */
export function createNodeLink({ url, prefix, log, onUp }: NodeLinkDeps): NodeLink {
  const clients: Redis[] = []
  let whole = false
  let lostOwn = false
  let closed = false
  let settling: NodeJS.Timeout | undefined

  const open = (name: string, options: RedisOptions): Redis => {
    const client = new Redis(url, {
      maxRetriesPerRequest: null,
      retryStrategy: (times) => Math.min(times * RETRY_MS.step, RETRY_MS.most),
      socketTimeout: SILENT_AFTER_MS,
      connectionName: `${prefix}-${name}`,
      ...options,
    })
    clients.push(client)
    client.on('error', (error: Error) => log.debug({ err: error, client: name }, 'redis connection error'))
    client.on('close', () => {
      if (whole && !closed) log.warn({ client: name }, 'the link to the other nodes is down')
      whole = false
    })
    client.on('ready', () => {
      clearTimeout(settling)
      settling = setTimeout(announce, SETTLE_MS)
    })
    return client
  }

  const announce = (): void => {
    if (closed || clients.some((client) => client.status !== 'ready')) return
    whole = true
    const state = { lostOwn }
    lostOwn = false
    log.info({}, 'the link to the other nodes stands')
    onUp(state)
  }

  const publisher = open('publisher', { enableOfflineQueue: false, autoResendUnfulfilledCommands: false })

  const guarded = async <T>(command: () => Promise<T>, otherwise: T): Promise<T> => {
    if (publisher.status === 'ready') {
      try {
        return await command()
      } catch (error) {
        log.debug({ err: error }, 'redis did not take a message')
      }
    }
    lostOwn = true
    return otherwise
  }

  const guardedClient = {
    options: { lazyConnect: false },
    duplicate: () => open('reader', {}),
    publish: (channel: string, payload: Buffer) => guarded(() => publisher.publish(channel, payload), 0),
    xadd: (args: [string, ...string[]]) => guarded(() => publisher.call('XADD', ...args), ''),
  }

  const pinging = setInterval(() => {
    for (const client of clients) if (client.status === 'ready') client.ping().catch(() => undefined)
  }, PING_EVERY_MS)
  pinging.unref()

  return {
    adapter: createAdapter(guardedClient, { streamName: `${prefix}:live`, channelPrefix: `${prefix}:live` }),
    isUp: () => whole,
    close() {
      closed = true
      clearInterval(pinging)
      clearTimeout(settling)
      for (const client of clients) client.disconnect()
    },
  }
}
