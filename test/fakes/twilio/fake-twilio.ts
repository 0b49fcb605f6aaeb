/** Twilio on this machine, over real HTTP: its API, what it sends us, and customers who write. */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Delivery,
  deliverAll,
  type FaultPlan,
  type ProviderAnswer,
  type ProviderCall,
  startProvider,
} from '../provider/provider-server.ts'
import { acceptMessage, noteWish, type SendRules } from './accept-message.ts'
import { answerCall } from './api.ts'
import { refused } from './resources.ts'
import { type FakeContent, type FakeMessage, type FakeState, type StoredFile, sidMaker } from './state.ts'
import { type CustomerMessage, inboundParameters, signedForm, statusParameters } from './webhooks.ts'

export const FAKE_ACCOUNT = `AC${'a1'.repeat(16)}`
export const FAKE_TOKEN = 'f4ke70ken'.repeat(3)

export interface FakeTwilioOptions extends Partial<SendRules> {
  readonly accountSid?: string
  readonly authToken?: string
  /** Numbers for text messages. */
  readonly numbers?: readonly string[]
  /** WhatsApp senders, as plain numbers. */
  readonly senders?: readonly string[]
  /** Messaging services by their SID: the numbers in them, those of WhatsApp with the prefix. */
  readonly services?: Readonly<Record<string, readonly string[]>>
  readonly contents?: readonly FakeContent[]
  /** Where customers' messages go; {@link FakeTwilio.pointAt} changes it. */
  readonly webhookUrl?: string
  /** Where an address that Twilio was told really is; signed is always the told one. */
  readonly reach?: (address: string) => string
  /** The most requests for sending in any one second; beyond that 429. */
  readonly perSecond?: number
  readonly retryAfterSeconds?: number
  readonly port?: number
  readonly now?: () => number
}

/** What becomes of one message after it was taken. */
export interface SendOutcome {
  /** States that are reported, in this order; default `sent`, `delivered`. */
  readonly statuses?: readonly string[]
  /** Of the last state, when that is a failure. */
  readonly errorCode?: number
  /** Before the first report, and between two; default 0. */
  readonly delayMs?: number
  /** How often each is reported at once; default 1. */
  readonly copies?: number
  /** Mixes the reports. */
  readonly order?: (reports: readonly Delivery[]) => readonly Delivery[]
  /** Refuses the message itself. */
  readonly refuse?: { readonly status: number; readonly code: number }
  /** The first report arrives before our own request is answered. */
  readonly reportFirst?: boolean
}

/** What was given to be sent. */
export interface WishedSend {
  readonly to: string
  readonly body: string
  readonly contentSid: string | null
}

export interface FakeTwilio {
  /** For `apiBaseUrl` and `contentBaseUrl`. */
  readonly url: string
  readonly accountSid: string
  readonly authToken: string
  readonly state: FakeState
  readonly calls: readonly ProviderCall[]
  /** A customer writes, and the server is told. @param from with `whatsapp:` for WhatsApp */
  writes(
    from: string,
    said: string | CustomerMessage,
  ): Promise<{ readonly sid: string; readonly status: number }>
  /** A customer writes, and nobody is told yet. */
  keeps(from: string, text: string): FakeMessage
  /** The request that brings us what a customer wrote, signed for an address; for tests that deliver by themselves. */
  delivery(sid: string, url: string): Delivery
  /** Every message that was taken, oldest first. */
  sent(): readonly FakeMessage[]
  /** How often something was refused because it came too fast. */
  tooFast(): number
  /** Requests for files at the place that redirects lead to, with the credentials that came, if any. */
  readonly storageCalls: readonly { readonly url: string; readonly authorization?: string }[]
  /** Decides what becomes of what is sent from now on. */
  onSend(decide: (wish: WishedSend) => SendOutcome): void
  /** Reports a state of a message of ours. @returns what we answered */
  reports(sid: string, status: string, errorCode?: number): Promise<readonly number[]>
  /** Which calls fail from now on; without a plan none. */
  misbehave(plan?: FaultPlan): void
  pointAt(webhookUrl: string): void
  /** Where redirects for files lead; undefined = into the fake itself. */
  redirectFilesTo(place: ((file: StoredFile) => string) | undefined): void
  /** Resolves when every report so far has been answered or lost. */
  settled(): Promise<void>
  close(): Promise<void>
}

/** Starts the fake. @param options what the account has */
export async function startFakeTwilio(options: FakeTwilioOptions = {}): Promise<FakeTwilio> {
  const { reach = (address) => address, retryAfterSeconds = 1, perSecond } = options
  const state = stateOf(options)
  const rules: SendRules = { replyWindow: options.replyWindow ?? 'off' }
  const storageCalls: { url: string; authorization?: string }[] = []
  const pending = new Set<Promise<unknown>>()
  const recent: number[] = []
  let { webhookUrl = '' } = options
  let decide: (wish: WishedSend) => SendOutcome = () => ({})
  let storagePlace: ((file: StoredFile) => string) | undefined
  let refusals = 0

  const keep = (work: Promise<unknown>): void => {
    const kept = work.catch(() => undefined).finally(() => pending.delete(kept))
    pending.add(kept)
  }

  const isTooFast = (): boolean => {
    if (perSecond === undefined) return false
    const nowMs = Date.now()
    while ((recent[0] ?? nowMs) <= nowMs - 1_000) recent.shift()
    if (recent.length >= perSecond) return true
    recent.push(nowMs)
    return false
  }

  const messageOf = (sid: string): FakeMessage => {
    const message = state.messages.find((one) => one.sid === sid)
    if (!message) throw new Error(`no message ${sid}`)
    return message
  }

  const reportOf = (message: FakeMessage, status: string, errorCode?: number): Delivery => {
    message.status = status
    message.updatedAtMs = state.now()
    message.sentAtMs ??= status === 'failed' ? null : state.now()
    if (errorCode !== undefined) message.errorCode = errorCode
    const address = message.statusCallback ?? ''
    return signedForm(address, statusParameters(message, state), state.authToken)
  }

  const deliver = (delivery: Delivery, copies = 1): Promise<readonly number[]> =>
    deliverAll([{ ...delivery, url: reach(delivery.url) }], { copies })

  const goesOn = async (message: FakeMessage, outcome: SendOutcome, fails?: number): Promise<void> => {
    const { delayMs = 0, copies = 1, order, errorCode = fails } = outcome
    const statuses = fails === undefined ? (outcome.statuses ?? ['sent', 'delivered']) : ['failed']
    const report = (status: string, index: number): Delivery =>
      reportOf(message, status, index === statuses.length - 1 ? errorCode : undefined)
    if (order) {
      for (const mixed of order(statuses.map(report))) await passOn(message, mixed, delayMs, copies)
      return
    }
    for (const [index, status] of statuses.entries()) {
      // A report tells the state at its time, and so does whoever asks then.
      if (index > 0 && delayMs > 0) await sleep(delayMs)
      await passOn(message, report(status, index), index === 0 ? delayMs : 0, copies)
    }
  }

  const passOn = async (
    message: FakeMessage,
    report: Delivery,
    delayMs: number,
    copies: number,
  ): Promise<void> => {
    if (message.statusCallback === undefined) return
    if (delayMs > 0) await sleep(delayMs)
    await deliver(report, copies).catch(() => undefined)
  }

  const accept = async (form: URLSearchParams): Promise<ProviderAnswer> => {
    if (isTooFast()) {
      refusals += 1
      return refused(429, 20429, 'Too Many Requests', { 'Retry-After': String(retryAfterSeconds) })
    }
    const wish = {
      to: form.get('To') ?? '',
      body: form.get('Body') ?? '',
      contentSid: form.get('ContentSid'),
    }
    const outcome = decide(wish)
    if (outcome.refuse) return refused(outcome.refuse.status, outcome.refuse.code)
    const { answer, message, fails } = acceptMessage(form, state, rules)
    if (!message) return answer
    const follows = goesOn(message, outcome, fails)
    keep(follows)
    if (outcome.reportFirst) await follows
    return answer
  }

  const provider = await startProvider(
    async (call) => {
      if (call.url.startsWith('/storage/')) return fromStorage(call)
      let taken: Promise<ProviderAnswer> | undefined
      const answer = answerCall(call, state, {
        url: () => provider.url,
        accept: (form) => {
          taken = accept(form)
          return { status: 202 }
        },
        storagePlace: (file) => storagePlace?.(file) ?? `${provider.url}/storage/${file.sid}`,
      })
      return taken ?? answer
    },
    options.port === undefined ? {} : { port: options.port },
  )

  const fromStorage = (call: ProviderCall): ProviderAnswer => {
    const { authorization } = call.headers
    storageCalls.push({ url: call.url, ...(authorization === undefined ? {} : { authorization }) })
    const sid = call.url.slice('/storage/'.length)
    const file = state.messages.flatMap(({ media }) => media).find((one) => one.sid === sid)
    return file
      ? { status: 200, headers: { 'Content-Type': file.contentType }, body: file.bytes }
      : { status: 404 }
  }

  return {
    url: provider.url,
    accountSid: state.accountSid,
    authToken: state.authToken,
    state,
    calls: provider.calls,
    storageCalls,
    async writes(sender, said) {
      const what = typeof said === 'string' ? { text: said } : said
      const message = customerWrites(sender, what, state)
      if (what.inVain || webhookUrl === '') return { sid: message.sid, status: 0 }
      const parameters = inboundParameters(message, what, state, provider.url)
      const [status = 0] = await deliver(signedForm(webhookUrl, parameters, state.authToken))
      return { sid: message.sid, status }
    },
    keeps: (from, text) => customerWrites(from, { text }, state),
    delivery(sid, url) {
      const message = messageOf(sid)
      const parameters = inboundParameters(message, { text: message.body }, state, provider.url)
      return signedForm(url, parameters, state.authToken)
    },
    sent: () => state.messages.filter(({ direction }) => direction === 'outbound-api'),
    tooFast: () => refusals,
    onSend: (next) => {
      decide = next
    },
    async reports(sid, status, errorCode) {
      return deliver(reportOf(messageOf(sid), status, errorCode))
    },
    misbehave: provider.misbehave,
    pointAt: (address) => {
      webhookUrl = address
    },
    redirectFilesTo: (place) => {
      storagePlace = place
    },
    async settled() {
      while (pending.size > 0) await Promise.all(pending)
    },
    close: provider.close,
  }
}

function stateOf(options: FakeTwilioOptions): FakeState {
  const nextSid = sidMaker()
  const { numbers = ['+12025550123'], senders = ['+12025550199'], services = {} } = options
  return {
    accountSid: options.accountSid ?? FAKE_ACCOUNT,
    authToken: options.authToken ?? FAKE_TOKEN,
    accountStatus: 'active',
    messages: [],
    numbers: numbers.map((phoneNumber) => ({
      sid: nextSid('PN'),
      phoneNumber,
      sms: true,
      smsUrl: '',
      smsMethod: 'POST',
      smsFallbackUrl: '',
    })),
    senders: senders.map((number) => ({ number, status: 'ONLINE', callbackUrl: '' })),
    services: Object.entries(services).map(([sid, pool]) => ({ sid, numbers: pool, inboundRequestUrl: '' })),
    contents: [...(options.contents ?? [])],
    stopped: new Set(),
    now: options.now ?? Date.now,
    nextSid,
  }
}

function customerWrites(from: string, said: CustomerMessage, state: FakeState): FakeMessage {
  const isWhatsApp = from.startsWith('whatsapp:')
  const ours = isWhatsApp ? `whatsapp:${state.senders[0]?.number}` : state.numbers[0]?.phoneNumber
  const to = said.to ?? ours ?? ''
  const nowMs = state.now()
  const media = (said.media ?? []).map((file) => ({ ...file, sid: state.nextSid('ME') }))
  const message: FakeMessage = {
    sid: state.nextSid(media.length > 0 ? 'MM' : 'SM'),
    direction: 'inbound',
    from,
    to,
    body: said.text ?? said.button?.text ?? said.listItem?.title ?? '',
    status: 'received',
    errorCode: null,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    sentAtMs: nowMs,
    messagingServiceSid: state.services.find(({ numbers }) => numbers.includes(to))?.sid ?? null,
    media,
    mediaUrls: [],
  }
  state.messages.push(message)
  noteWish(message, state)
  return message
}
