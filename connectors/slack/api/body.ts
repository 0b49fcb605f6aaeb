import type { OutboundMessage } from '../../../src/contract/connector.ts'
import { writeMrkdwn } from '../marks/write-mrkdwn.ts'
import { writeRichText } from '../marks/write-rich-text.ts'

/** Names our message in what is laid beside it there; see `find-sent.ts`. */
export const METADATA_TYPE = 'tributary_message'

/** What agents write beside files goes as their first comment, which Slack reads as mrkdwn. */
export const mrkdwnOf = ({ text, spans = [] }: OutboundMessage): string => writeMrkdwn({ text, spans })

/** A message as Slack takes it, to post or to put in another's place. */
export function bodyOf(message: OutboundMessage): Record<string, unknown> {
  const { id, text, spans = [] } = message
  return {
    // Read out by notifications; shown is the block, in which nothing is taken for markup.
    text: mrkdwnOf(message),
    blocks: [writeRichText({ text, spans })],
    metadata: { event_type: METADATA_TYPE, event_payload: { id } },
  }
}
