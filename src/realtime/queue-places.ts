import type { VisitorMessageView } from '../domain/events.ts'
import type { ChannelId, MessageId } from '../domain/ids.ts'
import { queueNotice } from '../domain/routing/queue-notice.ts'
import type { ChannelPlaces, QueuePlaceView } from '../domain/visitor.ts'
import type { RealtimeLog } from './log.ts'
import type { WidgetNamespace, WidgetSocket } from './socket-types.ts'

export interface QueueTellerDeps {
  readonly namespace: WidgetNamespace
  /** Where visitors of a channel stand; undefined where visitors are not told. */
  readonly placesOf: (
    channelId: ChannelId,
    visitorIds: readonly string[],
  ) => Promise<ChannelPlaces | undefined>
  /** Whether a visitor has ever written: only then may an earlier notice be on his screen. */
  readonly hasWritten: (channelId: ChannelId, visitorId: string) => Promise<boolean>
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  readonly log: RealtimeLog
}

/** Tells the visitors connected to this node where they stand in the queue. */
export interface QueueTeller {
  /** Looks once and tells those whose place has changed since. Never rejects; one look at a time. */
  look(): Promise<void>
}

/**
 * By the clock and not by events: assignments happen on any node, and so often that nobody would want to hear of each.
 * What is told goes out twice: as data, and as a notice at the end of the thread, which every client can show.
 */
export function createQueueTeller(deps: QueueTellerDeps): QueueTeller {
  const { namespace, log } = deps
  let told = new Map<string, string>()
  let looking = false

  const tell = async (): Promise<void> => {
    const now = new Map<string, string>()
    for (const [channelId, sockets] of byChannel(namespace)) {
      const answer = await deps.placesOf(channelId, [...new Set(sockets.map(({ data }) => data.visitorId))])
      for (const socket of sockets) {
        const { visitorId } = socket.data
        const before = told.get(socket.id)
        const place = answer?.places.get(visitorId)
        const said = JSON.stringify(place ?? null)
        if (!answer && before === undefined) continue
        now.set(socket.id, said)
        if (before === said) continue
        if (!place && before === undefined && !(await deps.hasWritten(channelId, visitorId))) continue
        socket.emit('queue.place', place ?? null)
        socket.emit('messages', [noticeOf(place, languagesOf(socket, answer?.locale), deps.clock())])
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

function byChannel(namespace: WidgetNamespace): ReadonlyMap<ChannelId, readonly WidgetSocket[]> {
  const channels = new Map<ChannelId, WidgetSocket[]>()
  for (const socket of namespace.sockets.values()) {
    const known = channels.get(socket.data.channelId)
    if (known) known.push(socket)
    else channels.set(socket.data.channelId, [socket])
  }
  return channels
}

/** What the channel asks for goes before what the browser does. */
function languagesOf({ handshake }: WidgetSocket, locale: string | undefined): readonly string[] {
  const accepted = handshake.headers['accept-language'] ?? ''
  const asked = accepted.split(',').map((tag) => tag.split(';')[0]?.trim() ?? '')
  return locale === undefined ? asked : [locale, ...asked]
}

/** One notice that changes, always the last of the thread; without words it takes up no room. */
function noticeOf(
  place: QueuePlaceView | undefined,
  languages: readonly string[],
  nowMs: number,
): VisitorMessageView {
  return {
    id: 'queue-place' as MessageId,
    from: 'system',
    text: place ? queueNotice(place, languages) : '',
    attachments: [],
    status: 'sent',
    at: new Date(nowMs).toISOString(),
    order: Number.MAX_SAFE_INTEGER,
    deleted: false,
    version: nowMs,
  }
}
