import type { Readable } from 'node:stream'
import type { Capabilities } from '../domain/capabilities.ts'
import type { ChannelMark } from '../domain/channel-mark.ts'
import type { ChannelId, ChannelType } from '../domain/ids.ts'
import type { LetterAddress } from '../domain/letter.ts'
import type { FilledTemplate, MessageTemplate } from '../domain/message-template.ts'
import type { TextSpan } from '../domain/text-spans.ts'
import type { CheckResult } from './check-result.ts'
import type { ConfigField, ConfigValues } from './config-field.ts'
import type { ConnectorErrorFacts } from './connector-error.ts'
import type { AttachmentRef, InboundEvent } from './inbound-event.ts'
import type { JournaledRequest, RawRequest, Verification, Verified, WebhookAnswer } from './raw-request.ts'
import type { SetupStep } from './setup-step.ts'
import type { VisitorAccess } from './visitor-access.ts'

/** The part of a logger that a connector gets. Secrets of the channel are redacted. */
export interface ConnectorLogger {
  debug(facts: object, message: string): void
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}

/** A connector's durable place mark, for sessions. */
export interface Checkpoint {
  read(): Promise<Readonly<Record<string, unknown>> | undefined>
  /** Resolves once journaled on disk; throws when this node no longer holds the channel's lease. */
  write(value: Readonly<Record<string, unknown>>): Promise<void>
}

/** What a connector last knows of its platform; `detail` in words, never a secret. */
export interface HealthReport {
  readonly state: 'healthy' | 'degraded' | 'failing'
  /**
   * What of the channel it is said of: the worst part is what people see. `receiving` when a session leaves it out;
   * otherwise, left out, it is said of the whole and takes the place of all that was said before.
   */
  readonly part?: 'receiving' | 'sending'
  readonly code?: string
  readonly detail?: string
}

/** All that a connector may touch. */
export interface ConnectorContext<C> {
  readonly config: C
  readonly channelId: ChannelId
  /** Where the platform reaches this channel. */
  readonly webhookUrl: string
  /** Of a connector with either way in: the one that counts with these settings. Absent where there is no choice. */
  readonly receives?: 'webhook' | 'session'
  readonly logger: ConnectorLogger
  /** Goes through the SSRF guard: internal addresses are refused at connect time, redirects are not followed. */
  readonly fetch: typeof globalThis.fetch
  /**
   * For connectors that open sockets of their own: the address to connect to. Names and addresses inside our own
   * network are refused with a ConnectorError `destination-not-allowed`; connect to what it answers, not to the name.
   */
  readonly resolveHost: (host: string) => Promise<string>
  /** DNS records, for checks of a sender; like `node:dns` `resolve`. */
  readonly resolveDns: (name: string, type: string) => Promise<unknown>
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  readonly checkpoint: Checkpoint
  readonly reportHealth: (report: HealthReport) => void
  /**
   * Stores a `secret` setting that the platform has replaced, such as a token that renews itself: whoever starts later
   * finds the new one in `config`. Nothing is restarted for it. What a person has set since stands: the value is then
   * dropped. Throws when it cannot be stored; the connector is to go on with it and to try again.
   */
  readonly keepSecret: (key: string, value: string) => Promise<void>
  /** Aborts when the channel is paused, changed or the server stops. */
  readonly signal: AbortSignal
}

/** One message ready to go: already planned against the capabilities. */
export interface OutboundMessage {
  /**
   * Stable over all attempts: use it as the idempotency key where the platform knows one. Another one only when a person
   * sends again what the platform had taken and then told of as failed.
   */
  readonly id: string
  readonly attempt: number
  readonly to: { readonly identityExternalId: string; readonly threadKey: string }
  readonly author: { readonly name: string }
  readonly text: string
  readonly attachments: readonly OutboundAttachment[]
  readonly subject?: string
  readonly replyToExternalId?: string
  /**
   * Names this message in whatever comes back: put into the addresses and ids of what is sent, where the platform has
   * such, and handed back by `parse` ({@link InboundLetter.tokens}). 32 characters of a-z and 2-7; ours alone make one.
   */
  readonly token: string
  /** When it was recorded, milliseconds since the epoch: the same at every attempt. */
  readonly writtenAtMs: number
  /** No person wrote it: it must be marked so, and nothing may come back for it. */
  readonly automatic: boolean
  readonly letter?: OutboundLetter
  /** Formatting of `text`, only where the capabilities declare it. */
  readonly spans?: readonly TextSpan[]
  /** Set when it goes out as an approved message; `text` is then what the customer reads. */
  readonly template?: FilledTemplate
}

/** What a message is beside its text on channels that carry letters; planned, sanitised, complete. */
export interface OutboundLetter {
  readonly subject: string
  readonly to: readonly LetterAddress[]
  readonly cc: readonly LetterAddress[]
  readonly bcc: readonly LetterAddress[]
  /** The body with signature and quotation, formatted. `text` of the message is the same in plain text. */
  readonly html?: string
  /** The id of the letter it answers, without angle brackets. */
  readonly inReplyTo?: string
  /** Oldest first, without angle brackets. */
  readonly references: readonly string[]
}

/** A file to send; `open` may be called again for another attempt. */
export interface OutboundAttachment {
  readonly id: string
  readonly name: string
  readonly contentType: string
  readonly sizeBytes: number
  open(): Promise<Readable>
  /** An address under `PUBLIC_URL` from which the platform may fetch it for two days, signed, for this file only. */
  publicUrl(): string
}

/** The platform took it. */
export interface SendReceipt {
  /** The platform's id, unique per channel; later receipts name it. */
  readonly externalId: string
  /** `sent` unless the platform already says more. */
  readonly status?: 'sent' | 'delivered'
}

/** The platform calls us. All three functions are synchronous, and `parse` is pure, total and deterministic. */
export interface WebhookInbound<C> {
  readonly kind: 'webhook'
  /** Largest body in bytes. */
  readonly maxBodyBytes: number
  verify(request: RawRequest, config: C): Verification
  /** Same bytes, same events, same ids. Junk becomes `unsupported`, never an exception. */
  parse(request: Verified<JournaledRequest>): readonly InboundEvent[]
  /** What the platform hears once the journal has the event. */
  acknowledge(request: Verified<JournaledRequest>): WebhookAnswer
}

/** A raw item pulled from a session. */
export interface RawItem {
  /** The same at every refetch of the same item. */
  readonly key: string
  /** Items of one sender are projected in their order; the channel as a whole when left out. */
  readonly sender?: string
  /** At most 14 MiB. */
  readonly body: Uint8Array
  readonly contentType: string
  readonly facts: Readonly<Record<string, string>>
}

/** Resolves once the item is journaled on disk, also when it was before. */
export type PushItem = (item: RawItem) => Promise<void>

/** We call the platform and stay connected. One node holds a channel's session at a time, by a fenced lease. */
export interface SessionInbound<C> {
  readonly kind: 'session'
  /** Runs until `ctx.signal` aborts. `push` resolves once the item is journaled; only then may the checkpoint move. */
  open(ctx: ConnectorContext<C>, push: PushItem): Promise<void>
  /**
   * Same bytes, same events, same ids, like a webhook's. Runs in a thread of its own with limits of time and memory,
   * so it may take a while and may be asynchronous; it may not touch anything but its argument.
   */
  parse(request: Verified<JournaledRequest>): readonly InboundEvent[] | Promise<readonly InboundEvent[]>
}

/** Either way in, by the settings and by whether the platform can reach this server. */
export interface EitherInbound<C> {
  readonly kind: 'either'
  /** Each of the two `parse` understands what the other way brought, too: the settings may have changed in between. */
  readonly webhook: WebhookInbound<C>
  readonly session: SessionInbound<C>
  /** Pure. */
  choose(config: C, facts: WayFacts): 'webhook' | 'session'
}

/** What a way in is chosen by beside the settings. */
export interface WayFacts {
  /** Whether `PUBLIC_URL` is an https address that is not this machine's own. */
  readonly reachable: boolean
  /** Its port, for platforms that do not call any; left out where it is that of its scheme. */
  readonly port?: number
}

/** What became of a message whose sending was cut off, as the platform says. */
export type SentSearch =
  | { readonly found: 'sent'; readonly receipt: SendReceipt }
  /** It was taken, and did not reach the customer: as a report of the platform would say it. */
  | {
      readonly found: 'failed'
      readonly receipt: SendReceipt
      readonly failure: Pick<ConnectorErrorFacts, 'code' | 'detail' | 'optedOut'>
    }
  /** The platform surely has not taken it, nor will: it may be sent again. */
  | { readonly found: 'not-sent' }
  | { readonly found: 'unknown' }

/** Which of these ids of the platform's belong to messages of the channel that are recorded. */
export type RecordedAmong = (externalIds: readonly string[]) => Promise<ReadonlySet<string>>

/** What a platform tells of a customer when asked. */
export interface IdentityFacts {
  readonly displayName?: string
  readonly email?: string
  readonly phone?: string
  readonly attributes?: Readonly<Record<string, string>>
  /** True when the platform vouches for email and phone. */
  readonly verified: boolean
  /** Fetched with `fetchAttachment`. */
  readonly avatar?: Extract<AttachmentRef, { kind: 'remote' }>
}

/**
 * One kind of platform. A connector knows nothing of the core beyond this contract; adding one is one folder and one
 * line in the registry.
 */
export interface Connector<C = ConfigValues> {
  readonly type: ChannelType
  readonly displayName: string
  /** One sentence for the page where channels are added. */
  readonly summary: string
  /** Shown beside its name wherever conversations of several kinds stand together; left out, its initials are. */
  readonly mark?: ChannelMark
  readonly configFields: readonly ConfigField[]
  /** What is to be done on the platform's side, shown beside the settings. */
  readonly setup?: readonly SetupStep[]
  /** Cheap and pure. */
  capabilities(config: C): Capabilities
  /** "Test connection"; may block for seconds; never throws but for {@link ConnectorError}. */
  check(ctx: ConnectorContext<C>): Promise<CheckResult>
  /** Called after the channel is saved or resumed, e.g. to set a webhook; safe to repeat. */
  activate?(ctx: ConnectorContext<C>): Promise<void>
  /** Called when the channel is paused or deleted; safe to repeat. */
  deactivate?(ctx: ConnectorContext<C>): Promise<void>
  /**
   * Whether changed settings name another place with the platform, such as another number or bot. Then `deactivate` is
   * called with those of before, ahead of `activate` with the new ones. Cheap and pure; left out, they never do.
   */
  relocates?(before: C, after: C): boolean
  readonly inbound: WebhookInbound<C> | SessionInbound<C> | EitherInbound<C>
  /**
   * Called once a webhook's request is journaled, beside the acknowledgement, for what a platform expects as a call of
   * its own, such as the answer to a pressed button. Best effort: it may be called again for the same request, or never
   * when the server dies. Has ten seconds. Throws ConnectorError only. A session does such things itself.
   */
  afterInbound?(request: Verified<JournaledRequest>, ctx: ConnectorContext<C>): Promise<void>
  /** Present when customers hold a live client of ours. */
  readonly visitors?: VisitorAccess<C>
  /**
   * How long one `send` may take, milliseconds; 55 seconds where nothing is said. For so long nobody else touches the
   * message, and what was begun when it is over counts as uncertain unless it may be repeated.
   */
  readonly sendLimitMs?: number
  /**
   * Where on the platform a conversation lies, by its thread: those with the same place share the limits that
   * `pacing` sets a thread. Left out, each has a place of its own. Pure.
   */
  placeOf?(threadKey: string): string
  /** Throws ConnectorError only. */
  send(message: OutboundMessage, ctx: ConnectorContext<C>): Promise<SendReceipt>
  /**
   * A second effect of sending, such as the copy in the folder of what was sent. Called after the message is settled
   * as sent, again and again until it succeeds: it must look whether it was done before. Throws ConnectorError only.
   */
  fileSent?(message: OutboundMessage, receipt: SendReceipt, ctx: ConnectorContext<C>): Promise<void>
  /**
   * Looks whether an earlier attempt of this message arrived, when that is uncertain: after a timeout, a cut connection
   * or the death of the server. Called some seconds after the attempt. What is recorded as another message is not this
   * one, however like it is. Throws ConnectorError only.
   */
  findSent?(
    message: OutboundMessage,
    ctx: ConnectorContext<C>,
    recordedAmong: RecordedAmong,
  ): Promise<SentSearch>
  /**
   * Pushes what the platform may have delivered in vain since `sinceMs`, at the start and every few minutes: what came
   * in already may come again, since `externalId` removes it. `parse` understands what is pushed here. One node does so
   * at a time for each channel. Throws ConnectorError only.
   */
  catchUp?(ctx: ConnectorContext<C>, sinceMs: number, push: PushItem): Promise<void>
  /** The approved messages of this channel. Throws ConnectorError only. */
  listTemplates?(ctx: ConnectorContext<C>): Promise<readonly MessageTemplate[]>
  /** What the platform knows of a customer, where `parse` cannot tell it. Throws ConnectorError only. */
  lookUpIdentity?(externalId: string, ctx: ConnectorContext<C>): Promise<IdentityFacts | undefined>
  fetchAttachment?(
    ref: Extract<AttachmentRef, { kind: 'remote' }>,
    ctx: ConnectorContext<C>,
  ): Promise<Readable>
  /** These four are present exactly if the capabilities declare them native. */
  sendTyping?(to: OutboundMessage['to'], ctx: ConnectorContext<C>): Promise<void>
  markRead?(externalId: string, to: OutboundMessage['to'], ctx: ConnectorContext<C>): Promise<void>
  editMessage?(externalId: string, message: OutboundMessage, ctx: ConnectorContext<C>): Promise<void>
  deleteMessage?(externalId: string, to: OutboundMessage['to'], ctx: ConnectorContext<C>): Promise<void>
}
