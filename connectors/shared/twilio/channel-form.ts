import type { TextSpan } from '../../../src/domain/text-spans.ts'
import type { InboundForm } from './message-event.ts'

/** A text with its formatting. */
export interface FormattedText {
  readonly text: string
  readonly spans?: readonly TextSpan[]
}

/** What differs between the kinds of channel that go over Twilio. */
export interface ChannelForm extends InboundForm {
  /** The text as Twilio is to get it. */
  readonly write: (message: FormattedText) => string
  /** Why a template cannot go out as it was filled in. */
  readonly refuseTemplate?: (message: {
    readonly text: string
    readonly variables: Readonly<Record<string, string>>
  }) => { readonly code: string; readonly detail: string } | undefined
}
