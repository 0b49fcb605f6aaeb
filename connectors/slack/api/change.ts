import type { OutboundMessage } from '../../../src/contract/connector.ts'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import { readExternalId } from '../events/place.ts'
import { withBodyOf } from './body.ts'
import { callSlack, type SlackContext } from './call.ts'

/** Puts another text in place of one that we sent. @throws ConnectorError */
export async function editMessage(
  externalId: string,
  message: OutboundMessage,
  ctx: SlackContext,
): Promise<void> {
  const place = placeOf(externalId)
  // An update without blocks would leave those of before.
  await withBodyOf(message, (body) => callSlack('chat.update', { blocks: [], ...place, ...body }, ctx))
}

/** Takes back what we sent. What is gone already is done. @throws ConnectorError */
export async function deleteMessage(externalId: string, ctx: SlackContext): Promise<void> {
  const place = placeOf(externalId)
  try {
    await callSlack('chat.delete', place, ctx)
  } catch (error) {
    if (error instanceof ConnectorError && error.facts.code === 'message-not-found') return
    throw error
  }
}

function placeOf(externalId: string): { channel: string; ts: string } {
  const place = readExternalId(externalId)
  if (place !== undefined) return place
  throw new ConnectorError({
    code: 'message-not-found',
    detail: 'Slack did not say which message this became, so it can be changed only there.',
    retry: 'never',
    delivery: 'not-sent',
  })
}
