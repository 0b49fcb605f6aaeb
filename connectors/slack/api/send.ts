import type { OutboundMessage, SendReceipt } from '../../../src/contract/connector.ts'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import { textIn } from '../events/fields.ts'
import { externalIdOf } from '../events/place.ts'
import { withBodyOf } from './body.ts'
import { callSlack, type SlackContext } from './call.ts'
import { type Destination, destinationOf } from './destination.ts'
import { sendFiles } from './send-files.ts'

/** Hands one message over. @throws ConnectorError */
export async function sendMessage(message: OutboundMessage, ctx: SlackContext): Promise<SendReceipt> {
  try {
    const destination = await destinationOf(message.to, ctx)
    return message.attachments.length > 0
      ? await sendFiles(message, destination, ctx)
      : await post(message, destination, ctx)
  } catch (error) {
    reportBadCredentials(error, ctx)
    throw error
  }
}

async function post(
  message: OutboundMessage,
  { channel, threadTs }: Destination,
  ctx: SlackContext,
): Promise<SendReceipt> {
  const place = {
    channel,
    ...(threadTs !== undefined && { thread_ts: threadTs }),
    unfurl_links: false,
    unfurl_media: false,
    ...(ctx.config.agentNames && { username: message.author.name }),
  }
  const { fields } = await withBodyOf(message, (body) =>
    callSlack('chat.postMessage', { ...place, ...body }, ctx),
  )
  const ts = textIn(fields, 'ts')
  if (ts === undefined) throw nameless()
  return { externalId: externalIdOf(textIn(fields, 'channel') ?? channel, ts) }
}

const nameless = (): ConnectorError =>
  new ConnectorError({
    code: 'platform-unavailable',
    detail: 'Slack took the message and did not say as what.',
    retry: 'later',
    delivery: 'unknown',
  })

/** A token that is refused once will be refused for every message: the channel shows it. */
export function reportBadCredentials(error: unknown, ctx: SlackContext): void {
  if (!(error instanceof ConnectorError) || error.facts.code !== 'bad-credentials') return
  const { code, detail } = error.facts
  ctx.reportHealth({ state: 'failing', part: 'sending', code, ...(detail !== undefined && { detail }) })
}
