import type { ChannelId } from '../domain/ids.ts'
import type { QueuePlaceView } from '../domain/visitor.ts'
import type { RealtimeLog } from './log.ts'
import { visitorRoom } from './rooms.ts'
import type { WidgetNamespace } from './socket-types.ts'

export interface QueueTellerDeps {
  readonly namespace: WidgetNamespace
  /** Where visitors of a channel stand who wait and may know it. */
  readonly placesOf: (
    channelId: ChannelId,
    visitorIds: readonly string[],
  ) => Promise<ReadonlyMap<string, QueuePlaceView>>
  readonly log: RealtimeLog
}

/** Tells the visitors connected to this node where they stand in the queue. */
export interface QueueTeller {
  /** Looks once and tells those whose place has changed since. Never rejects; one look at a time. */
  look(): Promise<void>
}

/**
 * By the clock and not by events: assignments happen on any node, and so often that nobody would want to hear of each.
 */
export function createQueueTeller({ namespace, placesOf, log }: QueueTellerDeps): QueueTeller {
  let told = new Map<string, string>()
  let looking = false

  const connected = (): ReadonlyMap<ChannelId, ReadonlySet<string>> => {
    const byChannel = new Map<ChannelId, Set<string>>()
    for (const { data } of namespace.sockets.values()) {
      const known = byChannel.get(data.channelId)
      if (known) known.add(data.visitorId)
      else byChannel.set(data.channelId, new Set([data.visitorId]))
    }
    return byChannel
  }

  const tell = async (): Promise<void> => {
    const now = new Map<string, string>()
    for (const [channelId, visitorIds] of connected()) {
      const places = await placesOf(channelId, [...visitorIds])
      for (const visitorId of visitorIds) {
        const room = visitorRoom(channelId, visitorId)
        const place = places.get(visitorId)
        const said = place ? JSON.stringify(place) : undefined
        if (said !== undefined) now.set(room, said)
        if (told.get(room) !== said) namespace.local.to(room).emit('queue.place', place ?? null)
      }
    }
    told = now
  }

  return {
    async look() {
      if (looking) return
      looking = true
      await tell().catch((error: unknown) =>
        log.warn({ err: error }, 'places in the queue could not be told'),
      )
      looking = false
    },
  }
}
