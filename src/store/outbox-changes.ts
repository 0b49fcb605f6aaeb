import type { SendFailure } from '../domain/delivery.ts'

export interface SettledFailure extends SendFailure {
  readonly code: string
  readonly detail?: string
}

/** What follows when the holder of a lease is gone. */
export type AfterLostLease =
  /** Back to the queue: sending twice does no harm. */
  | { readonly next: 'repeat' }
  | { readonly next: 'check'; readonly atMs: number }
  | { readonly next: 'unknown' }

export const LEASE_OVER = {
  'delivery.leaseToken': '',
  'delivery.leaseHolder': '',
  'delivery.leaseUntil': '',
} as const
export const CHECK_OVER = { 'delivery.checkFrom': '', 'delivery.looks': '' } as const

/** The facts of a failed attempt as they stand beside the message. */
export const factsOf = ({ code, detail, delivery }: SettledFailure) => ({
  'delivery.errorCode': code,
  'delivery.errorDetail': detail ?? '',
  'delivery.certainty': delivery,
})

/** What is written over a lease that nobody holds any more. */
export function lostLease(after: AfterLostLease, nowMs: number) {
  if (after.next === 'repeat') {
    return {
      $set: {
        status: 'queued' as const,
        'delivery.state': 'queued' as const,
        'delivery.dueAt': new Date(nowMs),
      },
      $unset: LEASE_OVER,
      $inc: { version: 1 },
    }
  }
  const facts = { 'delivery.certainty': 'unknown' as const, 'delivery.errorCode': 'interrupted' }
  if (after.next === 'check') {
    const at = new Date(after.atMs)
    return {
      $set: {
        ...facts,
        'delivery.state': 'queued' as const,
        'delivery.dueAt': at,
        'delivery.checkFrom': at,
        'delivery.looks': 0,
      },
      $unset: LEASE_OVER,
      $inc: { version: 1 },
    }
  }
  return {
    $set: { ...facts, status: 'failed' as const, 'delivery.state': 'unknown' as const },
    $unset: { ...LEASE_OVER, 'delivery.open': '' as const, 'delivery.dueAt': '' as const },
    $inc: { version: 1 },
  }
}
