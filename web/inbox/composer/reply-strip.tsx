import { IconCornerUpLeft, IconX } from '@tabler/icons-react'
import type { ReplyTarget } from '../data/drafts.ts'
import { messengerText } from '../text/messenger-text.ts'
import css from './reply-strip.module.css'

/** The message that one answers, above what one writes. */
export function ReplyStrip({
  target,
  onCancel,
}: {
  readonly target: ReplyTarget
  readonly onCancel: () => void
}) {
  return (
    <div className={css['strip']}>
      <IconCornerUpLeft size={15} stroke={2} aria-hidden />
      <span className={css['words']}>
        <span className={css['whom']}>{messengerText.reply.to(target.authorName)}</span>
        <bdi className={css['preview']}>{target.preview}</bdi>
      </span>
      <button type="button" aria-label={messengerText.reply.cancel} onClick={onCancel}>
        <IconX size={15} />
      </button>
    </div>
  )
}
