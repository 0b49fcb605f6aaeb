import type { ChannelId } from '../../../src/domain/ids.ts'

const MOST_KEPT = 5_000
const sent = new Map<ChannelId, Set<string>>()

/** Keeps in mind that a message has its receipt, so that a look for another one never takes it for that. */
export function noteSent(channelId: ChannelId, sid: string): void {
  const sids = sent.get(channelId) ?? new Set()
  sent.set(channelId, sids)
  sids.add(sid)
  const [oldest] = sids
  if (sids.size > MOST_KEPT && oldest !== undefined) sids.delete(oldest)
}

export const isKnownSent = (channelId: ChannelId, sid: string): boolean =>
  sent.get(channelId)?.has(sid) === true
