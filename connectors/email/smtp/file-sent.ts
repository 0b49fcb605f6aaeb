import { buffer } from 'node:stream/consumers'
import type { OutboundMessage, SendReceipt } from '../../../src/contract/connector.ts'
import { appendToSent } from '../imap/sent-folder.ts'
import { withProvider } from '../providers.ts'
import { composeLetter } from './compose.ts'
import type { SendingContext } from './session.ts'

/**
 * Puts the very bytes that were sent into the folder of sent mail, with the one line more that mail programs keep there:
 * who got it unseen by the others. Safe to repeat. Throws ConnectorError only.
 */
export async function fileSentLetter(
  message: OutboundMessage,
  { externalId }: SendReceipt,
  ctx: SendingContext,
  append: typeof appendToSent = appendToSent,
): Promise<void> {
  const config = withProvider(ctx.config)
  if (!config.saveSent) return
  const { bcc, content } = await composeLetter(message, config)
  const sent = await buffer(content)
  // Addresses have no blanks, so the line may break behind any comma.
  const unseen = bcc.length > 0 ? Buffer.from(`Bcc: ${bcc.join(',\r\n ')}\r\n`) : Buffer.alloc(0)
  await append(ctx, { messageId: externalId, raw: Buffer.concat([unseen, sent]) })
}
