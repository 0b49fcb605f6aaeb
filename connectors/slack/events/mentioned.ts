import { type Fields, fieldsIn, textIn } from './fields.ts'

const MENTION = /<@([UW][A-Z0-9]{1,30})>/g
/** Whoever mentions more means nobody in particular. */
const MOST = 20

/** Whom an event's message mentions, by their ids. Slack writes them into the text, also where blocks have them. */
export function mentionedIn(outer: Fields | undefined): readonly string[] {
  const event = fieldsIn(outer, 'event')
  const texts = [event, fieldsIn(event, 'message')].map((message) => textIn(message, 'text') ?? '')
  const ids = texts.flatMap((text) => Array.from(text.matchAll(MENTION), ([, id = '']) => id))
  return [...new Set(ids)].slice(0, MOST)
}
