import { createHash } from 'node:crypto'
import type { InboundEvent } from '../../../src/contract/inbound-event.ts'
import type { JournaledRequest } from '../../../src/contract/raw-request.ts'
import { emojiOf } from '../marks/emoji.ts'
import { personOf } from './author.ts'
import { type Envelope, openEnvelope } from './envelope.ts'
import { type Scope, scopeOf } from './facts.ts'
import { type Fields, fieldsIn, readJson, textIn } from './fields.ts'
import { mayBeKnown, readMention, readMessage } from './message-events.ts'
import { externalIdOf, isChannel, placeOf } from './place.ts'

const NOTHING: readonly InboundEvent[] = []

/**
 * Reads what Slack sent, by the Events API, by a socket or from a channel's history; all have the same envelope. What
 * is no message, nor about one, makes nothing.
 */
export function parse({ body, contentType, facts }: JournaledRequest): readonly InboundEvent[] {
  // Buttons, menus and commands, none of which we hand out.
  if (contentType.startsWith('application/x-www-form-urlencoded')) return NOTHING
  const outer = readJson(body)
  if (outer === undefined) return [unreadable(body)]
  const scope = scopeOf(facts)
  const envelope = openEnvelope(outer, scope)
  return envelope === undefined ? NOTHING : readEvent(envelope, scope)
}

function readEvent(envelope: Envelope, scope: Scope): readonly InboundEvent[] {
  switch (textIn(envelope.event, 'type')) {
    case 'message':
      return readMessage(envelope, scope)
    case 'app_mention':
      return readMention(envelope, scope)
    case 'reaction_added':
      return readReaction(envelope, scope, false)
    case 'reaction_removed':
      return readReaction(envelope, scope, true)
    case 'channel_id_changed':
      return readNewId(envelope.event)
    default:
      return NOTHING
  }
}

/** A private channel that is shared with another organisation goes on under another id, with all that stands in it. */
function readNewId(event: Fields): readonly InboundEvent[] {
  const [fromPlace, toPlace] = [textIn(event, 'old_channel_id'), textIn(event, 'new_channel_id')]
  if (!isChannel(fromPlace) || !isChannel(toPlace) || fromPlace === toPlace) return NOTHING
  return [{ type: 'place-moved', fromPlace, toPlace }]
}

function readReaction(envelope: Envelope, scope: Scope, removed: boolean): readonly InboundEvent[] {
  const { event, ownUsers } = envelope
  const item: Fields = fieldsIn(event, 'item') ?? {}
  const place = textIn(item, 'type') === 'message' ? placeOf(item) : undefined
  const user = textIn(event, 'user') ?? ''
  const name = textIn(event, 'reaction')
  const identity = personOf(user, event, envelope)
  if (place === undefined || name === undefined || identity === undefined || ownUsers.has(user))
    return NOTHING
  if (!mayBeKnown(place, scope)) return NOTHING
  const externalId = externalIdOf(place.channel, place.ts)
  return [{ type: 'reaction', externalId, identity, emoji: emojiOf(name), removed }]
}

const unreadable = (body: Uint8Array): InboundEvent => ({
  type: 'unsupported',
  externalId: `unreadable:${createHash('sha256').update(body).digest('base64url')}`,
  what: 'something that cannot be read',
})
