/** Events of the type `message`, and mentions: what was written, changed or taken back. */
import type { InboundEvent } from '../../../src/contract/inbound-event.ts'
import { authorOf } from './author.ts'
import { type Content, readContent } from './content.ts'
import { type Envelope, isOwn } from './envelope.ts'
import type { Scope } from './facts.ts'
import { type Fields, fieldsIn, textIn } from './fields.ts'
import {
  externalIdOf,
  isHeard,
  microsecondsOf,
  msOf,
  namesUser,
  type Place,
  placeOf,
  threadKeyOf,
} from './place.ts'

type Events = readonly InboundEvent[]

/** Messages that somebody wrote, by their subtypes. */
const WRITTEN: ReadonlySet<string> = new Set([
  '',
  'file_share',
  'me_message',
  'thread_broadcast',
  'reply_broadcast',
  'bot_message',
])

/** What Slack says by itself of a channel, and what repeats what came already. */
const HOUSEKEEPING: ReadonlySet<string> = new Set([
  'assistant_app_thread',
  'bot_add',
  'bot_disable',
  'bot_enable',
  'bot_remove',
  'canvas_tab_updated',
  'document_mention',
  'file_comment',
  'file_mention',
  'message_replied',
  'pinned_item',
  'reminder_add',
  'tabbed_canvas_updated',
  'tombstone',
  'unpinned_item',
])
const HOUSEKEEPING_OF = /^(?:app_conversation|channel|group|im|mpim|bot_message_permission)_/

/** Events of the type `message`. */
export function readMessage(envelope: Envelope, scope: Scope): Events {
  const { event } = envelope
  switch (textIn(event, 'subtype')) {
    case 'message_changed':
      return readChange(envelope, scope)
    case 'message_deleted':
      return readDeletion(envelope, scope)
    default: {
      const place = placeOf(event)
      if (place === undefined) return []
      if (isOwn(event, envelope)) return readOwn(place, event)
      if (isHeard(place, scope)) return readWritten(place, envelope, scope)
      return place.threadTs === undefined || !mayBeKnown(place, scope)
        ? []
        : belowMention(readWritten(place, envelope, scope), threadKeyOf(place, scope))
    }
  }
}

/**
 * What we write into a channel rather than below a message begins a thread there: the conversation that an agent began
 * with the channel goes on in it.
 */
function readOwn({ channel, kind, ts, threadTs }: Place, event: Fields): Events {
  if (kind !== 'channel' || threadTs !== undefined || !WRITTEN.has(textIn(event, 'subtype') ?? '')) return []
  return [{ type: 'thread-moved', fromThreadKey: channel, toThreadKey: `${channel}:${ts}` }]
}

/** Where everybody may talk, only what stands below a mention belongs to a conversation; the core knows which that is. */
function belowMention(events: Events, threadKey: string | undefined): Events {
  return events.flatMap((event): Events => {
    if (event.type === 'message') return [{ ...event, onlyInThread: true }]
    if (event.type === 'message-edited' && threadKey !== undefined)
      return [{ ...event, threadKey, onlyInThread: true }]
    return event.type === 'unsupported' ? [] : [event]
  })
}

/** Somebody mentioned the app, in a channel that it was invited to. */
export function readMention(envelope: Envelope, scope: Scope): Events {
  const place = placeOf(envelope.event)
  if (place === undefined) return []
  if (!scope.mentions && !isHeard(place, scope)) return []
  return readWritten(place, envelope, scope)
}

function readWritten(place: Place, envelope: Envelope, scope: Scope): Events {
  const { event } = envelope
  const subtype = textIn(event, 'subtype') ?? ''
  if (isOwn(event, envelope) || HOUSEKEEPING.has(subtype) || HOUSEKEEPING_OF.test(subtype)) return []
  const identity = authorOf(event, envelope, scope)
  if (identity === undefined) return []
  const externalId = externalIdOf(place.channel, place.ts)
  const threadKey = threadKeyOf(place, scope)
  const thread = threadKey === undefined ? {} : { threadKey }
  const content = readContent(event, envelope)
  if (!WRITTEN.has(subtype) || isEmpty(content)) {
    const what =
      subtype === '' || WRITTEN.has(subtype) ? 'a message that has no words' : `a ${inWords(subtype)}`
    return [{ type: 'unsupported', externalId, identity, ...thread, what }]
  }
  const sentAtMs = msOf(place.ts)
  const answered = place.kind === 'channel' || scope.directThreads ? undefined : place.threadTs
  const written: InboundEvent = {
    type: 'message',
    externalId,
    identity,
    ...thread,
    text: content.text,
    attachments: content.attachments,
    ...(content.spans.length > 0 && { spans: content.spans }),
    ...(sentAtMs !== undefined && { sentAtMs }),
    ...(answered !== undefined && { replyToExternalId: externalIdOf(place.channel, answered) }),
  }
  // What is read in a channel's history shows the last of its changes only.
  return [written, ...editOf(externalId, event, content)]
}

const isEmpty = ({ text, attachments }: Content): boolean => text.trim() === '' && attachments.length === 0

const inWords = (subtype: string): string => {
  const words = subtype
    .replace(/[^A-Za-z0-9]+/g, ' ')
    .trim()
    .slice(0, 60)
  return `message of the kind “${words}”`
}

/** @param editOrder edits are dated by the second; the events that tell of them are not */
function editOf(
  externalId: string,
  message: Fields,
  { text, spans }: Content,
  editOrder: number | undefined = undefined,
): Events {
  const editedAtMs = msOf(textIn(fieldsIn(message, 'edited'), 'ts'))
  if (editedAtMs === undefined) return []
  return [
    {
      type: 'message-edited',
      externalId,
      text,
      editedAtMs,
      ...(editOrder !== undefined && { editOrder }),
      ...(spans.length > 0 && { spans }),
    },
  ]
}

/**
 * A message looks different: because somebody edited it, because Slack put the preview of a link below it, because
 * somebody answered it, or because it was deleted while others had answered.
 */
function readChange(envelope: Envelope, scope: Scope): Events {
  const { event } = envelope
  const message = fieldsIn(event, 'message')
  const place = message && placeOf(event, message)
  if (message === undefined || place === undefined || isOwn(message, envelope)) return []
  const before = fieldsIn(event, 'previous_message')
  if (!mayFollow(place, [message, before], envelope, scope)) return []
  const externalId = externalIdOf(place.channel, place.ts)
  if (textIn(message, 'subtype') === 'tombstone') {
    const deletedAtMs = msOf(textIn(event, 'event_ts')) ?? msOf(textIn(event, 'ts'))
    return deletedAtMs === undefined ? [] : [{ type: 'message-deleted', externalId, deletedAtMs }]
  }
  if (authorOf(message, envelope, scope) === undefined) return []
  const wasEdited = textIn(fieldsIn(before, 'edited'), 'ts')
  const isEdited = textIn(fieldsIn(message, 'edited'), 'ts')
  const isSameText = textIn(message, 'text') === textIn(before, 'text')
  if (isEdited === undefined || (isEdited === wasEdited && isSameText)) return []
  const order = microsecondsOf(textIn(event, 'event_ts') ?? textIn(event, 'ts'))
  const edits = editOf(externalId, message, readContent(message, envelope), order)
  return isHeard(place, scope) || mentionsUs([message, before], envelope)
    ? edits
    : belowMention(edits, threadKeyOf(place, scope))
}

/** Also of what we wrote ourselves: an administrator may have taken it away. */
function readDeletion(envelope: Envelope, scope: Scope): Events {
  const { event } = envelope
  const before = fieldsIn(event, 'previous_message')
  const ts = textIn(event, 'deleted_ts') ?? textIn(before, 'ts')
  const place = placeOf(event, { ...before, ts })
  const deletedAtMs = msOf(textIn(event, 'event_ts')) ?? msOf(textIn(event, 'ts'))
  if (place === undefined || deletedAtMs === undefined) return []
  if (!mayFollow(place, [before], envelope, scope)) return []
  return [{ type: 'message-deleted', externalId: externalIdOf(place.channel, place.ts), deletedAtMs }]
}

/** Whether something that happened to a message is of interest: in foreign talk, only what mentions us or may stand below. */
function mayFollow(
  place: Place,
  forms: readonly (Fields | undefined)[],
  envelope: Envelope,
  scope: Scope,
): boolean {
  if (isHeard(place, scope)) return true
  if (!mayBeKnown(place, scope)) return false
  return place.threadTs !== undefined || envelope.ownUsers.size === 0 || mentionsUs(forms, envelope)
}

const mentionsUs = (forms: readonly (Fields | undefined)[], { ownUsers }: Envelope): boolean =>
  forms.some((form) => [...ownUsers].some((id) => namesUser(textIn(form, 'text') ?? '', id)))

/** Of what follows a message only: a mention may have brought it in, wherever it stands. */
export const mayBeKnown = (place: Pick<Place, 'channel' | 'kind'>, scope: Scope): boolean =>
  isHeard(place, scope) || (scope.mentions && place.kind === 'channel')
