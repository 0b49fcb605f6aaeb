import type { WebhookInbound } from '../../../src/contract/connector.ts'
import type { InboundEvent } from '../../../src/contract/inbound-event.ts'
import {
  type JournaledRequest,
  type Verification,
  verified,
  type WebhookAnswer,
} from '../../../src/contract/raw-request.ts'
import { keyOf } from './address.ts'
import type { TwilioConfig } from './config.ts'
import { listedEvents, RESOURCE_TYPE } from './listed.ts'
import { type InboundForm, messageEvents, type ReadParameter } from './message-event.ts'
import { isSigned, parametersOf } from './signature.ts'
import { receiptStatusOf, statusEvent } from './status.ts'

/** Far more than a message of 1,600 characters with all its parameters. */
const MAX_BODY_BYTES = 256 * 1024

/** An answer without instructions: nothing is said to the customer by Twilio itself. */
const NOTHING_TO_SAY: WebhookAnswer = { status: 200, contentType: 'text/xml', body: '<Response/>' }

const FORM = 'application/x-www-form-urlencoded'
const JSON_TYPE = 'application/json'

/** What Twilio calls: messages of customers and reports on ours come to one address. */
export function twilioWebhook(form: InboundForm): WebhookInbound<TwilioConfig> {
  return {
    kind: 'webhook',
    maxBodyBytes: MAX_BODY_BYTES,
    verify: (request, config): Verification => {
      const { body, headers, publicUrl, receivedAtMs } = request
      const contentType = typeOf(headers['content-type'] ?? '')
      const signature = headers['x-twilio-signature'] ?? ''
      if (!isSigned({ publicUrl, signature, body, isForm: contentType === FORM }, config.authToken))
        return { ok: false, code: 'invalid-signature' }
      const read = readerOf({ body, contentType })
      if (read('AccountSid') !== config.accountSid)
        return { ok: false, code: 'invalid-token', detail: 'It is about another account of Twilio.' }
      const accepted = {
        ok: true,
        request: verified({ body, contentType, facts: {}, receivedAtMs }),
      } as const
      const sid = read('MessageSid') ?? read('SmsSid') ?? ''
      const status = statusIn(read)
      if (status === undefined) return { ...accepted, ...keyed(sid), ...from(read('From')) }
      // A state on the way to "sent" says nothing that we do not know: it need not be kept.
      if (receiptStatusOf(status) === undefined) return { ...accepted, handshake: NOTHING_TO_SAY }
      return { ...accepted, ...keyed(sid, status), ...from(read('To')) }
    },
    parse: (request) => eventsOf(request, form),
    acknowledge: () => NOTHING_TO_SAY,
  }
}

const keyed = (sid: string, status?: string) =>
  sid === '' ? {} : { deliveryKey: keyOf(status === undefined ? sid : `${sid}:${status}`) }

const from = (address: string | undefined) => (address ? { sender: keyOf(address) } : {})

const typeOf = (header: string): string => header.split(';', 1)[0]?.trim().toLowerCase() ?? ''

/** Events of whatever was journaled: a webhook's form or JSON, or what {@link catchUp} listed. Never throws. */
function eventsOf(request: JournaledRequest, form: InboundForm): readonly InboundEvent[] {
  const { contentType, receivedAtMs } = request
  if (contentType === RESOURCE_TYPE) return listedEvents(request, form)
  const read = readerOf(request)
  const status = statusIn(read)
  if (status === undefined) return messageEvents(read, form, { receivedAtMs })
  const sid = read('MessageSid') ?? read('SmsSid') ?? ''
  const errorCode = read('ErrorCode') || undefined
  const event = /^\w{10,64}$/.test(sid)
    ? statusEvent({ sid, status, atMs: receivedAtMs, ...(errorCode === undefined ? {} : { errorCode }) })
    : undefined
  return event === undefined ? [] : [event]
}

/** The status of a message of ours; undefined where a customer wrote. */
function statusIn(read: ReadParameter): string | undefined {
  const status = (read('MessageStatus') || read('SmsStatus'))?.toLowerCase()
  if (!status || status === 'received' || status === 'receiving') return undefined
  // What a customer wrote is named as such, or has a body; a report has neither.
  return read('MessageStatus') === undefined && read('Body') !== undefined ? undefined : status
}

/** Reads the first value of a name, out of a form or a flat JSON object. */
function readerOf({ body, contentType }: Pick<JournaledRequest, 'body' | 'contentType'>): ReadParameter {
  const text = Buffer.from(body).toString('utf8')
  if (contentType === FORM) {
    const parameters = parametersOf(text)
    return (name) => parameters.get(name)?.[0]
  }
  const values = contentType === JSON_TYPE ? flatObject(text) : {}
  return (name) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
  }
}

function flatObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
