import { createHash, timingSafeEqual } from 'node:crypto'
import type { WebhookInbound } from '../../src/contract/connector.ts'
import { type RawRequest, type Verification, verified } from '../../src/contract/raw-request.ts'
import { parse } from './parse.ts'
import { botIdOf, type TelegramConfig } from './settings.ts'
import { chatIdOf, factsOf, payloadOf, updateKeyOf } from './update-key.ts'
import { readObject } from './wire.ts'

/** The longest update holds a text of 4,096 characters with as many entities, and the message that it answers. */
const MAX_BODY_BYTES = 2 ** 20

/** How Telegram posts updates: JSON, with the secret that was set together with the address. */
export const webhook: WebhookInbound<TelegramConfig> = {
  kind: 'webhook',
  maxBodyBytes: MAX_BODY_BYTES,
  verify,
  parse,
  // Empty at any rate: a body with a "method" would be carried out as a call of the bot.
  acknowledge: () => ({ status: 200 }),
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

function verify({ headers, body, receivedAtMs }: RawRequest, config: TelegramConfig): Verification {
  const shown = headers['x-telegram-bot-api-secret-token']
  // Digests have one length, so that the comparison tells nothing of the secret's.
  if (
    shown === undefined ||
    config.webhookSecret === '' ||
    !timingSafeEqual(digest(shown), digest(config.webhookSecret))
  ) {
    return { ok: false, code: 'invalid-token', detail: 'the secret token is missing or not this channel’s' }
  }
  const update = readObject(body)
  const key = update && updateKeyOf(update)
  const found = update && payloadOf(update)
  const sender = found ? chatIdOf(found.payload) : ''
  return {
    ok: true,
    request: verified({
      body,
      contentType: 'application/json',
      facts: factsOf(config, botIdOf(config)),
      receivedAtMs,
    }),
    ...(key === undefined ? {} : { deliveryKey: key }),
    ...(sender === '' ? {} : { sender }),
  }
}
