import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { ConnectorContext, IdentityFacts } from '../../src/contract/connector.ts'
import { ConnectorError } from '../../src/contract/connector-error.ts'
import type { AttachmentRef } from '../../src/contract/inbound-event.ts'
import { download, openBot } from './bot-api.ts'
import { toConnectorError } from './failures.ts'
import { identityOf } from './reading.ts'
import type { TelegramConfig } from './settings.ts'
import { asObject, objectIn, textIn } from './wire.ts'

type Context = ConnectorContext<TelegramConfig>

/** A link holds for an hour, so it is asked for each time. */
export async function fetchAttachment(
  { ref }: Extract<AttachmentRef, { kind: 'remote' }>,
  ctx: Context,
): Promise<Readable> {
  try {
    const file = await (await openBot(ctx)).callApi('getFile', { file_id: ref })
    const response = await download(file.file_path ?? '', ctx)
    if (response.status === 200 && response.body) return Readable.fromWeb(response.body as ReadableStream)
    await response.body?.cancel()
    throw refused(response.status)
  } catch (error) {
    throw unlessLost(toConnectorError(error, ctx.config.botToken))
  }
}

/** Said of the file itself; all else, such as a token that is being renewed, may be mended while it waits. */
const LOST: ReadonlySet<string> = new Set(['file-gone', 'attachment-too-large', 'refused-by-platform'])

/** Whoever hears `never` gives the file up for good. */
const unlessLost = (error: ConnectorError): ConnectorError =>
  error.facts.retry === 'later' || LOST.has(error.facts.code)
    ? error
    : new ConnectorError({ ...error.facts, retry: 'later' }, { cause: error })

const refused = (status: number): ConnectorError =>
  new ConnectorError({
    code: status === 404 || status === 403 ? 'file-gone' : 'platform-unavailable',
    detail: 'Telegram does not give this file.',
    retry: status === 404 || status === 403 ? 'never' : 'later',
    delivery: 'not-sent',
  })

/** What the platform shows of a customer beside his messages: name and picture. */
export async function lookUpIdentity(externalId: string, ctx: Context): Promise<IdentityFacts | undefined> {
  // People have positive numbers; a group is nobody.
  if (!/^\d{1,20}$/.test(externalId)) return undefined
  try {
    const chat = asObject(await (await openBot(ctx)).callApi('getChat', { chat_id: externalId })) ?? {}
    const { displayName, attributes } = identityOf(chat) ?? {}
    const picture = textIn(objectIn(chat, 'photo') ?? {}, 'big_file_id')
    return {
      verified: false,
      ...(displayName === undefined ? {} : { displayName }),
      ...(attributes === undefined ? {} : { attributes }),
      ...(picture === ''
        ? {}
        : { avatar: { kind: 'remote', ref: picture, name: 'picture.jpg', contentType: 'image/jpeg' } }),
    }
  } catch (error) {
    const told = toConnectorError(error, ctx.config.botToken)
    if (told.facts.code === 'recipient-unknown') return undefined
    throw told
  }
}
