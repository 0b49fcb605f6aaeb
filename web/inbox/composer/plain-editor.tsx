import { Textarea } from '@mantine/core'
import { useState } from 'react'
import { plainDocument, writtenLetter } from '../letters/rich-text.ts'
import css from './composer.module.css'
import type { EditorProps } from './editor-props.ts'

/** Writes letters without formatting, where the editor cannot be loaded. */
export function PlainEditor({ document, label, placeholder, autoFocus, onChange, onFiles }: EditorProps) {
  const [typed, setTyped] = useState(() => (document ? writtenLetter(document).text : ''))
  return (
    <Textarea
      className={css['field'] ?? ''}
      variant="unstyled"
      autosize
      minRows={5}
      maxRows={14}
      dir="auto"
      aria-label={label}
      placeholder={placeholder}
      autoFocus={autoFocus}
      value={typed}
      onChange={({ currentTarget }) => {
        setTyped(currentTarget.value)
        onChange(plainDocument(currentTarget.value))
      }}
      onPaste={(event) => {
        if (onFiles(event.clipboardData.files)) event.preventDefault()
      }}
    />
  )
}
