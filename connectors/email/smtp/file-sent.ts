import { buffer } from 'node:stream/consumers'
import type { OutboundMessage, SendReceipt } from '../../../src/contract/connector.ts'
import { composeLetter } from './compose.ts'
import type { SendDeps } from './send.ts'
import type { SendingContext } from './session.ts'

export interface FileSentDeps extends Pick<SendDeps, 'withProvider' | 'automaticHeaders'> {
  /** Puts it into the folder of sent mail unless it is there. */
  readonly appendToSent: (
    ctx: SendingContext,
    letter: { readonly messageId: string; readonly raw: Uint8Array },
  ) => Promise<void>
}

/**
 * Puts the very bytes that were sent into the folder of sent mail, with the one line more that mail programs keep there:
 * who got it unseen by the others. Safe to repeat. Throws ConnectorError only.
 */
export async function fileSentLetter(
  message: OutboundMessage,
  receipt: SendReceipt,
  ctx: SendingContext,
  deps: FileSentDeps,
): Promise<void> {
  const config = deps.withProvider(ctx.config)
  if (!config.saveSent) return
  const { bcc, content } = await composeLetter(message, config, deps.automaticHeaders)
  const sent = await buffer(content)
  // Addresses have no blanks, so the line may break behind any comma.
  const unseen = bcc.length > 0 ? Buffer.from(`Bcc: ${bcc.join(',\r\n ')}\r\n`) : Buffer.alloc(0)
  await deps.appendToSent(ctx, { messageId: receipt.externalId, raw: Buffer.concat([unseen, sent]) })
}
