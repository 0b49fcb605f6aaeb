import type { NameOf } from '../marks/names.ts'
import type { Scope } from './facts.ts'
import { type Fields, fieldsIn, isTrueIn, listIn, textIn } from './fields.ts'

/** One event of the Events API, with what its envelope says of us. */
export interface Envelope {
  readonly event: Fields
  /** The app that it was sent to: ours. */
  readonly appId: string | undefined
  /** Our own users, by what the envelope says and what a session has asked. */
  readonly ownUsers: ReadonlySet<string>
  readonly ownBots: ReadonlySet<string>
  /** The workspace that the app is installed in. */
  readonly teamId: string | undefined
  /** What others than ourselves are called. */
  readonly nameOf: NameOf
}

/** Opens an envelope. @returns undefined of what holds no event */
export function openEnvelope(outer: Fields, { botUserId, botId, nameOf }: Scope): Envelope | undefined {
  const event = fieldsIn(outer, 'event')
  if (event === undefined || textIn(event, 'type') === undefined) return undefined
  const authorizations = listIn(outer, 'authorizations')
  // With a bot token, who is authorised is the bot itself.
  const bots = authorizations.filter((one) => isTrueIn(one, 'is_bot'))
  const users = [botUserId, ...bots.map((one) => textIn(one, 'user_id'))]
  const ownUsers = new Set(users.filter((id) => id !== undefined))
  return {
    event,
    appId: textIn(outer, 'api_app_id'),
    ownUsers,
    ownBots: new Set(botId === undefined ? [] : [botId]),
    teamId: textIn(authorizations[0], 'team_id') ?? textIn(outer, 'team_id'),
    nameOf: (id) => (ownUsers.has(id) ? undefined : nameOf(id)),
  }
}

/**
 * Whether our own app wrote a message. What an app posts comes back to it, and need not have the subtype
 * `bot_message`: it is known by the app's id, or by our own user or bot.
 */
export function isOwn(message: Fields | undefined, envelope: Envelope): boolean {
  const { appId, ownUsers, ownBots } = envelope
  const author = textIn(message, 'user')
  const bot = textIn(message, 'bot_id')
  const app = textIn(message, 'app_id') ?? textIn(fieldsIn(message, 'bot_profile'), 'app_id')
  if (author !== undefined && ownUsers.has(author)) return true
  if (bot === undefined) return false
  return ownBots.has(bot) || (appId !== undefined && app === appId)
}
