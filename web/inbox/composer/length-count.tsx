import type { SegmentRules } from '../../../src/domain/text-segments.ts'
import { cx } from '../parts/class-names.ts'
import { messengerText } from '../text/messenger-text.ts'
import css from './composer.module.css'
import type { LengthNotice } from './limits.ts'
import { segmentsOf } from './segments.ts'

/** What a text costs and how much more fits, while it is written. Spoken only where it changes how the message goes. */
export function LengthCount(props: {
  readonly typed: string
  readonly notice: LengthNotice
  readonly segments: SegmentRules | undefined
}) {
  const { typed, notice, segments } = props
  const cost = segments && !notice.refused ? costOf(typed, segments) : ''
  return (
    <>
      <span className={cx(css['count'], notice.refused && css['over'])}>
        {[cost, notice.words].filter(Boolean).join(' · ')}
      </span>
      <span className="visually-hidden" role="status">
        {spoken(notice)}
      </span>
    </>
  )
}

/** The count itself changes with every key. */
function spoken({ refused, messages }: LengthNotice): string {
  const words = messengerText.length
  if (refused) return words.tooLong
  return messages === undefined ? '' : words.several(messages)
}

function costOf(typed: string, rules: SegmentRules): string {
  const { segments, left, because } = segmentsOf(typed.trim(), rules)
  if (segments === 0) return ''
  const words = messengerText.segments
  const count = words.count(segments, left)
  return because === undefined ? count : `${count} · ${words.unicode(because)}`
}
