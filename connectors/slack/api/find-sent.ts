/** Whether a message arrived of whose sending nobody knows the end. */
import type { OutboundMessage, SentSearch } from '../../../src/contract/connector.ts'
import { type Fields, fieldsIn, listIn, textIn } from '../events/fields.ts'
import { externalIdOf } from '../events/place.ts'
import { METADATA_TYPE } from './body.ts'
import { callPages, callSlack, type SlackContext } from './call.ts'
import { destinationOf } from './destination.ts'
import { shownFilesOf } from './shown-files.ts'

/** Slack's clock and ours may differ; what we wrote cannot stand earlier than this before it was recorded. */
const CLOCKS_DIFFER_MS = 60_000
/** Our message stands among the last ones, unless the channel is very busy. */
const MOST_LOOKED_AT = 2_000

/**
 * Looks through what stands there since the message was recorded. Text bears our id, so its absence says something,
 * too. A message with files can bear none: it is known by the ids that Slack gave its files, or once those are forgotten
 * by their names and sizes; where that is not certain nothing is claimed.
 */
export async function findSent(message: OutboundMessage, ctx: SlackContext): Promise<SentSearch> {
  const { channel, threadTs } = await destinationOf(message.to, ctx)
  const oldest = ((message.writtenAtMs - CLOCKS_DIFFER_MS) / 1_000).toFixed(6)
  const found = await callPages(
    threadTs === undefined ? 'conversations.history' : 'conversations.replies',
    { channel, oldest, include_all_metadata: true, ...(threadTs !== undefined && { ts: threadTs }) },
    'messages',
    ctx,
    { most: MOST_LOOKED_AT },
  )
  const isComplete = found.length < MOST_LOOKED_AT
  if (message.attachments.length > 0) return findFiles(message, channel, found, isComplete, ctx)
  const ts = textIn(
    found.find((one) => idOf(one) === message.id),
    'ts',
  )
  if (ts !== undefined) return { found: 'sent', receipt: { externalId: externalIdOf(channel, ts) } }
  return { found: isComplete && !(await hidesOurIds(found, ctx)) ? 'not-sent' : 'unknown' }
}

/** Whether something of ours stands there without what we laid beside it: then this message may be among it. */
async function hidesOurIds(found: readonly Fields[], ctx: SlackContext): Promise<boolean> {
  const bare = found.filter((one) => isWritten(one) && fieldsIn(one, 'metadata') === undefined)
  if (bare.length === 0) return false
  const { fields } = await callSlack('auth.test', {}, ctx)
  const [user, bot] = [textIn(fields, 'user_id'), textIn(fields, 'bot_id')]
  return bare.some(
    (one) =>
      (user !== undefined && textIn(one, 'user') === user) ||
      (bot !== undefined && textIn(one, 'bot_id') === bot),
  )
}

/** Files can bear none, nor can what Slack says by itself, such as that we have joined. */
const isWritten = (message: Fields): boolean =>
  ['', 'bot_message'].includes(textIn(message, 'subtype') ?? '') && listIn(message, 'files').length === 0

function idOf(message: Fields): string | undefined {
  const metadata = fieldsIn(message, 'metadata')
  if (textIn(metadata, 'event_type') !== METADATA_TYPE) return undefined
  return textIn(fieldsIn(metadata, 'event_payload'), 'id')
}

async function findFiles(
  message: OutboundMessage,
  channel: string,
  found: readonly Fields[],
  isComplete: boolean,
  ctx: SlackContext,
): Promise<SentSearch> {
  const alike = await withFilesOf(message, found, ctx)
  const [only, more] = alike
  const ts = textIn(only, 'ts')
  if (ts !== undefined && more === undefined)
    return { found: 'sent', receipt: { externalId: externalIdOf(channel, ts) } }
  // Files are shown a while after they were taken: what does not stand there yet may still come.
  const isLate = ctx.clock() - message.writtenAtMs > FILES_SHOWN_MS
  return { found: isComplete && alike.length === 0 && isLate ? 'not-sent' : 'unknown' }
}

/** By the ids of the files where this process laid them down; else what looks the same. */
async function withFilesOf(
  { id, attachments }: OutboundMessage,
  found: readonly Fields[],
  ctx: SlackContext,
): Promise<readonly Fields[]> {
  const ids = shownFilesOf(id)
  if (ids !== undefined)
    return found.filter((one) => listIn(one, 'files').some((file) => ids.has(textIn(file, 'id') ?? '')))
  const { fields } = await callSlack('auth.test', {}, ctx)
  const own = textIn(fields, 'user_id')
  const wanted = signOf(attachments.map(({ name, sizeBytes }) => ({ name, size: sizeBytes })))
  return found.filter(
    (one) => own !== undefined && textIn(one, 'user') === own && signOf(listIn(one, 'files')) === wanted,
  )
}

const FILES_SHOWN_MS = 10 * 60_000

const signOf = (files: readonly { readonly [key: string]: unknown }[]): string =>
  JSON.stringify(files.map((file) => [file['name'], file['size']]).sort())
