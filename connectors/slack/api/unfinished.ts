/**
 * How far catching up came that was cut off. Slack answers about fifty histories a minute, so with some hundred people
 * the time for one run is over before all of their channels were read: the next one goes on with the others.
 */
import type { ChannelId } from '../../../src/domain/ids.ts'
import type { Listened } from './listened.ts'

/** When each channel of a workspace was last read by this process, in milliseconds since the epoch. */
type ReadAt = Map<string, number>

/** Of runs that have not come to their end, by our channel. */
const unfinished = new Map<ChannelId, ReadAt>()

/** What was written a little before it was read may have been shown a little later. */
const OVERLAP_MS = 5 * 60_000
/** Read so shortly before that the next run, which looks back a little, has it: shorter than ten minutes. */
const FRESH_MS = 9 * 60_000

/** One run over the channels of a workspace. */
export interface Run {
  /** The channels to be read, those first that have waited longest. */
  readonly channels: readonly Listened[]
  /** From when on a channel is to be read. */
  sinceOf(id: string): number
  /** All of a channel is on disk that stood there at an instant. */
  wasRead(id: string, atMs: number): void
  /** All channels were read. */
  finish(): void
}

/** Begins a run, or goes on with one that was cut off. @param sinceMs from when on is to be read what was not yet */
export function beginRun(
  channelId: ChannelId,
  all: readonly Listened[],
  { sinceMs, nowMs }: { readonly sinceMs: number; readonly nowMs: number },
): Run {
  const before: ReadAt = unfinished.get(channelId) ?? new Map()
  // Channels that are there no more are forgotten.
  const readAt: ReadAt = new Map(
    all.flatMap(({ id }) => {
      const atMs = before.get(id)
      return atMs === undefined ? [] : [[id, atMs]]
    }),
  )
  unfinished.set(channelId, readAt)
  const atOf = ({ id }: Listened): number => readAt.get(id) ?? Number.NEGATIVE_INFINITY
  return {
    channels: all
      .filter((channel) => atOf(channel) < nowMs - FRESH_MS)
      .sort((one, other) => (atOf(one) < atOf(other) ? -1 : atOf(one) > atOf(other) ? 1 : 0)),
    sinceOf: (id) => Math.max(sinceMs, (readAt.get(id) ?? sinceMs) - OVERLAP_MS),
    wasRead: (id, atMs) => void readAt.set(id, atMs),
    finish: () => void unfinished.delete(channelId),
  }
}
