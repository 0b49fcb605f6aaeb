import type { MessageView } from '../../../src/domain/views.ts'

/** Whether something is to be said of how a message of ours fares. */
export const isTroubled = ({ status, delivery }: MessageView): boolean =>
  status === 'failed' ||
  delivery?.checking === true ||
  delivery?.state === 'dead' ||
  delivery?.state === 'unknown' ||
  // Still tried by itself; said only once something went wrong.
  (delivery?.state === 'queued' && delivery.errorCode !== undefined && delivery.nextAttemptAt !== undefined)
