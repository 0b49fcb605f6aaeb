/** Letters and mailboxes for tests of a mail channel. */
import { Readable } from 'node:stream'
import type { EmailConfig } from '../../connectors/email/config.ts'
import type { OutboundAttachment, OutboundLetter, OutboundMessage } from '../../src/contract/connector.ts'
import type { ConnectorErrorFacts } from '../../src/contract/connector-error.ts'
import { ConnectorError } from '../../src/contract/connector-error.ts'

export const TOKEN = 'abcdefghijklmnopqrstuvwxyz234567'

/** A mailbox on servers of 127.0.0.1 that speak in the clear. */
export const mailbox = (change: Partial<EmailConfig> = {}): EmailConfig => ({
  provider: 'other',
  fromAddress: 'help@shop.example',
  fromName: 'Shop',
  aliases: [],
  signature: '',
  user: 'help@shop.example',
  authentication: 'password',
  password: 'correct horse battery staple',
  oauthTokenEndpoint: '',
  oauthClientId: '',
  oauthScope: '',
  imapHost: 'localhost',
  imapPort: 143,
  imapSecurity: 'none',
  folder: 'INBOX',
  importFrom: 'now',
  importDays: 7,
  wholeMegabytes: 10,
  smtpHost: 'localhost',
  smtpPort: 25,
  smtpSecurity: 'none',
  plusAddressing: false,
  saveSent: true,
  sameSubjectDays: 7,
  authservIds: [],
  checkAuthentication: false,
  dkimDomain: '',
  dkimSelector: '',
  ...change,
})

export const letter = (change: Partial<OutboundLetter> = {}): OutboundLetter => ({
  subject: 'Re: Where is my order?',
  to: [{ address: 'ada@customer.example', name: 'Ada Lovelace' }],
  cc: [],
  bcc: [],
  references: [],
  ...change,
})

export const outbound = (change: Partial<OutboundMessage> = {}): OutboundMessage => ({
  id: 'f'.repeat(24),
  attempt: 1,
  to: { identityExternalId: 'ada@customer.example', threadKey: 'ada@customer.example' },
  author: { name: 'Agnes' },
  text: 'It left this morning.\n\nAgnes',
  attachments: [],
  token: TOKEN,
  writtenAtMs: Date.UTC(2026, 10, 23, 12, 30, 5),
  automatic: false,
  letter: letter(),
  ...change,
})

/** A file that can be opened again and again, in chunks of some size. */
export const file = (
  name: string,
  bytes: Uint8Array,
  contentType = 'application/octet-stream',
  chunk = 1_000,
): OutboundAttachment => ({
  id: name,
  name,
  contentType,
  sizeBytes: bytes.length,
  publicUrl: () => 'https://inbox.example/files/1',
  open: async () =>
    Readable.from(
      (function* () {
        for (let at = 0; at < bytes.length; at += chunk) yield Buffer.from(bytes.subarray(at, at + chunk))
      })(),
      { objectMode: false },
    ),
})

/** What a connector threw. @throws Error when it threw nothing, or something else */
export async function factsOf(act: Promise<unknown>): Promise<ConnectorErrorFacts> {
  try {
    await act
  } catch (error) {
    if (error instanceof ConnectorError) return error.facts
    throw error
  }
  throw new Error('nothing was thrown')
}
