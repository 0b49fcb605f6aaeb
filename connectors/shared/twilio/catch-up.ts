import type { Twilio } from 'twilio'
import type { MessageInstance } from 'twilio/lib/rest/api/v2010/account/message.js'
import type { ConnectorContext, PushItem } from '../../../src/contract/connector.ts'
import { type AddressForm, keyOf } from './address.ts'
import { openClient } from './client.ts'
import type { TwilioConfig } from './config.ts'
import { instantOf, listMessages } from './list-messages.ts'
import { type ListedMessage, RESOURCE_TYPE } from './listed.ts'
import { receiptStatusOf } from './status.ts'
import { withFacts } from './trouble.ts'

const PAGE_SIZE = 1_000
const MOST_PAGES = 100
/** Twilio's instants are whole seconds, and its clock may differ from ours. */
const OVERLAP_MS = 60_000
/** How long ago a message may have been sent whose state still changes. */
const STATUS_AGE_MS = 6 * 3_600_000

/** Pushes what customers wrote since, and what became of what we wrote, oldest first. */
export function catchUp(
  ctx: ConnectorContext<TwilioConfig>,
  sinceMs: number,
  push: PushItem,
  form: AddressForm,
): Promise<void> {
  return withFacts(async () => {
    const client = await openClient(ctx)
    const fromMs = sinceMs - OVERLAP_MS
    const inbound = await inboundSince(client, fromMs, ctx, form)
    for (const one of inbound) {
      if (ctx.signal.aborted) return
      await push(itemOf(await withMedia(client, one), one.sid, one.from))
    }
    const outbound = await outboundSince(client, fromMs, ctx, form)
    for (const one of outbound) {
      if (ctx.signal.aborted) return
      await push(itemOf(listed(one, []), `${one.sid}:${one.status}`, one.to))
    }
  })
}

async function inboundSince(
  client: Twilio,
  sinceMs: number,
  ctx: ConnectorContext<TwilioConfig>,
  form: AddressForm,
): Promise<readonly MessageInstance[]> {
  const { config } = ctx
  const dateSentAfter = new Date(sinceMs)
  const ours = config.sender === 'service' ? await poolOf(client, config, form) : undefined
  const filter =
    ours === undefined
      ? { to: `${form.prefix}${config.number}`, dateSentAfter, pageSize: PAGE_SIZE }
      : { dateSentAfter, pageSize: PAGE_SIZE }
  const messages = await everything(client, filter, ctx)
  return messages.filter(
    ({ direction, to, messagingServiceSid }) =>
      direction === 'inbound' &&
      (ours === undefined || ours.has(to) || messagingServiceSid === config.messagingServiceSid),
  )
}

async function outboundSince(
  client: Twilio,
  sinceMs: number,
  ctx: ConnectorContext<TwilioConfig>,
  form: AddressForm,
): Promise<readonly MessageInstance[]> {
  const { sender, number, messagingServiceSid } = ctx.config
  const dateSentAfter = new Date(sinceMs - STATUS_AGE_MS)
  const filter =
    sender === 'service'
      ? { dateSentAfter, pageSize: PAGE_SIZE }
      : { from: `${form.prefix}${number}`, dateSentAfter, pageSize: PAGE_SIZE }
  const messages = await everything(client, filter, ctx)
  return messages.filter(
    (one) =>
      one.direction !== 'inbound' &&
      (sender !== 'service' || one.messagingServiceSid === messagingServiceSid) &&
      receiptStatusOf(one.status) !== undefined &&
      instantOf(one.dateUpdated) >= sinceMs,
  )
}

async function everything(
  client: Twilio,
  filter: Parameters<typeof listMessages>[1],
  { signal, logger }: ConnectorContext<TwilioConfig>,
): Promise<readonly MessageInstance[]> {
  const { messages, whole } = await listMessages(client, filter, { mostPages: MOST_PAGES, signal })
  if (!whole) logger.warn({ messages: messages.length }, 'not all messages of the gap could be listed')
  return messages.toReversed()
}

/** The numbers that a messaging service takes messages with. */
async function poolOf(client: Twilio, config: TwilioConfig, form: AddressForm): Promise<ReadonlySet<string>> {
  const service = client.messaging.v1.services(config.messagingServiceSid)
  if (form.prefix !== '') {
    const senders = await service.channelSenders.list({ limit: 1_000 })
    return new Set(senders.map(({ sender }) => sender))
  }
  const numbers = await service.phoneNumbers.list({ limit: 1_000 })
  const shortCodes = await service.shortCodes.list({ limit: 1_000 })
  return new Set([
    ...numbers.map(({ phoneNumber }) => phoneNumber),
    ...shortCodes.map(({ shortCode }) => shortCode),
  ])
}

async function withMedia(client: Twilio, one: MessageInstance): Promise<ListedMessage> {
  if (Number(one.numMedia) === 0) return listed(one, [])
  const media = await client.messages(one.sid).media.list({ limit: 30 })
  return listed(
    one,
    // Newest first, as all of Twilio's lists are.
    media.toReversed().map(({ uri, contentType }) => ({ path: uri.replace(/\.json$/, ''), contentType })),
  )
}

function listed(one: MessageInstance, media: ListedMessage['media']): ListedMessage {
  const { sid, direction, from, to, status, errorCode } = one
  return {
    sid,
    direction,
    from: from ?? '',
    to: to ?? '',
    body: one.body ?? '',
    status,
    ...(errorCode ? { errorCode: String(errorCode) } : {}),
    createdAtMs: instantOf(one.dateCreated),
    updatedAtMs: instantOf(one.dateUpdated),
    media,
  }
}

/** The same key as a webhook's, so that whichever comes second is not even journaled. */
const itemOf = (message: ListedMessage, key: string, sender: string) => ({
  key: keyOf(key),
  sender: keyOf(sender),
  body: Buffer.from(JSON.stringify(message)),
  contentType: RESOURCE_TYPE,
  facts: {},
})
