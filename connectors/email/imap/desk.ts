import type { ImapFlow } from 'imapflow'
import type { PushItem } from '../../../src/contract/connector.ts'
import type { LetterAuthentication } from '../../../src/domain/letter.ts'
import type { EmailConfig } from '../config.ts'
import type { MailContext } from './connect.ts'
import { type Cursor, owing, writeCursor } from './cursor.ts'
import { StoreFailure } from './flight.ts'

/** Finds out whether a letter is from whom it says, where no trusted server has. */
export type CheckAuthentication = (
  raw: Uint8Array,
  resolve: MailContext['resolveDns'],
) => Promise<LetterAuthentication | undefined>

/** What a session works with, over all its connections. */
export interface Desk {
  readonly ctx: MailContext
  /** With what the provider fixes filled in. */
  readonly config: EmailConfig
  readonly push: PushItem
  readonly checkAuthentication?: CheckAuthentication
  /** As the checkpoint has it, once the session has begun. */
  cursor: Cursor | undefined
  /** The letter that is being waited for: it is to blame if the connection breaks again and again. */
  expected: number | undefined
}

/** The desk with a cursor, and a connection with the folder open. */
export interface OpenDesk {
  readonly desk: Desk & { cursor: Cursor }
  readonly client: ImapFlow
}

/** Moves the checkpoint. Throws {@link StoreFailure}, and then the cursor stands where it stood. */
export async function moveTo(desk: Desk, cursor: Cursor): Promise<void> {
  if (desk.cursor === cursor) return
  try {
    await desk.ctx.checkpoint.write(writeCursor(cursor))
  } catch (error) {
    throw new StoreFailure(error)
  }
  desk.cursor = cursor
}

/** After a connection broke: the letter that was waited for is put aside, so that it never stops the others. */
export async function blame(desk: Desk): Promise<void> {
  const { expected, cursor, ctx } = desk
  desk.expected = undefined
  if (expected === undefined || !cursor) return
  await moveTo(desk, owing(cursor, expected, ctx.clock()))
}

export function isOpen(desk: Desk): desk is Desk & { cursor: Cursor } {
  return desk.cursor !== undefined
}
