import { Readable } from 'node:stream'
import type { ImapFlow } from 'imapflow'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import type { EmailConfig } from '../config.ts'
import { connectMailbox, type MailContext } from './connect.ts'
import { connectorErrorOf, describeFailure } from './failure.ts'
import { type FileRef, readFileRef } from './file-ref.ts'

const CHUNK_BYTES = 256 * 1024

/**
 * A file of a letter that was too large to be taken whole, out of the mailbox, without its transfer encoding. It comes
 * over a connection of its own, which ends with the stream. Throws ConnectorError, as the stream does; `file-gone` when
 * the mailbox no longer has it.
 */
export async function fetchLetterFile(
  { ref }: { readonly ref: string },
  ctx: MailContext,
): Promise<Readable> {
  const place = readFileRef(ref)
  if (!place) throw gone('This names no file of a letter.')
  let client: ImapFlow | undefined
  try {
    client = await connectMailbox(ctx)
    return streamOf(client, await download(client, place), ctx.config)
  } catch (error) {
    client?.close()
    const { code } = describeFailure(error, ctx.config)
    throw code === 'folder-not-found'
      ? gone(`The folder “${place.mailbox}” is gone.`)
      : failed(error, ctx.config)
  }
}

async function download(client: ImapFlow, { mailbox, uidValidity, uid, part }: FileRef): Promise<Readable> {
  const box = await client.mailboxOpen(mailbox, { readOnly: true })
  if (String(box.uidValidity) !== uidValidity) throw gone('The mailbox has numbered its letters anew.')
  const options = { uid: true, decodeText: false, chunkSize: CHUNK_BYTES }
  const { content } = await client.download(uid, part === '' ? undefined : part, options)
  if (!content) throw gone('The letter is no longer in the mailbox.')
  return content
}

function streamOf(client: ImapFlow, content: Readable, config: EmailConfig): Readable {
  const chunks = async function* (): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of content) yield chunk as Buffer
    } catch (error) {
      throw failed(error, config)
    }
  }
  const stream = Readable.from(chunks(), { objectMode: false })
  stream.once('close', () => client.close())
  return stream
}

/** Nothing was sent, so whatever went wrong on the way may go right later. */
const failed = (error: unknown, config: EmailConfig): ConnectorError => connectorErrorOf(error, config)

const gone = (detail: string): ConnectorError =>
  new ConnectorError({ code: 'file-gone', detail, retry: 'never', delivery: 'not-sent' })
