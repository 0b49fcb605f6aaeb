import { ActionIcon } from '@mantine/core'
import { IconMoodSmile, IconPaperclip, IconTemplate } from '@tabler/icons-react'
import { lazy, Suspense, useRef, useState } from 'react'
import { messengerText } from '../text/messenger-text.ts'
import { text } from '../text/text.ts'
import css from './composer.module.css'
import { FormatButtons } from './format-buttons.tsx'
import type { FileRules } from './limits.ts'
import type { MarkKind } from './marks.ts'

const EmojiPicker = lazy(() =>
  import('./emoji-picker.tsx').then((module) => ({ default: module.EmojiPicker })),
)

/** What may go into a message beside typed words. */
export function ComposerTools(props: {
  readonly rules: FileRules
  readonly carriesFiles: boolean
  readonly onFiles: (files: FileList | null) => boolean
  readonly onEmoji: (emoji: string) => void
  /** Absent where marks are shown as they are typed. */
  readonly onMark?: (kind: MarkKind) => void
  /** Absent where there are no approved messages. */
  readonly onTemplates?: () => void
}) {
  const { rules, carriesFiles, onFiles, onEmoji, onMark, onTemplates } = props
  const [emoji, setEmoji] = useState(false)
  const picker = useRef<HTMLInputElement>(null)
  return (
    <>
      <ActionIcon
        data-tip-up
        data-tip={carriesFiles ? text.composer.attach : text.composer.noFiles}
        aria-label={text.composer.attach}
        aria-disabled={!carriesFiles}
        onClick={() => carriesFiles && picker.current?.click()}
      >
        <IconPaperclip size={18} />
      </ActionIcon>
      <input
        ref={picker}
        type="file"
        multiple={rules.most > 1 || rules.splits}
        accept={rules.accept}
        hidden
        aria-label={text.composer.attach}
        onChange={({ currentTarget }) => {
          onFiles(currentTarget.files)
          currentTarget.value = ''
        }}
      />
      <span className={css['emoji']}>
        <ActionIcon
          data-tip-up
          data-tip={text.composer.emoji}
          aria-label={text.composer.emoji}
          aria-expanded={emoji}
          onClick={() => setEmoji((before) => !before)}
        >
          <IconMoodSmile size={18} />
        </ActionIcon>
        <Suspense>
          {emoji && (
            <EmojiPicker
              onChoose={(chosen) => {
                onEmoji(chosen)
                setEmoji(false)
              }}
              onClose={() => setEmoji(false)}
            />
          )}
        </Suspense>
      </span>
      {onTemplates && (
        <ActionIcon
          data-tip-up
          data-tip={messengerText.templates.open}
          aria-label={messengerText.templates.open}
          onClick={onTemplates}
        >
          <IconTemplate size={18} />
        </ActionIcon>
      )}
      {onMark && <FormatButtons onMark={onMark} />}
    </>
  )
}
