import type { ImapFlow, ListResponse } from 'imapflow'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import { connectMailbox, type MailContext } from './connect.ts'
import { connectorErrorOf } from './failure.ts'

/** A letter that was sent. */
export interface SentLetter {
  /** Without angle brackets. */
  readonly messageId: string
  /** As it was sent, lines ending in CRLF. */
  readonly raw: Uint8Array
}

/** Folders that say by their name alone that they hold what was sent; the first is made where none is. */
const NAMES = ['Sent', 'Sent Items', 'Sent Messages', 'Sent Mail']

/** One at a time per channel, so that two calls for one letter cannot both find it absent. */
const lines = new Map<string, Promise<unknown>>()

/**
 * Puts a copy of a sent letter into the folder of sent mail, unless it is there already: safe to repeat, also after an
 * attempt whose outcome is unknown. Throws ConnectorError only.
 */
export async function appendToSent(ctx: MailContext, letter: SentLetter): Promise<void> {
  const before = lines.get(ctx.channelId) ?? Promise.resolve()
  const mine = before.catch(() => undefined).then(() => append(ctx, letter))
  lines.set(ctx.channelId, mine)
  try {
    await mine
  } finally {
    if (lines.get(ctx.channelId) === mine) lines.delete(ctx.channelId)
  }
}

async function append(ctx: MailContext, { messageId, raw }: SentLetter): Promise<void> {
  let client: ImapFlow | undefined
  try {
    client = await connectMailbox(ctx)
    const path = await sentFolder(client)
    if (await holds(client, path, messageId)) return
    await appendSeen(client, path, raw)
  } catch (error) {
    throw connectorErrorOf(error, ctx.config)
  } finally {
    await leave(client)
  }
}

async function sentFolder(client: ImapFlow): Promise<string> {
  const folders = (await client.list()).filter(({ flags }) => !has(flags, '\\Noselect', '\\NonExistent'))
  const found =
    folders.find((folder) => folder.specialUse === '\\Sent' && folder.specialUseSource === 'extension') ??
    // Before guesses over names in all languages, the plain ones: nobody calls another folder so.
    NAMES.map((name) => folders.find((folder) => isCalled(folder, name))).find((folder) => folder) ??
    folders.find((folder) => folder.specialUse === '\\Sent')
  if (found) return found.path
  // A server answers an append to a missing folder with TRYCREATE, so it is made first.
  return (await client.mailboxCreate('Sent')).path
}

const has = (flags: ReadonlySet<string>, ...names: readonly string[]): boolean =>
  [...flags].some((flag) => names.some((name) => flag.toLowerCase() === name.toLowerCase()))

const isCalled = ({ name }: ListResponse, wanted: string): boolean =>
  name.toLowerCase() === wanted.toLowerCase()

async function holds(client: ImapFlow, path: string, messageId: string): Promise<boolean> {
  await client.mailboxOpen(path, { readOnly: true })
  const found = await client.search({ header: { 'message-id': `<${messageId}>` } }, { uid: true })
  if (!Array.isArray(found)) throw refused('The server cannot search the folder of sent mail.')
  return found.length > 0
}

async function appendSeen(client: ImapFlow, path: string, raw: Uint8Array): Promise<void> {
  const content = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
  try {
    await client.append(path, content, ['\\Seen'])
  } catch (error) {
    if (!(error instanceof Error && 'serverResponseCode' in error)) throw error
    if (error.serverResponseCode !== 'TRYCREATE') throw error
    await client.mailboxCreate(path)
    await client.append(path, content, ['\\Seen'])
  }
}

/** Leaves politely, but waits for nobody's answer. */
async function leave(client: ImapFlow | undefined): Promise<void> {
  if (!client?.usable) return
  const bored = setTimeout(() => client.close(), 2_000)
  await client.logout().catch(() => undefined)
  clearTimeout(bored)
  client.close()
}

const refused = (detail: string): ConnectorError =>
  new ConnectorError({ code: 'server-error', detail, retry: 'later', delivery: 'not-sent' })
