import type { InboundEvent } from '../../../src/contract/inbound-event.ts'
import type { JournaledRequest } from '../../../src/contract/raw-request.ts'
import { identityOf } from './address.ts'
import { type InboundForm, messageEvents } from './message-event.ts'
import { statusEvent } from './status.ts'

/** The content type of what was listed, and not called in. */
export const RESOURCE_TYPE = 'application/vnd.twilio.message+json'

/** A message as Twilio lists it, with its files: what is journaled of it. */
export interface ListedMessage {
  readonly sid: string
  readonly direction: string
  readonly from: string
  readonly to: string
  readonly body: string
  readonly status: string
  readonly errorCode?: string
  /** Milliseconds since the epoch: when it was written, and when its state last changed. */
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly media: readonly { readonly path: string; readonly contentType: string }[]
}

/** Events of what was listed; none of what is not of its form. */
export function listedEvents(
  { body, receivedAtMs }: JournaledRequest,
  form: InboundForm,
): readonly InboundEvent[] {
  const message = readListed(Buffer.from(body).toString('utf8'))
  if (!message) return []
  const { sid, status, to, from, errorCode, updatedAtMs, createdAtMs, media } = message
  if (message.direction !== 'inbound') {
    const event = statusEvent({
      sid,
      status,
      atMs: updatedAtMs,
      // Numbers may be shared with other programs: a message that is not ours is not waited for.
      identityExternalId: identityOf(to, form),
      ...(errorCode === undefined ? {} : { errorCode }),
    })
    return event === undefined ? [] : [event]
  }
  const parameters: Readonly<Record<string, string>> = {
    MessageSid: sid,
    From: from,
    Body: message.body,
    NumMedia: String(media.length),
    ...Object.fromEntries(
      media.flatMap(({ path, contentType }, index) => [
        [`MediaUrl${index}`, path],
        [`MediaContentType${index}`, contentType],
      ]),
    ),
  }
  return messageEvents((name) => (Object.hasOwn(parameters, name) ? parameters[name] : undefined), form, {
    receivedAtMs,
    sentAtMs: createdAtMs,
  })
}

function readListed(text: string): ListedMessage | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const given = value as Readonly<Record<string, unknown>>
  const words = (['sid', 'direction', 'from', 'to', 'body', 'status'] as const).every(
    (name) => typeof given[name] === 'string',
  )
  const times = [given['createdAtMs'], given['updatedAtMs']].every(
    (time) => typeof time === 'number' && Number.isSafeInteger(time),
  )
  const media = given['media']
  const files = Array.isArray(media) && media.every(isFile)
  const { errorCode } = given as { readonly errorCode?: unknown }
  const error = errorCode === undefined || typeof errorCode === 'string'
  return words && times && files && error ? (value as ListedMessage) : undefined
}

function isFile(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { path, contentType } = value as Readonly<Record<string, unknown>>
  return typeof path === 'string' && typeof contentType === 'string'
}
