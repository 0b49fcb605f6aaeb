import type { RawItem } from '../contract/connector.ts'
import type { ChannelId } from '../domain/ids.ts'
import { JOURNAL_PARTITIONS, type JournalEntry, SESSION_PARTITIONS } from '../store/journal-store.ts'
import { entryId, partitionOf } from './accept-delivery.ts'

/** A journal entry must fit into one record of the database beside its facts. */
export const MOST_ITEM_BYTES = 14 * 1024 * 1024
const LONGEST_KEY = 1_024
/** So many that hardly ever two senders share one. */
const LINES = 2 ** 32
const MOST_FACT_BYTES = 256 * 1024

/** A connector pushed what the journal cannot take. */
export class UnfitItemError extends Error {
  override readonly name = 'UnfitItemError'
}

/** @throws UnfitItemError in words for the connector's author */
export function requireFitItem({ key, sender, body, contentType, facts }: RawItem): void {
  if (typeof key !== 'string' || key === '' || key.length > LONGEST_KEY)
    throw new UnfitItemError(`an item’s key has 1 to ${LONGEST_KEY} characters`)
  if (sender !== undefined && (typeof sender !== 'string' || sender.length > LONGEST_KEY))
    throw new UnfitItemError(`an item’s sender has at most ${LONGEST_KEY} characters`)
  if (!(body instanceof Uint8Array) || body.byteLength > MOST_ITEM_BYTES)
    throw new UnfitItemError(`an item’s body has at most ${MOST_ITEM_BYTES} bytes`)
  if (typeof contentType !== 'string' || contentType.length > LONGEST_KEY)
    throw new UnfitItemError(`an item’s content type has at most ${LONGEST_KEY} characters`)
  const texts = Object.entries(facts).flat()
  if (texts.some((text) => typeof text !== 'string')) throw new UnfitItemError('an item’s facts are texts')
  if (texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) > MOST_FACT_BYTES)
    throw new UnfitItemError(`an item’s facts have at most ${MOST_FACT_BYTES} bytes`)
}

/** The journal entry of what a session brought; the same id at every refetch. */
export function toSessionEntry(
  channelId: ChannelId,
  { key, sender, body, contentType, facts }: RawItem,
  order: number,
  receivedAtMs: number,
): JournalEntry {
  const line = `${channelId}:${sender ?? ''}`
  return {
    id: entryId(channelId, key),
    channelId,
    order,
    partition: JOURNAL_PARTITIONS + partitionOf(line, SESSION_PARTITIONS),
    line: partitionOf(line, LINES),
    body,
    contentType,
    facts,
    receivedAtMs,
    tries: 0,
  }
}
