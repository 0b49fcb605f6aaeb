/** The addresses of Twilio's APIs that the fake answers. */
import { jsonAnswer, type ProviderAnswer, type ProviderCall } from '../provider/provider-server.ts'
import {
  accountPath,
  dateOf,
  messageResource,
  newPage,
  numberResource,
  oldPage,
  refused,
} from './resources.ts'
import type { FakeMessage, FakeState, StoredFile } from './state.ts'

/** What the addresses do beside showing what is known. */
export interface ApiActs {
  readonly url: () => string
  readonly accept: (form: URLSearchParams) => ProviderAnswer
  readonly storagePlace: (file: StoredFile) => string
}

/** Answers one call, authorised as the account. */
export function answerCall(call: ProviderCall, state: FakeState, acts: ApiActs): ProviderAnswer {
  const { pathname, searchParams: query } = new URL(call.url, 'http://fake')
  const wanted = `Basic ${Buffer.from(`${state.accountSid}:${state.authToken}`).toString('base64')}`
  if (call.headers['authorization'] !== wanted) return refused(401, 20003, 'Authenticate')
  const form = new URLSearchParams(call.body.toString('utf8'))
  const root = accountPath(state)
  if (pathname === `${root}.json`) return jsonAnswer(200, accountResource(state))
  if (pathname.startsWith(`${root}/`)) {
    const path = pathname.slice(root.length)
    return ofAccount({ call, path, pathname, query, form }, state, acts) ?? notFound()
  }
  return ofProducts({ pathname, query }, state, acts) ?? notFound()
}

const notFound = (): ProviderAnswer => refused(404, 20404, 'The requested resource was not found')

const accountResource = (state: FakeState): object => ({
  sid: state.accountSid,
  friendly_name: 'Fake',
  status: state.accountStatus,
  type: 'Full',
  date_created: dateOf(0),
  date_updated: dateOf(0),
  owner_account_sid: state.accountSid,
  subresource_uris: {},
  uri: `${accountPath(state)}.json`,
})

interface AccountCall {
  readonly call: ProviderCall
  /** Behind the account. */
  readonly path: string
  readonly pathname: string
  readonly query: URLSearchParams
  readonly form: URLSearchParams
}

function ofAccount(
  { call, path, pathname, query, form }: AccountCall,
  state: FakeState,
  acts: ApiActs,
): ProviderAnswer | undefined {
  if (path === '/Messages.json' && call.method === 'POST') return acts.accept(form)
  if (path === '/Messages.json') {
    const found = listed(state.messages, query).map((message) => messageResource(message, state))
    return oldPage('messages', found, { path: pathname, query })
  }
  const [, messageSid, rest = ''] = /^\/Messages\/(\w+)(.*)$/.exec(path) ?? []
  const message = state.messages.find(({ sid }) => sid === messageSid)
  if (message) return ofMessage(message, rest, { pathname, query }, state, acts)
  if (path === '/IncomingPhoneNumbers.json') {
    const wanted = query.get('PhoneNumber') ?? ''
    const found = state.numbers.filter(({ phoneNumber }) => phoneNumber.includes(wanted))
    const resources = found.map((number) => numberResource(number, state))
    return oldPage('incoming_phone_numbers', resources, { path: pathname, query })
  }
  const numberSid = /^\/IncomingPhoneNumbers\/(\w+)\.json$/.exec(path)?.[1]
  const number = state.numbers.find(({ sid }) => sid === numberSid)
  if (number) {
    number.smsUrl = form.get('SmsUrl') ?? number.smsUrl
    number.smsMethod = form.get('SmsMethod') ?? number.smsMethod
    number.smsFallbackUrl = form.get('SmsFallbackUrl') ?? number.smsFallbackUrl
    return jsonAnswer(200, numberResource(number, state))
  }
  if (path === '/SMS/ShortCodes.json') return oldPage('short_codes', [], { path: pathname, query })
  return undefined
}

function ofMessage(
  message: FakeMessage,
  rest: string,
  { pathname, query }: { readonly pathname: string; readonly query: URLSearchParams },
  state: FakeState,
  acts: ApiActs,
): ProviderAnswer | undefined {
  if (rest === '.json') return jsonAnswer(200, messageResource(message, state))
  if (rest === '/Media.json') {
    const found = message.media.toReversed().map((file) => mediaResource(file, message, state))
    return oldPage('media_list', found, { path: pathname, query })
  }
  const file = message.media.find(({ sid }) => rest === `/Media/${sid}`)
  return file && { status: 307, headers: { Location: acts.storagePlace(file) } }
}

const mediaResource = ({ sid, contentType }: StoredFile, message: FakeMessage, state: FakeState): object => ({
  sid,
  account_sid: state.accountSid,
  parent_sid: message.sid,
  content_type: contentType,
  date_created: dateOf(message.createdAtMs),
  date_updated: dateOf(message.createdAtMs),
  uri: `${accountPath(state)}/Messages/${message.sid}/Media/${sid}.json`,
})

/** Messages by Twilio's filters, the newest first. */
function listed(messages: readonly FakeMessage[], query: URLSearchParams): readonly FakeMessage[] {
  const after = query.get('DateSent>')
  const afterMs = after === null ? undefined : Date.parse(after)
  return messages
    .filter(
      ({ to, from, sentAtMs }) =>
        (query.get('To') ?? to) === to &&
        (query.get('From') ?? from) === from &&
        (afterMs === undefined || (sentAtMs !== null && sentAtMs >= afterMs)),
    )
    .toReversed()
}

function ofProducts(
  { pathname, query }: { readonly pathname: string; readonly query: URLSearchParams },
  state: FakeState,
  acts: ApiActs,
): ProviderAnswer | undefined {
  const page = (key: string, items: readonly object[]): ProviderAnswer =>
    newPage(key, items, { url: acts.url(), path: pathname, query })
  if (pathname === '/v1/ContentAndApprovals') {
    const contents = state.contents.map((content) => ({
      ...content,
      account_sid: state.accountSid,
      date_created: new Date(0).toISOString(),
      date_updated: new Date(0).toISOString(),
    }))
    return page('contents', contents)
  }
  if (pathname === '/v2/Channels/Senders') {
    const senders = state.senders.map(({ number, status, callbackUrl }) => ({
      sid: `XE${number.replace(/\D/g, '').padStart(32, '0')}`,
      sender_id: `whatsapp:${number}`,
      status,
      configuration: {},
      webhook: { callback_url: callbackUrl, callback_method: 'POST' },
      profile: {},
    }))
    return page('senders', senders)
  }
  const [, serviceSid, rest = ''] = /^\/v1\/Services\/(\w+)(.*)$/.exec(pathname) ?? []
  const service = state.services.find(({ sid }) => sid === serviceSid)
  if (!service) return undefined
  const shared = { account_sid: state.accountSid, service_sid: service.sid }
  if (rest === '/PhoneNumbers') {
    const numbers = service.numbers.filter((number) => number.startsWith('+'))
    return page(
      'phone_numbers',
      numbers.map((number, index) => ({ ...shared, sid: `PN${index}`, phone_number: number })),
    )
  }
  if (rest === '/ShortCodes') return page('short_codes', [])
  if (rest === '/ChannelSenders') {
    const senders = service.numbers.filter((number) => number.startsWith('whatsapp:'))
    return page(
      'senders',
      senders.map((sender, index) => ({ ...shared, sid: `XE${index}`, sender })),
    )
  }
  if (rest !== '') return undefined
  return jsonAnswer(200, {
    sid: service.sid,
    account_sid: state.accountSid,
    friendly_name: 'Fake service',
    inbound_request_url: service.inboundRequestUrl,
    use_inbound_webhook_on_number: false,
    links: {},
  })
}
