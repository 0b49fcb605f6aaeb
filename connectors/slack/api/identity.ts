import type { IdentityFacts } from '../../../src/contract/connector.ts'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import { type Fields, fieldsIn, isTrueIn, textIn } from '../events/fields.ts'
import { callSlack, type SlackContext } from './call.ts'
import { noteName } from './known-names.ts'

const PERSON = /^[UW][A-Z0-9]{1,30}$/

/**
 * What Slack knows of a person. An address counts as proven only where Slack says that it was confirmed; it is there
 * only if the app has the scope `users:read.email`, and for people of other organisations not at all.
 * @throws ConnectorError
 */
export async function lookUpIdentity(
  externalId: string,
  ctx: SlackContext,
): Promise<IdentityFacts | undefined> {
  if (!PERSON.test(externalId)) return undefined
  let user: Fields | undefined
  try {
    user = fieldsIn((await callSlack('users.info', { user: externalId }, ctx)).fields, 'user')
  } catch (error) {
    if (error instanceof ConnectorError && error.facts.code === 'recipient-unknown') return undefined
    throw error
  }
  if (user === undefined) return undefined
  const profile = fieldsIn(user, 'profile')
  const name =
    textIn(profile, 'display_name') ??
    textIn(profile, 'real_name') ??
    textIn(user, 'real_name') ??
    textIn(user, 'name')
  noteName(ctx.config, externalId, name)
  const email = textIn(profile, 'email')
  const avatar = avatarOf(profile)
  const attributes = attributesOf(user, profile)
  return {
    verified: email !== undefined && isTrueIn(user, 'is_email_confirmed'),
    ...(name !== undefined && { displayName: name }),
    ...(email !== undefined && { email }),
    ...(Object.keys(attributes).length > 0 && { attributes }),
    ...(avatar !== undefined && { avatar }),
  }
}

function attributesOf(user: Fields, profile: Fields | undefined): Record<string, string> {
  const attributes: Record<string, string> = {}
  const set = (key: string, value: string | undefined): void => {
    if (value !== undefined) attributes[key] = value
  }
  set('slackTeam', textIn(profile, 'team') ?? textIn(user, 'team_id'))
  set('title', textIn(profile, 'title'))
  set('timeZone', textIn(user, 'tz'))
  if (isTrueIn(user, 'is_restricted') || isTrueIn(user, 'is_ultra_restricted')) set('slackRole', 'guest')
  if (isTrueIn(user, 'is_stranger')) set('slackRole', 'another organisation')
  return attributes
}

function avatarOf(profile: Fields | undefined): IdentityFacts['avatar'] {
  const url = textIn(profile, 'image_192') ?? textIn(profile, 'image_72')
  if (url === undefined || !/^https?:\/\//.test(url)) return undefined
  return { kind: 'remote', ref: `picture ${url}`, name: 'avatar' }
}
