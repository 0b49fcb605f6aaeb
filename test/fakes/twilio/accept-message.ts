/** POST Messages.json: what the fake Twilio takes and what it refuses, with the real codes. */
import { jsonAnswer, type ProviderAnswer } from '../provider/provider-server.ts'
import { messageResource, refused } from './resources.ts'
import type { FakeMessage, FakeState } from './state.ts'

/** How the fake treats what it is given. */
export interface SendRules {
  /** Whether WhatsApp's window counts: refused at once, refused in a report, or not looked at. */
  readonly replyWindow: 'api' | 'callback' | 'off'
}

const DAY_MS = 86_400_000
const STOP = /^\s*(stop|stopall|unsubscribe|cancel|end|quit|optout|revoke)\s*$/i
const START = /^\s*(start|unstop|yes)\s*$/i

const pairOf = (ours: string, his: string): string => `${ours} ${his}`

/** What Twilio's own filter makes of what a customer wrote. */
export function noteWish(message: FakeMessage, state: FakeState): void {
  if (message.from.startsWith('whatsapp:')) return
  for (const ours of [message.to, message.messagingServiceSid]) {
    if (ours === null) continue
    const pair = pairOf(ours, message.from)
    if (STOP.test(message.body)) state.stopped.add(pair)
    else if (START.test(message.body)) state.stopped.delete(pair)
  }
}

/** Takes a message, or refuses it. @returns the message where it was taken */
export function acceptMessage(
  form: URLSearchParams,
  state: FakeState,
  rules: SendRules,
): { readonly answer: ProviderAnswer; readonly message?: FakeMessage; readonly fails?: number } {
  const given = {
    to: form.get('To') ?? '',
    from: form.get('From'),
    service: form.get('MessagingServiceSid'),
    body: form.get('Body') ?? '',
    mediaUrls: form.getAll('MediaUrl'),
    contentSid: form.get('ContentSid'),
    statusCallback: form.get('StatusCallback'),
  }
  const isWhatsApp = given.to.startsWith('whatsapp:')
  const no = (code: number, message?: string) => ({ answer: refused(400, code, message) })
  if (!/^(whatsapp:)?(\+[1-9]\d{6,14}|\d{3,8})$|^whatsapp:[A-Z]{2}\.\w+$/.test(given.to)) return no(21211)
  const service = state.services.find(({ sid }) => sid === given.service)
  const pool = service?.numbers.find((number) => number.startsWith('whatsapp:') === isWhatsApp)
  const from = given.from ?? pool
  if (from === undefined) return no(given.service === null ? 21603 : 21703)
  if (!owns(from, state)) return no(isWhatsApp ? 63007 : 21606)
  if (given.body === '' && given.mediaUrls.length === 0 && given.contentSid === null) return no(21619)
  if (given.body.length > 1_600) return no(21617)
  if (given.mediaUrls.length > 10) return no(21623)
  const content = state.contents.find(({ sid }) => sid === given.contentSid)
  if (given.contentSid !== null && !content) return no(21655)
  if (state.stopped.has(pairOf(service?.sid ?? from, given.to))) return no(21610)
  const isClosed = isWhatsApp && !content && !hasWritten(given.to, state)
  if (isClosed && rules.replyWindow === 'api') return no(63016)
  const variables = JSON.parse(form.get('ContentVariables') ?? '{}') as Record<string, string>
  const message: FakeMessage = {
    sid: state.nextSid(given.mediaUrls.length > 0 ? 'MM' : 'SM'),
    direction: 'outbound-api',
    from,
    to: given.to,
    body: content ? filled(content.types, variables) : given.body,
    status: service ? 'accepted' : 'queued',
    errorCode: null,
    createdAtMs: state.now(),
    updatedAtMs: state.now(),
    sentAtMs: null,
    messagingServiceSid: service?.sid ?? null,
    media: [],
    mediaUrls: given.mediaUrls,
    ...(given.statusCallback === null ? {} : { statusCallback: given.statusCallback }),
    ...(content ? { contentSid: content.sid, contentVariables: variables } : {}),
  }
  state.messages.push(message)
  return {
    answer: jsonAnswer(201, messageResource(message, state)),
    message,
    ...(isClosed && rules.replyWindow === 'callback' ? { fails: 63016 } : {}),
  }
}

const owns = (from: string, { numbers, senders }: FakeState): boolean =>
  from.startsWith('whatsapp:')
    ? senders.some(({ number }) => `whatsapp:${number}` === from)
    : numbers.some(({ phoneNumber }) => phoneNumber === from)

const hasWritten = (customer: string, { messages, now }: FakeState): boolean =>
  messages.some(
    ({ direction, from, createdAtMs }) =>
      direction === 'inbound' && from === customer && createdAtMs > now() - DAY_MS,
  )

function filled(
  types: Readonly<Record<string, unknown>>,
  variables: Readonly<Record<string, string>>,
): string {
  const [shape] = Object.values(types) as { readonly body?: string; readonly title?: string }[]
  const text = shape?.body ?? shape?.title ?? ''
  return text.replace(/\{\{(\w+)\}\}/g, (whole, key: string) => variables[key] ?? whole)
}
