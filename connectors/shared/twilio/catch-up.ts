import { setTimeout as sleep } from 'node:timers/promises'
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
/** Of messages of ours: what is beyond is left to Twilio's own reports. */
const MOST_PAGES = 100
/** Customers' messages are listed number by number, unless a service has more of them. */
const MOST_NUMBERS = 50
/** Twilio's instants are whole seconds, and its clock may differ from ours. */
const OVERLAP_MS = 60_000
/** How long ago a message may have been sent whose state still changes. */
const STATUS_AGE_MS = 6 * 3_600_000
/**
 * So old is a message when it is pushed. Twilio's call tells more of it than its list, which has no places, buttons and
 * wishes, and files only after some seconds: it goes first where it comes.
 */
const SETTLED_MS = 20_000
/**
 * What a customer wrote has a key of its own here: under the webhook's a listed copy that waits would shut out the call,
 * which tells more and may have lain on some disk. Of a state both tell the same, and bear the same key.
 */
const LISTED = 'listed'
/** Messages whose files are asked for at the same time. */
const AT_ONCE = 10

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
    const settledMs = ctx.clock() - SETTLED_MS
    const settled = inbound.filter((one) => instantOf(one.dateCreated) <= settledMs)
    const pushInbound = async (one: MessageInstance) => {
      const message = await withMedia(client, one)
      return () => push(itemOf(message, `${LISTED}:${one.sid}`, one.from))
    }
    await inTurn(settled, pushInbound, ctx.signal)
    if (ctx.signal.aborted) return
    const outbound = await outboundSince(client, fromMs, ctx, form)
    await inTurn(
      outbound,
      async (one) => () => push(itemOf(listed(one, []), `${one.sid}:${one.status}`, one.to)),
      ctx.signal,
    )
    const young = inbound.slice(settled.length)
    await untilSettled(young, ctx)
    await inTurn(young, pushInbound, ctx.signal)
  })
}

/** Makes some ready at a time, and pushes all in their order; nothing more once it is to end. */
async function inTurn(
  messages: readonly MessageInstance[],
  prepare: (message: MessageInstance) => Promise<() => Promise<void>>,
  signal: AbortSignal,
): Promise<void> {
  for (let from = 0; from < messages.length && !signal.aborted; from += AT_ONCE) {
    const ready = await Promise.all(messages.slice(from, from + AT_ONCE).map(prepare))
    const pushUnlessOver = async (pushOne: () => Promise<void>) => {
      if (!signal.aborted) await pushOne()
    }
    await Promise.all(ready.map(pushUnlessOver))
  }
}

async function untilSettled(
  young: readonly MessageInstance[],
  { clock, signal }: ConnectorContext<TwilioConfig>,
): Promise<void> {
  const youngestMs = Math.max(0, ...young.map((one) => instantOf(one.dateCreated)))
  const waitMs = Math.min(SETTLED_MS, youngestMs + SETTLED_MS - clock())
  if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => undefined)
}

/** Oldest first. All of them are listed, however many: what is left out here never comes. */
async function inboundSince(
  client: Twilio,
  sinceMs: number,
  ctx: ConnectorContext<TwilioConfig>,
  form: AddressForm,
): Promise<readonly MessageInstance[]> {
  const { config, signal } = ctx
  const ours =
    config.sender === 'service'
      ? await poolOf(client, config, form)
      : new Set([`${form.prefix}${config.number}`])
  const receivers = ours.size > MOST_NUMBERS ? [{}] : [...ours].map((to) => ({ to }))
  const found: MessageInstance[] = []
  for (const receiver of receivers) {
    const { messages } = await listMessages(
      client,
      { ...receiver, dateSentAfter: new Date(sinceMs), pageSize: PAGE_SIZE },
      {
        mostPages: Number.POSITIVE_INFINITY,
        signal,
        keep: ({ direction, to }) => direction === 'inbound' && ours.has(to),
      },
    )
    found.push(...messages.toReversed())
  }
  return found.toSorted((one, other) => instantOf(one.dateCreated) - instantOf(other.dateCreated))
}

/** Oldest first. Not by the day of sending: what failed before it was sent has none. */
async function outboundSince(
  client: Twilio,
  sinceMs: number,
  { config, signal, logger }: ConnectorContext<TwilioConfig>,
  form: AddressForm,
): Promise<readonly MessageInstance[]> {
  const { sender, number, messagingServiceSid } = config
  const oldestMs = sinceMs - STATUS_AGE_MS
  const isOld = ({ dateSent, dateCreated }: MessageInstance): boolean =>
    instantOf(dateSent) === 0 || instantOf(dateCreated) < oldestMs
  const { messages, whole } = await listMessages(
    client,
    { ...(sender === 'service' ? {} : { from: `${form.prefix}${number}` }), pageSize: PAGE_SIZE },
    {
      mostPages: MOST_PAGES,
      signal,
      keep: (one) =>
        one.direction !== 'inbound' &&
        (sender !== 'service' || one.messagingServiceSid === messagingServiceSid) &&
        receiptStatusOf(one.status) !== undefined &&
        instantOf(one.dateUpdated) >= sinceMs,
      // Wherever Twilio puts those without a day of sending, they end nothing.
      enough: (page) => page.some(({ dateSent }) => instantOf(dateSent) > 0) && page.every(isOld),
    },
  )
  if (!whole && !signal.aborted)
    logger.warn({ messages: messages.length }, 'not all states of the gap could be listed')
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

const itemOf = (message: ListedMessage, key: string, sender: string) => ({
  key: keyOf(key),
  sender: keyOf(sender),
  body: Buffer.from(JSON.stringify(message)),
  contentType: RESOURCE_TYPE,
  facts: {},
})
