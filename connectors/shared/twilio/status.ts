import type { InboundEvent } from '../../../src/contract/inbound-event.ts'
import type { ReceiptStatus } from '../../../src/domain/message.ts'
import { knownFailure, tellFailure } from './failure-words.ts'

/** What Twilio says of a message of ours; states before `sent` tell nothing that we do not know. */
const STATUSES: ReadonlyMap<string, ReceiptStatus> = new Map([
  ['sent', 'sent'],
  ['delivered', 'delivered'],
  // It reached some of several receivers, which only group messages have.
  ['partially_delivered', 'delivered'],
  ['read', 'read'],
  ['failed', 'failed'],
  ['undelivered', 'failed'],
  ['canceled', 'failed'],
])

export const receiptStatusOf = (status: string): ReceiptStatus | undefined => STATUSES.get(status)

/** Makes a receipt of a status; undefined of one that tells nothing. */
export function statusEvent(report: {
  readonly sid: string
  readonly status: string
  readonly atMs: number
  readonly errorCode?: string
  readonly identityExternalId?: string
}): InboundEvent | undefined {
  const { sid, atMs, identityExternalId } = report
  const status = receiptStatusOf(report.status)
  if (status === undefined) return undefined
  const event = {
    type: 'status',
    externalId: sid,
    status,
    atMs,
    ...(identityExternalId === undefined ? {} : { identityExternalId }),
  } as const
  const failure = failureIn(report)
  if (!failure) return event
  const { code, detail, optedOut } = failure
  return { ...event, errorCode: code, errorDetail: detail, ...(optedOut ? { optedOut } : {}) }
}

/** Why a message did not reach its customer; undefined of one that did, or is on its way. */
export function failureIn({
  status,
  errorCode,
}: {
  readonly status: string
  readonly errorCode?: number | string | null
}): { readonly code: string; readonly detail: string; readonly optedOut?: true } | undefined {
  if (receiptStatusOf(status) !== 'failed') return undefined
  if (status === 'canceled' && !errorCode)
    return { code: 'canceled', detail: 'It was cancelled at Twilio before it left.' }
  const { code, detail } = tellFailure(errorCode ?? undefined)
  return { code, detail, ...(knownFailure(errorCode ?? undefined)?.optedOut ? { optedOut: true } : {}) }
}
