import type { OutboundMessage } from '../../../src/contract/connector.ts'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import { writeMrkdwn } from '../marks/write-mrkdwn.ts'
import { writeRichText } from '../marks/write-rich-text.ts'
import { BLOCKS_REFUSED } from './outcome.ts'

/** Names our message in what is laid beside it there; see `find-sent.ts`. */
export const METADATA_TYPE = 'tributary_message'

/** What agents write beside files goes as their first comment, which Slack reads as mrkdwn. */
export const mrkdwnOf = ({ text, spans = [] }: OutboundMessage): string => writeMrkdwn({ text, spans })

/** What is longer Slack cuts (docs.slack.dev/reference/methods/chat.postMessage). */
const LONGEST_MRKDWN = 40_000

/**
 * Posts a message, or puts it in another's place: as a block, in which nothing is taken for markup, and in mrkdwn where
 * Slack refuses that, be it for its size or for an address in it.
 * @param act called with the message as Slack takes it
 * @throws what `act` throws
 */
export async function withBodyOf<T>(
  message: OutboundMessage,
  act: (body: Record<string, unknown>) => Promise<T>,
): Promise<T> {
  const { id, text, spans = [] } = message
  const mrkdwn = {
    // Read out by notifications; shown is the block.
    text: mrkdwnOf(message),
    metadata: { event_type: METADATA_TYPE, event_payload: { id } },
  }
  try {
    return await act({ ...mrkdwn, blocks: [writeRichText({ text, spans })] })
  } catch (error) {
    const isRefused = error instanceof ConnectorError && error.facts.code === BLOCKS_REFUSED
    if (!isRefused || mrkdwn.text.length > LONGEST_MRKDWN) throw error
    return await act(mrkdwn)
  }
}
