/** Where in a workspace it is listened. */
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import { type Fields, textIn } from '../events/fields.ts'
import { callPages, type SlackContext } from './call.ts'

/** A conversation of Slack that may hold messages for us. */
export interface Listened {
  readonly id: string
  readonly type: 'im' | 'mpim' | 'channel'
}

const MOST_OF_A_TYPE = 10_000

/**
 * Direct messages, groups, and every channel that the app is in where a mention may stand.
 * @throws ConnectorError
 */
export async function listenedTo(ctx: SlackContext): Promise<readonly Listened[]> {
  const { directMessages, mentions, channels } = ctx.config
  const found: Listened[] = channels.map((id) => ({ id, type: 'channel' }))
  const types = [
    ...(directMessages ? (['im', 'mpim'] as const) : []),
    ...(mentions ? (['public_channel', 'private_channel'] as const) : []),
  ]
  for (const type of types) {
    for (const one of await ofType(type, ctx)) {
      const id = textIn(one, 'id')
      if (id === undefined || channels.includes(id)) continue
      if (type === 'im' && textIn(one, 'user') === 'USLACKBOT') continue
      found.push({ id, type: type === 'im' || type === 'mpim' ? type : 'channel' })
    }
  }
  return found
}

/**
 * Each type by itself: Slack refuses a list of several as a whole where the scope of one is missing, and an app may do
 * without private channels and groups.
 */
async function ofType(types: string, ctx: SlackContext): Promise<readonly Fields[]> {
  const options = { signal: ctx.signal, most: MOST_OF_A_TYPE }
  try {
    return await callPages('users.conversations', { types, exclude_archived: true }, 'channels', ctx, options)
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.facts.code !== 'missing-scope') throw error
    ctx.logger.info({ code: error.facts.code, types }, 'conversations of a kind are kept from the app')
    return []
  }
}
