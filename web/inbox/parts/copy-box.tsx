import { Button } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { text } from '../text/text.ts'
import css from './copy-box.module.css'

const SHOWN_MS = 1_800

/** Something to be copied as it stands. */
export function CopyBox({ value, label }: { readonly value: string; readonly label: string }) {
  const [copied, setCopied] = useState(false)
  const box = useRef<HTMLPreElement>(null)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [copied])

  const copy = async () => {
    // Pages served without TLS have no clipboard: then the text is selected, ready for Ctrl+C.
    try {
      await navigator.clipboard.writeText(value)
      setCopied(true)
    } catch {
      if (box.current) window.getSelection()?.selectAllChildren(box.current)
    }
  }
  return (
    <div className={css['box']}>
      <pre ref={box} className={css['value']} tabIndex={0} aria-label={label}>
        {value}
      </pre>
      <Button
        className={css['button']}
        size="compact-xs"
        variant="default"
        leftSection={copied ? <IconCheck size={13} /> : <IconCopy size={13} />}
        onClick={() => void copy()}
      >
        {copied ? text.general.copied : text.general.copy}
      </Button>
    </div>
  )
}
