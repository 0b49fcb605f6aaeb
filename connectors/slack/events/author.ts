import type { InboundIdentity } from '../../../src/contract/inbound-event.ts'
import type { Envelope } from './envelope.ts'
import type { Scope } from './facts.ts'
import { type Fields, fieldsIn, textIn } from './fields.ts'

const USER = /^[UW][A-Z0-9]{1,30}$/

/**
 * Who wrote a message. A person is named by his id, which is his own in all of Slack; where his workspace is another
 * one than ours, as in a shared channel, it stands among his attributes.
 * @returns undefined of what nobody wrote, or an app does not count
 */
export function authorOf(message: Fields, envelope: Envelope, scope: Scope): InboundIdentity | undefined {
  const bot = textIn(message, 'bot_id')
  if (bot !== undefined || textIn(message, 'subtype') === 'bot_message') {
    return scope.otherBots && bot !== undefined ? botOf(message, bot) : undefined
  }
  const user = textIn(message, 'user')
  return user === undefined ? undefined : personOf(user, message, envelope)
}

/** @returns undefined of what is no person's id; Slack's own helper is none */
export function personOf(user: string, message: Fields, { teamId }: Envelope): InboundIdentity | undefined {
  if (!USER.test(user) || user === 'USLACKBOT') return undefined
  const profile = fieldsIn(message, 'user_profile')
  const name = textIn(profile, 'display_name') ?? textIn(profile, 'real_name') ?? textIn(profile, 'name')
  const team = textIn(message, 'user_team') ?? textIn(message, 'source_team') ?? textIn(profile, 'team')
  const isElsewhere = team !== undefined && teamId !== undefined && team !== teamId
  return {
    externalId: user,
    verified: false,
    ...(name !== undefined && { displayName: name }),
    ...(isElsewhere && { attributes: { slackTeam: team } }),
  }
}

function botOf(message: Fields, bot: string): InboundIdentity {
  const name = textIn(message, 'username') ?? textIn(fieldsIn(message, 'bot_profile'), 'name')
  return { externalId: bot, verified: false, displayName: name ?? bot }
}
