import type { Connector } from '../../../src/contract/connector.ts'
import { catchUp } from './catch-up.ts'
import type { ChannelForm } from './channel-form.ts'
import type { TwilioConfig } from './config.ts'
import { fetchMedia } from './fetch-media.ts'
import { findSent } from './find-sent.ts'
import { send } from './send.ts'
import { twilioWebhook } from './webhook.ts'

/** What is the same in every channel over Twilio. */
export function twilioParts(
  form: ChannelForm,
): Pick<Connector<TwilioConfig>, 'inbound' | 'send' | 'findSent' | 'catchUp' | 'fetchAttachment'> {
  return {
    inbound: twilioWebhook(form),
    send: (message, ctx) => send(message, ctx, form),
    findSent: (message, ctx, recordedAmong) => findSent(message, ctx, recordedAmong, form),
    catchUp: (ctx, sinceMs, push) => catchUp(ctx, sinceMs, push, form),
    fetchAttachment: fetchMedia,
  }
}
