import { useClickOutside, useFocusTrap, useMergedRef } from '@mantine/hooks'
import { useState } from 'react'
import { settingsText } from '../text/settings-text.ts'
import { text } from '../text/text.ts'
import { EMOJI } from './emoji.ts'
import css from './emoji-picker.module.css'

/** A small choice of emoji, searched by words. */
export function EmojiPicker(props: {
  readonly onChoose: (emoji: string) => void
  readonly onClose: () => void
}) {
  const [typed, setTyped] = useState('')
  const outside = useClickOutside(props.onClose)
  const ref = useMergedRef(outside, useFocusTrap(true))
  const found = EMOJI.filter(([, words]) => words.includes(typed.trim().toLowerCase()))
  return (
    <div
      ref={ref}
      className={css['picker']}
      role="dialog"
      aria-label={text.composer.emoji}
      data-shortcuts="off"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        props.onClose()
      }}
    >
      <input
        className={css['search']}
        data-autofocus
        value={typed}
        placeholder={text.composer.emojiSearch}
        aria-label={text.composer.emojiSearch}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        onKeyDown={(event) => {
          const first = found[0]
          if (event.key === 'Enter' && first) props.onChoose(first[0])
        }}
      />
      <div className={css['grid']}>
        {found.map(([symbol, words]) => (
          <button
            key={symbol}
            type="button"
            aria-label={words}
            title={words}
            onClick={() => props.onChoose(symbol)}
          >
            {symbol}
          </button>
        ))}
        {found.length === 0 && <p className={css['none']}>{settingsText.palette.nothing}</p>}
      </div>
    </div>
  )
}
