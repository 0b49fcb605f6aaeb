/** Files: each is laid down at an address that Slack names, and all are shown at once as one message. */
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { OutboundAttachment, OutboundMessage, SendReceipt } from '../../../src/contract/connector.ts'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import { type Fields, fieldsIn, fieldsOf, listIn, textIn } from '../events/fields.ts'
import { externalIdOf } from '../events/place.ts'
import { mrkdwnOf } from './body.ts'
import { callSlack, notedFetch, type SlackContext } from './call.ts'
import { beforeSending, type Destination } from './destination.ts'
import { type WireNotes, wireError } from './outcome.ts'
import { noteShown } from './shown-files.ts'

/** Slack shows a file some moments after it has it; only then the message has its name. */
const LOOKS_MS = [0, 300, 700, 1_500, 3_000, 5_000] as const

/** @throws ConnectorError */
export async function sendFiles(
  message: OutboundMessage,
  { channel, threadTs }: Destination,
  ctx: SlackContext,
): Promise<SendReceipt> {
  const files: { id: string; title: string }[] = []
  for (const attachment of message.attachments) {
    files.push({ id: await beforeSending(upload(attachment, ctx)), title: attachment.name })
  }
  const args = {
    files,
    channel_id: channel,
    ...(message.text !== '' && { initial_comment: mrkdwnOf(message) }),
    ...(threadTs !== undefined && { thread_ts: threadTs }),
  }
  requireTime(ctx)
  noteShown(
    message.id,
    files.map(({ id }) => id),
  )
  const { fields } = await callSlack('files.completeUploadExternal', args, ctx)
  const [first] = files
  const ts =
    listIn(fields, 'files').reduce<string | undefined>(
      (found, file) => found ?? shareOf(file, channel),
      undefined,
    ) ??
    (first && (await findShare(first.id, channel, ctx)))
  // Without a name of its own the message is known by its file: it stands there all the same.
  return { externalId: externalIdOf(channel, ts ?? first?.id ?? '') }
}

async function upload(attachment: OutboundAttachment, ctx: SlackContext): Promise<string> {
  const bytes = await buffer(await attachment.open())
  const { fields } = await callSlack(
    'files.getUploadURLExternal',
    { filename: attachment.name, length: bytes.byteLength },
    ctx,
  )
  const url = textIn(fields, 'upload_url')
  const id = textIn(fields, 'file_id')
  if (url === undefined || id === undefined) throw wireError({})
  const notes: WireNotes = {}
  const response = await notedFetch(
    ctx.fetch,
    notes,
    ctx.signal,
  )(url, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength),
    signal: AbortSignal.timeout(UPLOAD_LIMIT_MS),
  }).catch(() => undefined)
  await response?.body?.cancel()
  if (response?.status !== 200) throw wireError(notes)
  return id
}

const UPLOAD_LIMIT_MS = 60_000

/** The instant of the message that shows a file in a channel. */
function shareOf(file: Fields | undefined, channel: string): string | undefined {
  const shares = fieldsIn(file, 'shares')
  for (const kind of ['public', 'private']) {
    const places = fieldsOf(shares)?.[kind]
    const [share] = listIn(fieldsOf(places), channel)
    const ts = textIn(share, 'ts')
    if (ts !== undefined) return ts
  }
  return undefined
}

async function findShare(fileId: string, channel: string, ctx: SlackContext): Promise<string | undefined> {
  for (const waitMs of LOOKS_MS) {
    await sleep(waitMs)
    try {
      const { fields } = await callSlack('files.info', { file: fileId }, ctx)
      const ts = shareOf(fieldsIn(fields, 'file'), channel)
      if (ts !== undefined) return ts
    } catch (error) {
      // The message stands; only its name is not known.
      if (!(error instanceof ConnectorError)) throw error
    }
  }
  return undefined
}

/**
 * What nobody waits for any more must not be shown: whoever was told that its end is not known may send it again.
 * @throws ConnectorError
 */
function requireTime({ signal }: SlackContext): void {
  if (!signal.aborted) return
  throw new ConnectorError({
    code: 'timeout',
    detail: 'It took too long to lay the files down in Slack.',
    retry: 'later',
    delivery: 'not-sent',
  })
}
