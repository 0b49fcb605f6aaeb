import { randomUUID } from 'node:crypto'
import type { CheckResult } from '../../src/contract/check-result.ts'
import type { OutboundMessage, SendReceipt } from '../../src/contract/connector.ts'
import { ConnectorError } from '../../src/contract/connector-error.ts'
import { type Context, forgetReports, post, reportEndpoint } from './endpoint.ts'

type To = OutboundMessage['to']

const addressed = ({ identityExternalId, threadKey }: To) => ({
  to: { id: identityExternalId },
  thread: threadKey,
})

/** Posts one message. Its id is the webhook-id at every attempt, and its bytes are the same but for links to files. */
export async function send(message: OutboundMessage, ctx: Context): Promise<SendReceipt> {
  try {
    const { id = message.id, status } = await post(message.id, bodyOf(message), ctx)
    reportEndpoint(ctx)
    return { externalId: id, ...(status === undefined ? {} : { status }) }
  } catch (error) {
    if (error instanceof ConnectorError) reportEndpoint(ctx, error.facts)
    throw error
  }
}

function bodyOf(message: OutboundMessage): object {
  const { id, to, text, spans = [], attachments, replyToExternalId, author, automatic, writtenAtMs } = message
  return {
    type: 'message',
    id,
    ...addressed(to),
    text,
    ...(spans.length > 0 && { spans }),
    attachments: attachments.map((file) => ({
      id: file.id,
      name: file.name,
      contentType: file.contentType,
      sizeBytes: file.sizeBytes,
      url: file.publicUrl(),
    })),
    ...(replyToExternalId === undefined ? {} : { replyTo: replyToExternalId }),
    author: { name: author.name },
    automatic,
    sentAt: new Date(writtenAtMs).toISOString(),
  }
}

/** "Test connection". */
export async function check(ctx: Context): Promise<CheckResult> {
  forgetReports(ctx)
  try {
    await post(`ping_${randomUUID()}`, { type: 'ping' }, ctx)
    return { ok: true, detail: `${new URL(ctx.config.outboundUrl).host} took a signed post.` }
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    const { code, detail = code } = error.facts
    return { ok: false, code, detail, field: 'outboundUrl' }
  }
}

/**
 * Tells of what is no message of its own. Done twice it is done once, so every attempt has an id of its own: a text that
 * is changed and changed back must be told twice.
 */
async function tell(
  to: To,
  ctx: Context,
  body: Readonly<Record<string, unknown>> & { readonly type: string },
): Promise<void> {
  await post(`${body.type}_${randomUUID()}`, { ...body, ...addressed(to) }, ctx)
}

export const sendTyping = (to: To, ctx: Context): Promise<void> => tell(to, ctx, { type: 'typing' })

export const markRead = (externalId: string, to: To, ctx: Context): Promise<void> =>
  tell(to, ctx, { type: 'message-read', ...naming(externalId) })

export const editMessage = (
  externalId: string,
  { to, text, spans = [], author }: OutboundMessage,
  ctx: Context,
): Promise<void> =>
  tell(to, ctx, {
    type: 'message-edited',
    ...naming(externalId),
    text,
    ...(spans.length > 0 && { spans }),
    author: { name: author.name },
  })

export const deleteMessage = (externalId: string, to: To, ctx: Context): Promise<void> =>
  tell(to, ctx, { type: 'message-deleted', ...naming(externalId) })

const naming = (messageId: string) => ({ messageId })
