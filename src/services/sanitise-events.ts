import type { InboundEvent, InboundLetter } from '../contract/inbound-event.ts'
import { type SanitisedHtml, sanitiseLetterHtml } from './sanitise-letter.ts'

/** A letter whose formatted body is fit to be shown; it has none as it came any more. */
export type SanitisedLetter = Omit<InboundLetter, 'html'> & { readonly sanitised?: SanitisedHtml }

/** An event after {@link sanitiseEvents}. */
export type SanitisedEvent =
  | Exclude<InboundEvent, { type: 'message' }>
  | (Omit<Extract<InboundEvent, { type: 'message' }>, 'letter'> & { readonly letter?: SanitisedLetter })

/**
 * Sanitises the letters among what `parse` made. It may take a while for a large one, so it runs wherever parsing may;
 * what was sanitised there is passed as it is.
 */
export function sanitiseEvents(
  events: readonly (InboundEvent | SanitisedEvent)[],
): readonly SanitisedEvent[] {
  return events.map((event): SanitisedEvent => {
    if (event.type !== 'message' || !event.letter) return event as SanitisedEvent
    const { html, ...letter } = event.letter as InboundLetter & SanitisedLetter
    if (html === undefined) return { ...event, letter }
    const sanitised = sanitiseLetterHtml(html)
    return { ...event, letter: sanitised.html.trim() === '' ? letter : { ...letter, sanitised } }
  })
}
