import type { InboundEvent, InboundLetter } from '../contract/inbound-event.ts'
import { type SanitisedHtml, sanitiseLetterHtml } from './sanitise-letter.ts'

/** A letter whose formatted body is fit to be shown; it has none as it came any more. */
export type SanitisedLetter = Omit<InboundLetter, 'html'> & {
  readonly html?: never
  readonly sanitised?: SanitisedHtml
}

/** An event after {@link sanitiseEvents}. */
export type SanitisedEvent =
  | Exclude<InboundEvent, { type: 'message' }>
  | (Omit<Extract<InboundEvent, { type: 'message' }>, 'letter'> & { readonly letter?: SanitisedLetter })

/**
 * Sanitises the letters among what `parse` made. It may take a while for a large one, so it runs where parsing does.
 * Whatever `parse` itself calls sanitised is not believed.
 */
export function sanitiseEvents(events: readonly InboundEvent[]): readonly SanitisedEvent[] {
  return events.map((event): SanitisedEvent => {
    if (event.type !== 'message' || !event.letter) return event as SanitisedEvent
    const { html, ...rest } = event.letter
    const { sanitised: _claimed, ...letter } = rest as typeof rest & { readonly sanitised?: unknown }
    if (html === undefined) return { ...event, letter }
    const sanitised = sanitiseLetterHtml(html)
    return { ...event, letter: sanitised.html.trim() === '' ? letter : { ...letter, sanitised } }
  })
}
