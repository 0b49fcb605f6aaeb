import type { AttachmentRef, InboundEvent, InboundIdentity } from '../../../src/contract/inbound-event.ts'
import type { MessageCard } from '../../../src/domain/message-card.ts'
import type { TextSpan } from '../../../src/domain/text-spans.ts'
import { type AddressForm, identityOf, phoneOf } from './address.ts'
import { consentIn } from './consent.ts'
import { mediaRef } from './media-ref.ts'

/** What differs between the kinds of channel in what customers write. */
export interface InboundForm extends AddressForm {
  /** Twilio's own filter watches for STOP here. */
  readonly stopWords: boolean
  /** Takes the marks of formatting out of a text; absent where there are none. */
  readonly readMarks?: (text: string) => { readonly text: string; readonly spans: readonly TextSpan[] }
}

/** Reads one parameter of what Twilio sent. */
export type ReadParameter = (name: string) => string | undefined

/** No message has more files than this. */
const MOST_FILES = 30

/** Milliseconds since the epoch; when it was written is told only where it was listed. */
export interface MessageTimes {
  readonly receivedAtMs: number
  readonly sentAtMs?: number
}

/** Events of a message that a customer wrote; none when it does not say who wrote it, or has no id. */
export function messageEvents(
  read: ReadParameter,
  form: InboundForm,
  { receivedAtMs, sentAtMs }: MessageTimes,
): readonly InboundEvent[] {
  const externalId = read('MessageSid') ?? read('SmsMessageSid') ?? read('SmsSid') ?? ''
  const from = read('From') ?? ''
  if (!/^\w{10,64}$/.test(externalId) || from === '') return []
  const identity = identityFrom(from, read, form)
  const attachments = filesOf(read)
  const cards = cardsOf(read)
  const body = read('Body') ?? ''
  const written = body === '' ? labelIn(cards) : body
  if (written === '' && attachments.length === 0 && cards.length === 0) {
    return [{ type: 'unsupported', externalId, identity, what: whatIs(read) }]
  }
  const { text, spans = [] } = form.readMarks?.(written) ?? { text: written }
  const replyTo = read('OriginalRepliedMessageSid')
  const optedOut = consentIn(body, read('OptOutType'), form.stopWords)
  const message: InboundEvent = {
    type: 'message',
    externalId,
    identity,
    text,
    attachments,
    ...(spans.length > 0 ? { spans } : {}),
    ...(cards.length > 0 ? { cards } : {}),
    ...(replyTo ? { replyToExternalId: replyTo } : {}),
    ...(sentAtMs === undefined ? {} : { sentAtMs }),
  }
  return optedOut === undefined
    ? [message]
    : [message, { type: 'consent', identity, optedOut, atMs: sentAtMs ?? receivedAtMs, saidIn: externalId }]
}

function identityFrom(from: string, read: ReadParameter, form: InboundForm): InboundIdentity {
  const displayName = read('ProfileName')?.trim()
  const phone = phoneOf(from, read('WaId'))
  return {
    externalId: identityOf(from, form),
    ...(displayName ? { displayName } : {}),
    ...(phone === undefined ? {} : { phone }),
    // The carrier, or WhatsApp, vouches for the number; a name is anybody's choice.
    verified: true,
  }
}

function filesOf(read: ReadParameter): readonly AttachmentRef[] {
  const count = Math.min(Number(read('NumMedia') ?? 0) || 0, MOST_FILES)
  const files: AttachmentRef[] = []
  for (let index = 0; index < count; index += 1) {
    const url = read(`MediaUrl${index}`)
    if (url) files.push(mediaRef(url, read(`MediaContentType${index}`), index))
  }
  return files
}

function cardsOf(read: ReadParameter): readonly MessageCard[] {
  const cards: MessageCard[] = []
  const [latitude, longitude] = [degrees(read('Latitude'), 90), degrees(read('Longitude'), 180)]
  if (latitude !== undefined && longitude !== undefined) {
    const [name, address] = [read('Label'), read('Address')]
    cards.push({
      kind: 'location',
      latitude,
      longitude,
      ...(name ? { name } : {}),
      ...(address ? { address } : {}),
    })
  }
  const label = read('ButtonText') || read('ListTitle') || (read('ListId') ? read('Body') : undefined)
  const payload = read('ButtonPayload') || read('ListId')
  if (label) cards.push({ kind: 'choice', label, ...(payload ? { payload } : {}) })
  return cards
}

function degrees(text: string | undefined, most: number): number | undefined {
  if (text === undefined || !/^-?\d{1,3}(\.\d{1,20})?$/.test(text)) return undefined
  const value = Number(text)
  return Math.abs(value) <= most ? value : undefined
}

/** What a customer chose is what he said. */
function labelIn(cards: readonly MessageCard[]): string {
  const choice = cards.find((card) => card.kind === 'choice')
  return choice?.kind === 'choice' ? choice.label : ''
}

function whatIs(read: ReadParameter): string {
  const type = read('MessageType')?.toLowerCase() ?? ''
  if (read('InteractiveData') !== undefined) return 'the answers to a form'
  const isTelling = /^[a-z][a-z_-]{1,40}$/.test(type) && type !== 'text'
  return isTelling ? `a message of the kind “${type.replace(/[_-]/g, ' ')}”` : 'an empty message'
}
