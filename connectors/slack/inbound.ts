/** How Slack calls us: signed requests of the Events API, of interactivity and of slash commands. */
import type { ConnectorContext, WebhookInbound } from '../../src/contract/connector.ts'
import {
  type JournaledRequest,
  type RawRequest,
  type Verification,
  verified,
} from '../../src/contract/raw-request.ts'
import { lookUpIdentity } from './api/identity.ts'
import { learnNames, namesIn } from './api/known-names.ts'
import { requireToken, tellsOfToken } from './api/token-news.ts'
import type { SlackConfig } from './config.ts'
import { factsOf } from './events/facts.ts'
import { type Fields, readJson, textIn } from './events/fields.ts'
import { parse } from './events/parse.ts'
import { isSigned } from './signature.ts'

/** Message events with 100 blocks stay far below; Slack names no limit of its own. */
const MAX_BODY_BYTES = 1024 * 1024
const LONGEST_CHALLENGE = 1_000

/** What Slack hears as soon as the journal has the event; interactivity wants an empty body. */
const TAKEN = { status: 200 } as const

/** The Events API. */
export const webhook: WebhookInbound<SlackConfig> = {
  kind: 'webhook',
  maxBodyBytes: MAX_BODY_BYTES,
  verify,
  parse,
  acknowledge: () => TAKEN,
}

/**
 * Whether Slack sent it, by the signature over the raw bytes. A retry is taken like the first delivery: it says that
 * Slack had no answer in time, not that anything was recorded; what was is known by its event id.
 */
function verify(request: RawRequest, config: SlackConfig): Verification {
  if (!isSigned(request, config.signingSecret)) return { ok: false, code: 'invalid-signature' }
  const { body, receivedAtMs } = request
  const contentType = request.headers['content-type'] ?? ''
  const outer = readJson(body)
  const facts = factsOf(config, {}, namesIn(outer, config))
  const journaled = verified({ body, contentType, facts, receivedAtMs })
  const challenge = challengeOf(outer)
  if (challenge !== undefined)
    return {
      ok: true,
      request: journaled,
      handshake: { status: 200, contentType: 'text/plain; charset=utf-8', body: challenge },
    }
  const deliveryKey = textIn(outer, 'event_id')
  const key = deliveryKey !== undefined && { deliveryKey }
  // It makes nothing either, but is to be looked after.
  if (tellsOfToken(outer)) return { ok: true, request: journaled, ...key }
  // Buttons, menus and slash commands want an answer and are no messages; many events are of no interest.
  if (parse(journaled).length === 0) return { ok: true, request: journaled, handshake: TAKEN }
  return { ok: true, request: journaled, ...key }
}

/** Says of the channel when its token does not count any more, and asks who was mentioned. */
export async function afterInbound(
  { body }: JournaledRequest,
  ctx: ConnectorContext<SlackConfig>,
): Promise<void> {
  const outer = readJson(body)
  if (tellsOfToken(outer)) await requireToken(ctx).catch(() => undefined)
  await learnNames(outer, ctx, lookUpIdentity)
}

function challengeOf(outer: Fields | undefined): string | undefined {
  if (textIn(outer, 'type') !== 'url_verification') return undefined
  const challenge = textIn(outer, 'challenge') ?? ''
  return challenge.length <= LONGEST_CHALLENGE ? challenge : ''
}
