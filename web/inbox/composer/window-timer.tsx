import { IconClock, IconClockExclamation, IconClockX } from '@tabler/icons-react'
import { cx } from '../parts/class-names.ts'
import { soonTime } from '../parts/time.ts'
import { messengerText } from '../text/messenger-text.ts'
import { text } from '../text/text.ts'
import type { ReplyWindow } from './reply-window.ts'
import css from './window-timer.module.css'

const MINUTE_MS = 60_000
const words = messengerText.window

function durationOf(leftMs: number): string {
  const minutes = Math.floor(leftMs / MINUTE_MS)
  return words.duration(Math.floor(minutes / 60), minutes % 60)
}

/** Until when one may answer freely, or that the time is over. */
export function WindowTimer(props: {
  readonly window: ReplyWindow
  /** The channel knows approved messages, which may still go out. */
  readonly templates: boolean
}) {
  const { window, templates } = props
  if (window.kind === 'none') return null
  if (window.kind === 'closed') {
    return (
      <p className={cx(css['timer'], css['closed'])} role="status">
        <IconClockX size={15} stroke={1.9} aria-hidden />
        <span>
          {!templates
            ? text.composer.windowClosed(window.hours)
            : window.closedAtMs === undefined
              ? words.never
              : words.closed(window.hours)}
        </span>
      </p>
    )
  }
  const until = soonTime(new Date(window.closesAtMs).toISOString())
  const left = durationOf(window.leftMs)
  const closing = window.kind === 'closing'
  const Icon = closing ? IconClockExclamation : IconClock
  return (
    <>
      <p className={cx(css['timer'], closing && css['closing'])}>
        <Icon size={15} stroke={1.9} aria-hidden />
        <span>{closing ? words.closing(until, left) : words.open(until, left)}</span>
      </p>
      {/* The warning is spoken once; each minute that passes is not. */}
      <span className="visually-hidden" role="status">
        {closing && words.soonOver}
      </span>
    </>
  )
}
