import type { SegmentRules } from '../../../src/domain/text-segments.ts'
import { messengerText } from '../text/messenger-text.ts'
import { segmentsOf } from './segments.ts'

/** What a text costs, while it is written. */
export function SegmentCount({ typed, rules }: { readonly typed: string; readonly rules: SegmentRules }) {
  const { segments, left, because } = segmentsOf(typed.trim(), rules)
  if (segments === 0) return null
  const words = messengerText.segments
  return (
    <>
      {words.count(segments, left)}
      {because !== undefined && ` · ${words.unicode(because)}`}
    </>
  )
}
