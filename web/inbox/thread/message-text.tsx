import type { ReactNode } from 'react'
import { memo } from 'react'
import css from './message-text.module.css'

const LINK = /\bhttps?:\/\/[^\s<>"'`]+[^\s<>"'`.,;:!?)\]}]/giu
const ONLY_EMOJI = /^(?:\p{Extended_Pictographic}[\u{FE0F}\u{1F3FB}-\u{1F3FF}\u{200D}]*){1,3}$/u

/** Plain text with its web addresses as links; never markup. */
export const MessageText = memo(function MessageText({ text }: { readonly text: string }) {
  if (text === '') return null
  return (
    <p className={ONLY_EMOJI.test(text.trim()) ? css['emoji'] : css['text']} dir="auto">
      {linked(text)}
    </p>
  )
})

/** Text with the web addresses in it as links. */
export function linked(text: string): ReactNode[] {
  const parts: ReactNode[] = []
  let end = 0
  for (const match of text.matchAll(LINK)) {
    parts.push(text.slice(end, match.index))
    parts.push(
      <a key={match.index} href={match[0]} target="_blank" rel="noopener noreferrer nofollow">
        {match[0]}
      </a>,
    )
    end = match.index + match[0].length
  }
  parts.push(text.slice(end))
  return parts
}
