/** Where a message stands, and which conversation that is. */

import type { Scope } from './facts.ts'
import { type Fields, textIn } from './fields.ts'

/** A place in Slack. */
export interface Place {
  readonly channel: string
  readonly kind: 'direct' | 'group' | 'channel'
  /** Its own instant, which is its id there. */
  readonly ts: string
  /** The instant of the message that its thread begins with; undefined outside of threads. */
  readonly threadTs: string | undefined
}

const CHANNEL = /^[A-Z][A-Z0-9]{1,30}$/
export const isChannel = (id: string | undefined): id is string => id !== undefined && CHANNEL.test(id)
const TS = /^\d{1,12}\.\d{1,9}$/

/** @returns undefined of what has no place, or none of the form that ids have there */
export function placeOf(event: Fields, message: Fields = event): Place | undefined {
  const channel = textIn(event, 'channel')
  const ts = textIn(message, 'ts')
  if (!isChannel(channel) || ts === undefined || !TS.test(ts)) return undefined
  const threadTs = textIn(message, 'thread_ts')
  return {
    channel,
    kind: kindOf(channel, textIn(event, 'channel_type')),
    ts,
    threadTs: threadTs !== undefined && TS.test(threadTs) && threadTs !== ts ? threadTs : undefined,
  }
}

function kindOf(channel: string, type: string | undefined): Place['kind'] {
  if (type === 'im' || type === 'app_home' || channel.startsWith('D')) return 'direct'
  return type === 'mpim' ? 'group' : 'channel'
}

/**
 * The id of a message for us. One of our channels is one bot in one workspace, so channel and instant name a message
 * whatever event tells of it: a mention comes twice, as itself and as a message, and in a channel that organisations
 * share the two need not even name the same workspace.
 */
export const externalIdOf = (channel: string, ts: string): string => `${channel}:${ts}`

/** Whether a text mentions somebody. Slack used to put the name behind the id. */
export const namesUser = (text: string, userId: string): boolean =>
  userId !== '' && (text.includes(`<@${userId}>`) || text.includes(`<@${userId}|`))

/** What an item of a message is journaled under: the same whether a socket brought it or the history of its channel. */
export const messageKey = (type: string, channel: string, ts: string, edited?: string): string =>
  [type, channel, ts, ...(edited === undefined ? [] : [edited])].join(':')

/** Channel and instant of a message; undefined where the id is no such thing. */
export function readExternalId(
  externalId: string,
): { readonly channel: string; readonly ts: string } | undefined {
  const [channel = '', ts = '', more] = externalId.split(':')
  return more === undefined && CHANNEL.test(channel) && TS.test(ts) ? { channel, ts } : undefined
}

/** Whether messages at this place count, if not by mentioning us. */
export function isHeard({ channel, kind }: Pick<Place, 'channel' | 'kind'>, scope: Scope): boolean {
  return kind === 'channel' ? scope.channels.has(channel) : scope.directMessages
}

/**
 * The conversation that a place belongs to. In channels it is the thread; with one person it is the person, so that a
 * conversation that an agent begins is found again; a group's is the group.
 * @returns undefined where it is that of the person
 */
export function threadKeyOf({ channel, kind, ts, threadTs }: Place, scope: Scope): string | undefined {
  if (kind === 'channel') return `${channel}:${threadTs ?? ts}`
  if (scope.directThreads && threadTs !== undefined) return `${channel}:${threadTs}`
  return kind === 'direct' ? undefined : channel
}

/** The channel, or the person, of a conversation: what {@link threadKeyOf} made of its place. */
export const channelOfThread = (threadKey: string): string => threadKey.split(':', 1)[0] ?? threadKey

/** An instant of Slack, `seconds.microseconds`, in milliseconds since the epoch. */
export function msOf(ts: string | undefined): number | undefined {
  if (ts === undefined || !TS.test(ts)) return undefined
  return Math.floor(Number(ts) * 1_000)
}

/** The same in microseconds, which tell events of one channel apart. */
export function microsecondsOf(ts: string | undefined): number | undefined {
  if (ts === undefined || !TS.test(ts)) return undefined
  const [seconds = '', part = ''] = ts.split('.')
  return Number(seconds) * 1_000_000 + Number(part.padEnd(6, '0').slice(0, 6))
}
