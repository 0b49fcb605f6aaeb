import type { ImapFlow } from 'imapflow'
import type { CheckResult } from '../../../src/contract/check-result.ts'
import { withProvider } from '../providers.ts'
import { connectMailbox, type MailContext, type Patience } from './connect.ts'
import { describeFailure } from './failure.ts'

/** Somebody waits before a form. */
const PATIENCE: Patience = { connectMs: 10_000, greetingMs: 10_000, silenceMs: 15_000 }
const MAX_NAMED = 20

/** Connects, signs in and opens the folder; says what is wrong in words. Never throws. */
export async function checkMailbox(ctx: MailContext, patience: Patience = PATIENCE): Promise<CheckResult> {
  const { imapHost, folder } = withProvider(ctx.config)
  let client: ImapFlow | undefined
  try {
    client = await connectMailbox(ctx, patience)
    const { exists } = await client.mailboxOpen(folder, { readOnly: true })
    const letters = exists === 1 ? '1 letter' : `${exists} letters`
    return { ok: true, detail: `Signed in at ${imapHost}; “${folder}” holds ${letters}.` }
  } catch (error) {
    const { code, detail, field } = describeFailure(error, ctx.config)
    const more = code === 'folder-not-found' && client ? await foldersIn(client) : ''
    return { ok: false, code, detail: `${detail}${more}`, field }
  } finally {
    client?.close()
  }
}

async function foldersIn(client: ImapFlow): Promise<string> {
  try {
    const paths = (await client.list({ listOnly: true })).map(({ path }) => `“${path.slice(0, 100)}”`)
    const named = paths.slice(0, MAX_NAMED).join(', ')
    return ` There are: ${named}${paths.length > MAX_NAMED ? ' and more' : ''}.`
  } catch {
    return ''
  }
}
