import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { ConnectorError } from '../../../src/contract/connector-error.ts'
import type { AttachmentRef } from '../../../src/contract/inbound-event.ts'
import { fieldsIn, textIn } from '../events/fields.ts'
import { callSlack, notedFetch, type SlackContext } from './call.ts'
import { platformError, type WireNotes, wireError } from './outcome.ts'

const MOST_REDIRECTS = 3

/**
 * A file's content. The token goes to Slack's own addresses only, never along a redirect; a page in place of the file
 * means that the token may not read it.
 * @throws ConnectorError
 */
export async function fetchAttachment(
  { ref, contentType }: Extract<AttachmentRef, { kind: 'remote' }>,
  ctx: SlackContext,
): Promise<Readable> {
  const [kind, ...rest] = ref.split(' ')
  if (kind === 'picture') return contentOf(rest.join(' '), {}, ctx, true)
  if (kind !== 'file') throw gone()
  const [id = '', ...address] = rest
  const url = address.length > 0 ? address.join(' ') : await addressOf(id, ctx)
  if (!isSlack(url, ctx)) throw gone()
  const isPage = contentType?.startsWith('text/html') === true
  return contentOf(url, { authorization: `Bearer ${ctx.config.botToken}` }, ctx, isPage)
}

async function addressOf(id: string, ctx: SlackContext): Promise<string> {
  const { fields } = await callSlack('files.info', { file: id }, ctx)
  const file = fieldsIn(fields, 'file')
  const url = textIn(file, 'url_private_download') ?? textIn(file, 'url_private')
  if (url === undefined) throw platformError('file_not_found', {})
  return url
}

/** Slack keeps files under names of its own; a Web API elsewhere, as of a test, keeps them beside it. */
function isSlack(address: string, { config }: SlackContext): boolean {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined) return false
  if (url.origin === new URL(config.apiBaseUrl).origin) return true
  return (
    url.protocol === 'https:' && /(?:^|\.)(?:slack\.com|slack-gov\.com|slack-files\.com)$/.test(url.hostname)
  )
}

async function contentOf(
  address: string,
  headers: Record<string, string>,
  ctx: SlackContext,
  mayBePage: boolean,
): Promise<Readable> {
  let url = address
  let sent = headers
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const notes: WireNotes = {}
    const response = await notedFetch(
      ctx.fetch,
      notes,
      ctx.signal,
    )(url, { headers: sent, redirect: 'manual' }).catch(() => undefined)
    const location = response?.headers.get('location')
    if (response !== undefined && response.status >= 300 && response.status < 400 && location) {
      await response.body?.cancel()
      if (!URL.canParse(location, url)) break
      url = new URL(location, url).href
      sent = {}
      continue
    }
    if (response?.status === 404 || response?.status === 410) throw gone()
    if (response?.status !== 200 || response.body === null) throw wireError(notes)
    if (!mayBePage && response.headers.get('content-type')?.startsWith('text/html')) {
      await response.body.cancel()
      throw platformError('missing_scope', {})
    }
    return Readable.fromWeb(response.body as ReadableStream<Uint8Array>)
  }
  throw gone()
}

const gone = (): ConnectorError => platformError('file_not_found', {})
