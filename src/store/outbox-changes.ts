import type { SendFailure } from '../domain/delivery.ts'
import { statusesBelow } from '../domain/message.ts'
import type { FilingDocument } from './message-document.ts'

export interface SettledFailure extends SendFailure {
  readonly code: string
  readonly detail?: string
}

export interface SettledSent {
  readonly externalId: string
  readonly status: 'sent' | 'delivered'
  /** When set, it is owed from then on that the message be filed with its platform. */
  readonly fileFromMs?: number
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

/** All that was said of a failure. */
export const FAILURE_OVER = [
  'delivery.errorCode',
  'delivery.errorDetail',
  'delivery.certainty',
  'delivery.hasReport',
] as const

/** Why a part of a reply did not go: one before it has failed, or nobody knows whether it arrived. */
export const EARLIER_PART_FAILED = 'earlier-part-failed'

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

/** What is written of a message that the platform took. @param id its name there, where that is no other message's */
export function sentOff({ externalId, status, fileFromMs }: SettledSent, id: string | undefined) {
  const from = new Date(fileFromMs ?? 0)
  const filing = {
    state: 'owed',
    receiptId: externalId,
    receiptStatus: status,
    owedAt: from,
    attempts: 0,
    dueAt: from,
  } satisfies FilingDocument
  // Receipts need its name, so only we can have said that it failed: when nobody knew yet what became of it.
  const lower = [...statusesBelow(status), 'failed']
  return [
    {
      $set: {
        ...(id === undefined ? {} : { externalId: { $literal: id } }),
        status: { $cond: [{ $in: ['$status', lower] }, status, '$status'] },
        'delivery.state': 'done',
        ...(fileFromMs === undefined ? {} : { 'delivery.filing': { $literal: filing } }),
        version: { $add: ['$version', 1] },
      },
    },
    {
      $unset: [
        'delivery.open',
        'delivery.dueAt',
        ...Object.keys(LEASE_OVER),
        ...Object.keys(CHECK_OVER),
        ...FAILURE_OVER,
      ],
    },
  ]
}
