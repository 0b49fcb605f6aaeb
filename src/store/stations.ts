/**
 * Names the moments of the two paths at which a crash must do no harm. Nothing listens in an ordinary run, and
 * then a station costs one property read. A tracer, or the fault tests, may subscribe to the channel from a
 * preloaded module without any change to the product.
 */
import { channel } from 'node:diagnostics_channel'

/** A moment between two durable steps. */
export type Station =
  | 'journaled'
  | 'acknowledged'
  /** A delivery is on this machine's disk, and the database does not have it. */
  | 'spooled'
  /** It has it, and the disk does still. */
  | 'spool-journaled'
  | 'message-recorded'
  | 'conversation-updated'
  /** The ring has moved on and the decision is explained, but nobody has the conversation yet. */
  | 'routed'
  /** Conversations have their new owners, and nobody was told. */
  | 'claimed'
  /** The message that tells a customer who has his conversation is recorded, and nothing else knows of it. */
  | 'greeted'
  /** Answers are to go on by a letter, and nothing of it is written yet. */
  | 'continuation-claimed'
  /** The letter that passes answers on is recorded, and that it is theirs is not. */
  | 'continued'
  | 'before-send'
  | 'after-send'
  | 'settled'
  /** The platform is about to be asked whether an uncertain attempt arrived, and then it was. */
  | 'before-look'
  | 'after-look'
  /** A sent message is about to be filed with its platform, and then it is, but that is not written. */
  | 'before-file'
  | 'after-file'
  /** One contact is to go into another: that is written and it is claimed, then the other one has its facts. */
  | 'merge-claimed'
  | 'merge-decided'
  /** Its ids on channels are the other one's, its conversations not yet; then they are, and that is not written. */
  | 'merge-identities-moved'
  | 'merge-conversations-moved'
  /** The same when a merge is undone. */
  | 'unmerge-decided'
  | 'unmerge-restored'
  | 'unmerge-identities-moved'
  | 'unmerge-conversations-moved'

/** What a subscriber receives. */
export interface StationReached {
  readonly station: Station
}

/** The diagnostics channel that stations are told on. */
export const STATION_CHANNEL = 'tributary.station'

const stations = channel(STATION_CHANNEL)

/** Says that a station was reached. Subscribers run inside the call, so one that kills the process stops it here. */
export function reach(station: Station): void {
  if (stations.hasSubscribers) stations.publish({ station } satisfies StationReached)
}
