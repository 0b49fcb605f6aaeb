/** What the fake Twilio shows of what it knows, in the shape of the real API. */
import { jsonAnswer, type ProviderAnswer } from '../provider/provider-server.ts'
import type { FakeMessage, FakeNumber, FakeState } from './state.ts'

const API_VERSION = '2010-04-01'

/** RFC 2822, whole seconds, as Twilio writes instants. */
export const dateOf = (atMs: number): string => new Date(atMs).toUTCString().replace('GMT', '+0000')

export const accountPath = ({ accountSid }: FakeState): string => `/${API_VERSION}/Accounts/${accountSid}`

export function messageResource(message: FakeMessage, state: FakeState): object {
  const uri = `${accountPath(state)}/Messages/${message.sid}`
  return {
    account_sid: state.accountSid,
    api_version: API_VERSION,
    body: message.body,
    date_created: dateOf(message.createdAtMs),
    date_sent: message.sentAtMs === null ? null : dateOf(message.sentAtMs),
    date_updated: dateOf(message.updatedAtMs),
    direction: message.direction,
    error_code: message.errorCode,
    error_message: null,
    from: message.from,
    messaging_service_sid: message.messagingServiceSid,
    num_media: String(message.direction === 'inbound' ? message.media.length : message.mediaUrls.length),
    num_segments: '1',
    price: null,
    price_unit: 'USD',
    sid: message.sid,
    status: message.status,
    subresource_uris: { media: `${uri}/Media.json`, feedback: `${uri}/Feedback.json` },
    to: message.to,
    uri: `${uri}.json`,
  }
}

export function numberResource(number: FakeNumber, state: FakeState): object {
  return {
    account_sid: state.accountSid,
    api_version: API_VERSION,
    capabilities: { voice: true, sms: number.sms, mms: number.sms, fax: false },
    friendly_name: number.phoneNumber,
    phone_number: number.phoneNumber,
    sid: number.sid,
    sms_fallback_method: 'POST',
    sms_fallback_url: number.smsFallbackUrl,
    sms_method: number.smsMethod,
    sms_url: number.smsUrl,
    status: 'in-use',
    uri: `${accountPath(state)}/IncomingPhoneNumbers/${number.sid}.json`,
  }
}

/** One page of a list of the old API, whose pages are numbered. */
export function oldPage(
  key: string,
  items: readonly object[],
  place: { readonly path: string; readonly query: URLSearchParams },
): ProviderAnswer {
  const { path, query } = place
  const size = Math.min(1_000, Number(query.get('PageSize') ?? 50))
  const page = Number(query.get('Page') ?? 0)
  const shown = items.slice(page * size, (page + 1) * size)
  const next = new URLSearchParams(query)
  next.set('PageSize', String(size))
  next.set('Page', String(page + 1))
  next.set('PageToken', `PA${page}`)
  const more = (page + 1) * size < items.length
  return jsonAnswer(200, {
    [key]: shown,
    page,
    page_size: size,
    start: page * size,
    end: page * size + shown.length - 1,
    uri: `${path}?${query}`,
    first_page_uri: `${path}?PageSize=${size}&Page=0`,
    next_page_uri: more ? `${path}?${next}` : null,
    previous_page_uri: null,
  })
}

/** One page of a list of the newer APIs, whose pages name whole addresses. */
export function newPage(
  key: string,
  items: readonly object[],
  place: { readonly url: string; readonly path: string; readonly query: URLSearchParams },
): ProviderAnswer {
  const { url, path, query } = place
  const size = Math.min(1_000, Number(query.get('PageSize') ?? 50))
  const page = Number(query.get('Page') ?? 0)
  const next = new URLSearchParams(query)
  next.set('Page', String(page + 1))
  next.set('PageToken', `DN${page}`)
  const more = (page + 1) * size < items.length
  return jsonAnswer(200, {
    [key]: items.slice(page * size, (page + 1) * size),
    meta: {
      key,
      page,
      page_size: size,
      url: `${url}${path}?${query}`,
      first_page_url: `${url}${path}`,
      next_page_url: more ? `${url}${path}?${next}` : null,
      previous_page_url: null,
    },
  })
}

/** A refusal in Twilio's shape. */
export const refused = (
  status: number,
  code: number,
  message = `Error ${code}`,
  headers: Readonly<Record<string, string>> = {},
): ProviderAnswer => {
  const answer = jsonAnswer(status, {
    code,
    message,
    more_info: `https://www.twilio.com/docs/errors/${code}`,
    status,
  })
  return { ...answer, headers: { ...answer.headers, ...headers } }
}
