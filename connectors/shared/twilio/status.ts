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
  const { sid, atMs, errorCode, identityExternalId } = report
  const status = receiptStatusOf(report.status)
  if (status === undefined) return undefined
  const event = {
    type: 'status',
    externalId: sid,
    status,
    atMs,
    ...(identityExternalId === undefined ? {} : { identityExternalId }),
  } as const
  if (status !== 'failed') return event
  if (report.status === 'canceled' && errorCode === undefined)
    return { ...event, errorCode: 'canceled', errorDetail: 'It was cancelled at Twilio before it left.' }
  const { code, detail } = tellFailure(errorCode)
  return {
    ...event,
    errorCode: code,
    errorDetail: detail,
    ...(knownFailure(errorCode)?.optedOut ? { optedOut: true } : {}),
  }
}
