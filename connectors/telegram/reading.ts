import type { InboundIdentity } from '../../src/contract/inbound-event.ts'
import { idIn, type Json, textIn } from './wire.ts'

/** What is known while one update is read. */
export interface Reading {
  readonly updateId: string
  /** Empty where it is not known. */
  readonly botId: string
  readonly takesGroups: boolean
}

/** A user, or the chat in whose name somebody writes. */
export function identityOf(
  sender: Json,
  more: Readonly<Record<string, string>> = {},
): InboundIdentity | undefined {
  const externalId = idIn(sender, 'id')
  if (externalId === '') return undefined
  const displayName =
    [textIn(sender, 'first_name'), textIn(sender, 'last_name')].join(' ').trim() ||
    textIn(sender, 'title').trim()
  const username = textIn(sender, 'username')
  const language = textIn(sender, 'language_code')
  const attributes = {
    ...(username === '' ? {} : { username }),
    ...(language === '' ? {} : { language }),
    ...more,
  }
  return {
    externalId,
    // It vouches for who he is, but says neither address nor number.
    verified: false,
    ...(displayName === '' ? {} : { displayName }),
    ...(Object.keys(attributes).length > 0 ? { attributes } : {}),
  }
}
