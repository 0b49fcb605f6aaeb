import { ActionIcon } from '@mantine/core'
import { IconBold, IconCode, IconItalic, IconStrikethrough } from '@tabler/icons-react'
import { messengerText } from '../text/messenger-text.ts'
import css from './composer.module.css'
import type { MarkKind } from './marks.ts'

const BUTTONS = [
  ['bold', IconBold],
  ['italic', IconItalic],
  ['strike', IconStrikethrough],
  ['code', IconCode],
] as const

/** Puts marks around what is selected, where the channel shows them as formatting. */
export function FormatButtons({ onMark }: { readonly onMark: (kind: MarkKind) => void }) {
  return (
    <span role="group" aria-label={messengerText.format.label} className={css['format']}>
      {BUTTONS.map(([kind, Icon]) => (
        <ActionIcon
          key={kind}
          data-tip-up
          data-tip={messengerText.format[kind]}
          aria-label={messengerText.format[kind]}
          // The field keeps the selection that is to be marked.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onMark(kind)}
        >
          <Icon size={17} stroke={1.9} />
        </ActionIcon>
      ))}
    </span>
  )
}
