import type { MessageInstance } from 'twilio/lib/rest/api/v2010/account/message.js'
import type {
  ConnectorContext,
  OutboundMessage,
  RecordedAmong,
  SentSearch,
} from '../../../src/contract/connector.ts'
import { addressOf } from './address.ts'
import type { ChannelForm } from './channel-form.ts'
import { openClient } from './client.ts'
import type { TwilioConfig } from './config.ts'
import { instantOf, listMessages } from './list-messages.ts'
import { failureIn } from './status.ts'
import { withFacts } from './trouble.ts'

/** Clocks of two machines may differ by so much; Twilio's instants are whole seconds. */
const CLOCK_DIFFERENCE_MS = 10_000
const PAGE_SIZE = 100
const MOST_PAGES = 10

/**
 * Looks among the messages that Twilio has for the customer whether one is this. All of them are listed and not only
 * those with a day of sending, since one that waits in Twilio's queue has none yet.
 */
export function findSent(
  message: OutboundMessage,
  ctx: ConnectorContext<TwilioConfig>,
  recordedAmong: RecordedAmong,
  form: ChannelForm,
): Promise<SentSearch> {
  return withFacts(async () => {
    const client = await openClient(ctx)
    const sinceMs = message.writtenAtMs - CLOCK_DIFFERENCE_MS
    const { messages, whole } = await listMessages(
      client,
      { to: addressOf(message.to.identityExternalId, form), pageSize: PAGE_SIZE },
      {
        mostPages: MOST_PAGES,
        signal: ctx.signal,
        keep: (one) =>
          one.direction !== 'inbound' &&
          instantOf(one.dateCreated) >= sinceMs &&
          isFromUs(one, ctx.config, form),
        enough: (page) => page.every((one) => instantOf(one.dateCreated) < sinceMs),
      },
    )
    const recorded = await recordedAmong(messages.map(({ sid }) => sid))
    const candidates = messages.filter(({ sid }) => !recorded.has(sid))
    const found = candidates.filter((one) => isSame(one, message, form))
    // An attempt that failed is no rival of one that did not: a person has sent it again.
    const standing = found.filter((one) => failureIn(one) === undefined)
    const [only = found[0]] = standing
    const isHidden = candidates.some((one) => isUnreadable(one, message))
    if (standing.length > 1 || (standing.length === 0 && (isHidden || !whole))) return { found: 'unknown' }
    return only === undefined ? { found: 'not-sent' } : foundAs(only)
  })
}

function foundAs(one: MessageInstance): SentSearch {
  const failure = failureIn(one)
  if (failure) return { found: 'failed', receipt: { externalId: one.sid }, failure }
  const status = one.status === 'delivered' || one.status === 'read' ? 'delivered' : 'sent'
  return { found: 'sent', receipt: { externalId: one.sid, status } }
}

function isFromUs(one: MessageInstance, config: TwilioConfig, form: ChannelForm): boolean {
  return config.sender === 'service'
    ? one.messagingServiceSid === config.messagingServiceSid
    : one.from === `${form.prefix}${config.number}`
}

function isSame(one: MessageInstance, message: OutboundMessage, form: ChannelForm): boolean {
  const shown = fold(one.body)
  // A template may bring files of its own, and addresses behind its buttons that its text does not show.
  if (message.template) return shown !== '' && fold(message.text).startsWith(shown)
  return Number(one.numMedia) === message.attachments.length && shown === fold(form.write(message))
}

/** Twilio may have changed quotes and dashes for simpler ones, to save a segment: letters and digits stay. */
function fold(text: string | null): string {
  const plain = (text ?? '').normalize('NFKC')
  return plain.replace(/[^\p{L}\p{N}]/gu, '') || plain.trim()
}

const isUnreadable = (one: MessageInstance, { text }: OutboundMessage): boolean =>
  (one.body ?? '') === '' && text !== ''
