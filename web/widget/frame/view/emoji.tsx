import type { JSX } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import styles from '../styles/emoji.css?inline'
import { addStyles } from '../theme.ts'
import { useScreen } from './screen.ts'

addStyles(styles)

const COLUMNS = 8
const EMOJI = Array.from(
  '😀😄😂🤣😊😉😍🥰😘😎🤔🙄😅😢😭😡😱🥳😴🤒👍👎👌👏🙏💪👋🤝🎉🔥✨⭐💡💯✅❌❓❗💬📷📦🚚🛒💳🎁💙💚🧡',
)

/** A small grid: arrows move, Enter picks, Escape closes. */
export function EmojiPicker({
  onPick,
  onClose,
}: {
  onPick: (emoji: string) => void
  onClose: () => void
}): JSX.Element {
  const { language } = useScreen()
  const grid = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const element = grid.current
    element?.querySelector('button')?.focus()
    const outside = (event: PointerEvent): void => {
      if (!element?.parentElement?.contains(event.target as Node)) onClose()
    }
    addEventListener('pointerdown', outside)
    return () => removeEventListener('pointerdown', outside)
  }, [])

  const onKeyDown = (event: KeyboardEvent): void => {
    const buttons = [...(grid.current?.querySelectorAll('button') ?? [])]
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
    const forward = language.direction === 'rtl' ? -1 : 1
    const step = { ArrowRight: forward, ArrowLeft: -forward, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[
      event.key
    ]
    if (event.key === 'Escape') onClose()
    else if (step === undefined) return
    else buttons[at + step]?.focus()
    event.preventDefault()
  }

  return (
    <div class="emoji" role="group" aria-label={language.say('emoji')} ref={grid} onKeyDown={onKeyDown}>
      {EMOJI.map((emoji, index) => (
        <button type="button" key={emoji} tabIndex={index === 0 ? 0 : -1} onClick={() => onPick(emoji)}>
          {emoji}
        </button>
      ))}
    </div>
  )
}
