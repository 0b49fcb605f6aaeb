import type { MessageListInstanceCreateOptions } from 'twilio/lib/rest/api/v2010/account/message.js'
import type { ConnectorContext, OutboundMessage, SendReceipt } from '../../../src/contract/connector.ts'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import { addressOf } from './address.ts'
import type { ChannelForm } from './channel-form.ts'
import { openClient } from './client.ts'
import type { TwilioConfig } from './config.ts'
import { sawSending } from './health.ts'
import { canCall } from './reach.ts'
import { ApiTrouble, factsOf } from './trouble.ts'

type SendContext = ConnectorContext<TwilioConfig>

/** Hands one message to Twilio. Throws ConnectorError only. */
export async function send(
  message: OutboundMessage,
  ctx: SendContext,
  form: ChannelForm,
): Promise<SendReceipt> {
  const refusal = message.template && form.refuseTemplate?.({ ...message, ...message.template })
  if (refusal) throw new ConnectorError({ ...refusal, retry: 'never', delivery: 'not-sent' })
  const request = createRequest(message, ctx, form)
  try {
    const client = await openClient(ctx)
    const { sid } = await client.messages.create(request)
    // Without an id no report could ever be told apart from another's.
    if (typeof sid !== 'string' || sid === '') throw new ApiTrouble({ kind: 'garbage' })
    sawSending(ctx, undefined)
    return { externalId: sid, status: 'sent' }
  } catch (error) {
    const facts = factsOf(error)
    sawSending(ctx, facts)
    throw new ConnectorError(facts, { cause: error })
  }
}

function createRequest(
  message: OutboundMessage,
  { config, webhookUrl }: SendContext,
  form: ChannelForm,
): MessageListInstanceCreateOptions {
  const { template, attachments } = message
  const request: MessageListInstanceCreateOptions = {
    to: addressOf(message.to.identityExternalId, form),
    ...senderOf(config, form),
    ...(canCall(webhookUrl, config.apiBaseUrl) ? { statusCallback: webhookUrl } : {}),
  }
  if (template)
    return { ...request, contentSid: template.id, contentVariables: JSON.stringify(template.variables) }
  const body = form.write(message)
  return {
    ...request,
    ...(body === '' ? {} : { body }),
    ...(attachments.length === 0 ? {} : { mediaUrl: attachments.map((file) => file.publicUrl()) }),
  }
}

function senderOf({ sender, number, messagingServiceSid }: TwilioConfig, form: ChannelForm) {
  return sender === 'service' ? { messagingServiceSid } : { from: `${form.prefix}${number}` }
}
