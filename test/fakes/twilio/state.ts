/** What the fake Twilio knows: messages, files, numbers and templates. */
import { randomBytes } from 'node:crypto'

/** A file that a customer sent. */
export interface FakeFile {
  readonly contentType: string
  readonly bytes: Uint8Array
}

export interface StoredFile extends FakeFile {
  readonly sid: string
}

/** A message as Twilio keeps it. */
export interface FakeMessage {
  readonly sid: string
  readonly direction: 'inbound' | 'outbound-api'
  readonly from: string
  readonly to: string
  body: string
  status: string
  errorCode: number | null
  readonly createdAtMs: number
  updatedAtMs: number
  sentAtMs: number | null
  readonly messagingServiceSid: string | null
  readonly media: readonly StoredFile[]
  /** Addresses that an outgoing message named for its files. */
  readonly mediaUrls: readonly string[]
  readonly statusCallback?: string
  readonly contentSid?: string
  readonly contentVariables?: Readonly<Record<string, string>>
}

/** A number of the account. */
export interface FakeNumber {
  readonly sid: string
  readonly phoneNumber: string
  readonly sms: boolean
  smsUrl: string
  smsMethod: string
  smsFallbackUrl: string
}

/** A template as Twilio's Content API shows it. */
export interface FakeContent {
  readonly sid: string
  readonly friendly_name: string
  readonly language: string
  readonly variables: Readonly<Record<string, string>>
  readonly types: Readonly<Record<string, unknown>>
  readonly approval_requests: Readonly<Record<string, unknown>>
}

export interface FakeState {
  readonly accountSid: string
  readonly authToken: string
  accountStatus: string
  /** The newest last. */
  readonly messages: FakeMessage[]
  readonly numbers: FakeNumber[]
  /** WhatsApp senders, without the prefix. */
  readonly senders: { readonly number: string; readonly status: string; callbackUrl: string }[]
  readonly services: {
    readonly sid: string
    readonly numbers: readonly string[]
    inboundRequestUrl: string
  }[]
  readonly contents: FakeContent[]
  /** Customers who wrote STOP, by `our number + his`. */
  readonly stopped: Set<string>
  readonly now: () => number
  readonly nextSid: (prefix: string) => string
}

/** Ids of Twilio's form; no two fakes give the same. */
export function sidMaker(): (prefix: string) => string {
  const own = randomBytes(12).toString('hex')
  let count = 0
  return (prefix) => {
    count += 1
    return `${prefix}${own}${count.toString(16).padStart(8, '0')}`
  }
}
