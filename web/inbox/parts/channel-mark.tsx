import type { ChannelView } from '../../../src/domain/views.ts'
import { Avatar } from './avatar.tsx'
import css from './channel-mark.module.css'

/** The drawing of a kind of channel. Decoration: its name stands beside it. */
export function ChannelMark(props: {
  readonly channel: Pick<ChannelView, 'mark' | 'typeName'> | undefined
  readonly size: 18 | 20 | 24 | 40
}) {
  const { channel, size } = props
  if (channel && !channel.mark) return <Avatar name={channel.typeName} size={size} square />
  // Its place is kept until the channel is known.
  const { path = '', color = 'transparent' } = channel?.mark ?? {}
  return (
    <svg className={css['mark']} viewBox="0 0 24 24" width={size} height={size} aria-hidden>
      <rect width="24" height="24" rx="6.5" fill={color} />
      <path d={path} />
    </svg>
  )
}
