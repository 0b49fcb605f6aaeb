/** The built server with mailboxes of a real Dovecot and an SMTP server that delivers into them. */
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ConversationView, MessageView, Page, QuarantineView } from '../../src/domain/views.ts'
import { createDovecot, type DovecotServer, PASSWORD } from './dovecot.ts'
import { lmtpCourier } from './lmtp-courier.ts'
import {
  type BareServer,
  type Call,
  createCall,
  type ServerOptions,
  signIn,
  startBareServer,
  startServer,
  temporaryFolder,
} from './real-server.ts'
import { type SmtpSink, type SunkLetter, startSmtpSink } from './smtp-sink.ts'

/** What Dovecot and the SMTP server deliver for; every other domain's mail ends in the SMTP server. */
export const DOMAIN = 'example.test'

/** How long something that comes by itself may take on a busy machine. */
export const PATIENCE = { timeout: 90_000, interval: 200 }

export interface MailOfficeOptions {
  /** Mailboxes: `name` has the address `name@example.test`. */
  readonly users?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Before a letter is delivered. */
  readonly onMail?: (letter: SunkLetter) => Promise<void>
}

export interface MailOffice {
  readonly folder: string
  readonly dovecot: DovecotServer
  /** Takes what is sent; what is for the mailboxes is delivered. */
  readonly relay: SmtpSink
  /** Calls the server that was started last, as its owner. */
  readonly call: Call
  /** Of the session that \`call\` uses. */
  readonly cookie: () => string
  readonly server: () => BareServer
  /** A web chat channel, as set up with the server. */
  readonly chat: { readonly channelId: string; readonly visitorSecret: string }
  /** Starts another server over the same data; the one before must be gone. */
  start(options?: ServerOptions): Promise<BareServer>
  /** Makes a channel of a mailbox. @returns its id */
  channel(user: string, change?: object, policy?: object): Promise<string>
  metric(name: string): Promise<number>
  close(): Promise<void>
}

/** Starts Dovecot, the SMTP server and the server itself, whose owner is signed in. */
export async function openMailOffice(options: MailOfficeOptions = {}): Promise<MailOffice> {
  const { users = ['support'], onMail } = options
  const env = { OUTBOUND_ALLOW: '127.0.0.1', ...options.env }
  const folder = await temporaryFolder()
  const dovecot = await createDovecot(users)
  await dovecot.start()
  const deliver = lmtpCourier(dovecot.lmtpPort, [DOMAIN])
  const relay = await startSmtpSink({
    security: 'none',
    onMail: async (letter) => {
      await onMail?.(letter)
      await deliver(letter)
    },
  })
  const first = await startServer(folder.path, { env })
  const { channelId, visitorSecret } = first
  let server: BareServer = first
  const { call, cookie } = createCall(() => server.url)
  await signIn(call)
  return {
    folder: folder.path,
    dovecot,
    relay,
    call,
    cookie,
    server: () => server,
    chat: { channelId, visitorSecret },
    async start(more = {}) {
      server = await startBareServer(folder.path, { ...more, env: { ...env, ...more.env } })
      return server
    },
    channel: (user, change = {}, policy) =>
      makeMailChannel(call, mailConfig(user, dovecot.port, relay.port, change), policy),
    metric: (name) => metricOf(server.url, name),
    async close() {
      if (server.child.exitCode === null && server.child.signalCode === null) await server.stop()
      await relay.close()
      await dovecot.remove()
      await folder.remove()
    },
  }
}

/** The settings of a mailbox's channel. */
export const mailConfig = (user: string, imapPort: number, smtpPort: number, change: object = {}) => ({
  fromAddress: `${user}@${DOMAIN}`,
  fromName: user,
  user,
  password: PASSWORD,
  imapHost: '127.0.0.1',
  imapPort,
  imapSecurity: 'none',
  importFrom: 'days',
  importDays: 3_650,
  smtpHost: '127.0.0.1',
  smtpPort,
  smtpSecurity: 'none',
  plusAddressing: true,
  checkAuthentication: false,
  ...change,
})

/** @returns the id of the channel made */
export async function makeMailChannel(call: Call, config: object, policy?: object): Promise<string> {
  const command = { type: 'email', name: 'Mail', config, ...(policy === undefined ? {} : { policy }) }
  const { status, body } = await call('POST', '/channels', command)
  if (status !== 201) throw new Error(`the channel was not made: ${status} ${JSON.stringify(body)}`)
  return String(body['id'])
}

/** The value of a metric without labels; NaN where it is absent. */
export async function metricOf(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN)
}

/** How many letters the sessions of a server have handed to its journal since it started. */
export async function sessionItems(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const values = [...text.matchAll(/^tributary_session_items_total\{[^}]*\} (\S+)$/gm)]
  return values.reduce((sum, [, value]) => sum + Number(value), 0)
}

/** All pages of a list; asks again where the server says that it is too much at once, or is not there. */
export async function everything<T>(call: Call, path: string, cursorName = 'cursor'): Promise<T[]> {
  const items: T[] = []
  for (let after = ''; ; ) {
    const { status, body } = await patiently(call, `${path}${after}`)
    if (status !== 200) throw new Error(`${path}${after} answered ${status}: ${JSON.stringify(body)}`)
    const page = body as unknown as Page<T>
    items.push(...page.items)
    if (page.nextCursor === undefined) return items
    after = `&${cursorName}=${page.nextCursor}`
  }
}

async function patiently(call: Call, path: string): ReturnType<Call> {
  for (let tries = 0; ; tries += 1) {
    const answer = await call('GET', path).catch((error: unknown) => error)
    const gone = answer instanceof Error
    if (!gone) {
      const { status, body } = answer as Awaited<ReturnType<Call>>
      if (status !== 429 && status !== 503) return { status, body }
    }
    if (tries > 60) throw gone ? answer : new Error(`${path} was never answered`)
    await sleep(1_000)
  }
}

const VIEWS = ['all', 'automatic', 'spam']
const STATUSES = ['open', 'pending', 'snoozed', 'resolved']

/** Every conversation of a channel, filed away or not. */
export async function conversationsOf(call: Call, channelId: string): Promise<readonly ConversationView[]> {
  const found = new Map<string, ConversationView>()
  for (const view of VIEWS) {
    for (const status of STATUSES) {
      const path = `/conversations?view=${view}&status=${status}&channelId=${channelId}&limit=100`
      for (const one of await everything<ConversationView>(call, path)) found.set(one.id, one)
    }
  }
  return [...found.values()]
}

/** A thread, oldest first. */
export const messagesOf = async (call: Call, conversationId: string): Promise<readonly MessageView[]> =>
  (
    await everything<MessageView>(call, `/conversations/${conversationId}/messages?limit=200`, 'before')
  ).reverse()

/** What customers wrote to a channel, by conversation. */
export async function inboundOf(call: Call, channelId: string): Promise<readonly MessageView[]> {
  const messages: MessageView[] = []
  for (const { id } of await conversationsOf(call, channelId)) messages.push(...(await messagesOf(call, id)))
  return messages.filter(({ direction, kind }) => direction === 'inbound' && kind === 'message')
}

/** The raw sources of everything in quarantine. */
export async function quarantineOf(call: Call): Promise<readonly Buffer[]> {
  const entries = await everything<QuarantineView>(call, '/quarantine?limit=100')
  const sources: Buffer[] = []
  for (const { id } of entries) {
    const { body } = await patiently(call, `/quarantine/${id}`)
    sources.push(Buffer.from(String(body['rawBase64'] ?? ''), 'base64'))
  }
  return sources
}

/** An ordinary letter, one of a thread; the text names it. */
export interface OrdinaryLetter {
  readonly thread: number
  readonly number: number
  readonly raw: string
}

/** The text by which an ordinary letter is known again. */
export const textOf = (number: number, thread: number): string => `letter ${number} of thread ${thread}`

/** Letters of `threads` customers, each an answer to the customer's first one. */
export function ordinaryLetters(from: number, count: number, threads: number): readonly OrdinaryLetter[] {
  return Array.from({ length: count }, (_, index) => ordinaryLetter(from + index, threads))
}

export function ordinaryLetter(number: number, threads: number, to = `support@${DOMAIN}`): OrdinaryLetter {
  const thread = number % threads
  const idOf = (one: number): string => `<${one}.${thread}@customers.example>`
  const root = thread
  const raw = [
    `From: Customer ${thread} <customer-${thread}@customers.example>`,
    `To: ${to}`,
    `Subject: ${number === root ? '' : 'Re: '}Order ${thread}`,
    `Date: ${new Date(Date.now() - 86_400_000 + number).toUTCString()}`,
    `Message-ID: ${idOf(number)}`,
    ...(number === root ? [] : [`In-Reply-To: ${idOf(root)}`, `References: ${idOf(root)}`]),
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    '',
    textOf(number, thread),
    '',
  ].join('\r\n')
  return { thread, number, raw }
}

/** What is wrong with what the server holds, measured by the ordinary letters delivered. */
export interface MailBalance {
  readonly lost: readonly string[]
  readonly doubled: readonly string[]
  /** Conversations with letters of more than one thread, and threads in more than one conversation. */
  readonly misplaced: readonly string[]
  readonly quarantined: number
}

export const BALANCED: MailBalance = { lost: [], doubled: [], misplaced: [], quarantined: 0 }

/** Compares once; see {@link settledMail}. */
export async function takeMailBalance(
  call: Call,
  channelId: string,
  letters: readonly Pick<OrdinaryLetter, 'number' | 'thread'>[],
): Promise<MailBalance> {
  const counts = new Map<string, number>()
  const places = new Map<string, Set<string>>()
  const threads = new Map<string, Set<string>>()
  for (const { text, conversationId } of await inboundOf(call, channelId)) {
    counts.set(text, (counts.get(text) ?? 0) + 1)
    const thread = text.split(' thread ')[1] ?? text
    places.set(thread, (places.get(thread) ?? new Set()).add(conversationId))
    threads.set(conversationId, (threads.get(conversationId) ?? new Set()).add(thread))
  }
  const quarantined = await quarantineOf(call)
  const kept = new Set(quarantined.map((raw) => raw.toString('latin1').trimEnd().split('\r\n').at(-1) ?? ''))
  const misplaced = [...places, ...threads].filter(([, set]) => set.size > 1).map(([name]) => name)
  return {
    lost: letters
      .map(({ number, thread }) => textOf(number, thread))
      .filter((text) => !counts.has(text) && !kept.has(text)),
    doubled: [...counts].filter(([text, count]) => count > 1 || kept.has(text)).map(([text]) => text),
    misplaced,
    quarantined: quarantined.length,
  }
}

/** The balance once nothing is missing, or once nothing has come for a while. */
export async function settledMail(
  call: Call,
  channelId: string,
  letters: readonly Pick<OrdinaryLetter, 'number' | 'thread'>[],
  quietMs = 60_000,
): Promise<MailBalance> {
  let missing = Number.POSITIVE_INFINITY
  let sinceMs = performance.now()
  for (;;) {
    const balance = await takeMailBalance(call, channelId, letters)
    if (balance.lost.length === 0) return balance
    if (balance.lost.length < missing) sinceMs = performance.now()
    missing = balance.lost.length
    if (performance.now() - sinceMs > quietMs) return balance
    await sleep(500)
  }
}

/** The raw source of a letter, as the server kept it. */
export async function sourceOf(
  { server, cookie }: Pick<MailOffice, 'server' | 'cookie'>,
  messageId: string,
  what: 'source' | 'report' = 'source',
): Promise<Buffer> {
  for (;;) {
    const url = `${server().url}/api/v1/messages/${messageId}/${what}`
    const response = await fetch(url, { headers: { cookie: cookie() } })
    const bytes = Buffer.from(await response.arrayBuffer())
    if (response.status === 200) return bytes
    if (response.status !== 429) throw new Error(`${url} answered ${response.status}`)
    await sleep(1_000)
  }
}

export const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
