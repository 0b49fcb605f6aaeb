import type { CheckResult } from '../../src/contract/check-result.ts'
import type { Connector } from '../../src/contract/connector.ts'
import type { Capabilities } from '../../src/domain/capabilities.ts'
import type { RetrySchedule } from '../../src/domain/delivery.ts'
import type { ChannelType } from '../../src/domain/ids.ts'
import type { EmailConfig } from './config.ts'
import { checkMailbox } from './imap/check.ts'
import type { MailContext } from './imap/connect.ts'
import { fetchLetterFile } from './imap/fetch-file.ts'
import { openMailbox } from './imap/session.ts'
import { checkAuthentication } from './machines/check-authentication.ts'
import { parse } from './parse.ts'
import { withProvider } from './providers.ts'
import { configFields } from './settings.ts'
import { plusAddress } from './smtp/address.ts'
import { checkSending } from './smtp/check.ts'
import { fileSentLetter } from './smtp/file-sent.ts'
import { sendLetter } from './smtp/send.ts'

const MEGABYTE = 1_000_000
const MINUTE_MS = 60_000

/** Five days with the delays' chance in the middle, never less than three (RFC 5321 §4.5.4.1 wants four to five). */
const RETRY: RetrySchedule = { maxAttempts: 165, firstDelayMs: MINUTE_MS, longestDelayMs: 60 * MINUTE_MS }

const CAPABILITIES: Capabilities = {
  workType: 'email',
  text: { support: 'native', maxLength: 500_000, overLimit: 'refuse' },
  attachments: {
    support: 'native',
    maxBytes: 20 * MEGABYTE,
    maxPerMessage: 20,
    // On the way they grow by a third; few servers take more.
    maxTotalBytes: 25 * MEGABYTE,
    contentTypes: [],
  },
  replyTo: 'native',
  reactions: 'absent',
  typing: 'absent',
  markRead: 'absent',
  editMessage: 'absent',
  deleteMessage: 'absent',
  // Nobody says that a letter arrived; that it did not comes as a status.
  receipts: { delivered: 'absent', read: 'absent' },
  startConversation: 'native',
  // The other side may drop a second copy by its Message-ID, but need not.
  idempotentSend: false,
  retry: RETRY,
}

/**
 * Twenty-five megabytes take minutes where the line is slow, and then a server may think for ten (RFC 5321
 * §4.5.3.2.6).
 */
const SEND_LIMIT_MS = 15 * MINUTE_MS

/** Gmail counts what goes over the wire, with the third that files grow by. */
const GMAIL_TOTAL_BYTES = 18 * MEGABYTE

function capabilities(config: EmailConfig): Capabilities {
  const { provider, fromAddress, aliases, signature, sameSubjectDays } = config
  const ownAddresses = [...new Set([fromAddress, ...aliases].map((address) => address.toLowerCase()))]
  const { attachments } = CAPABILITIES
  const limits = { maxBytes: GMAIL_TOTAL_BYTES, maxTotalBytes: GMAIL_TOTAL_BYTES }
  return {
    ...CAPABILITIES,
    attachments: provider === 'gmail' ? { ...attachments, ...limits } : attachments,
    letters: { maxRecipients: 50, signature, ownAddresses, sameSubjectDays },
  }
}

/** As long as every token is. */
const ANY_TOKEN = 'a'.repeat(32)

/** Both ways at once; of what fails the first is told, with the side it is on. */
async function check(ctx: MailContext): Promise<CheckResult> {
  const [receiving, sending] = await Promise.all([checkMailbox(ctx), checkSending(ctx)])
  if (!receiving.ok) return { ...receiving, detail: `Receiving: ${receiving.detail}` }
  if (!sending.ok) return { ...sending, detail: `Sending: ${sending.detail}` }
  const said = [`Receiving: ${receiving.detail ?? 'ready.'}`, `Sending: ${sending.detail ?? 'ready.'}`]
  return { ok: true, detail: [...said, ...remarks(ctx.config)].join(' ') }
}

/** What works and is still worth a thought. */
function remarks(config: EmailConfig): readonly string[] {
  const { imapSecurity, smtpSecurity, plusAddressing, fromAddress } = withProvider(config)
  return [
    ...(imapSecurity === 'none' || smtpSecurity === 'none'
      ? ['Without encryption password and mail can be read on the way.']
      : []),
    ...(plusAddressing && plusAddress(fromAddress, ANY_TOKEN) === undefined
      ? ['The address is too long to carry a mark for answers; they are known by the letters they name.']
      : []),
  ]
}

/** A mailbox: letters come by IMAP and go by SMTP. */
export const email: Connector<EmailConfig> = {
  type: 'email' as ChannelType,
  displayName: 'Email',
  summary: 'A support address: letters in and out of a mailbox, in threads that hold.',
  mark: {
    color: '#566b78',
    path: 'M3 6h18v12H3zM3.5 7l8.5 6.5L20.5 7',
  },
  configFields,
  capabilities,
  check,
  inbound: {
    kind: 'session',
    open: (ctx, push) =>
      openMailbox(ctx, push, ctx.config.checkAuthentication ? { checkAuthentication } : {}),
    parse,
  },
  sendLimitMs: SEND_LIMIT_MS,
  send: (message, ctx) => sendLetter(message, ctx),
  fileSent: (message, receipt, ctx) => fileSentLetter(message, receipt, ctx),
  fetchAttachment: fetchLetterFile,
}
