import type { JSX } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { saveFile } from '../file-cache.ts'
import { FILE_SHAPES } from './file-shapes.ts'
import { Icon } from './icon.tsx'
import { useScreen } from './screen.ts'

/** A picture over the whole frame. */
export function Viewer({
  url,
  name,
  onClose,
}: {
  url: string
  name: string
  onClose: () => void
}): JSX.Element {
  const { language } = useScreen()
  const close = useRef<HTMLButtonElement>(null)
  // Before it is painted: a key pressed at once is the viewer's.
  useLayoutEffect(() => {
    const opener = document.activeElement as HTMLElement | null
    close.current?.focus()
    return () => opener?.focus()
  }, [])
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return
    event.preventDefault()
    onClose()
  }
  return (
    <div class="viewer" role="dialog" aria-modal="true" aria-label={name} onKeyDown={onKeyDown}>
      <div class="viewer-bar">
        <span dir="auto">{name}</span>
        <button
          type="button"
          class="round"
          aria-label={language.say('download', { name })}
          onClick={() => saveFile(url, name)}
        >
          <Icon shape={FILE_SHAPES.download} />
        </button>
        <button type="button" class="round" ref={close} aria-label={language.say('close')} onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      <img src={url} alt={name} />
    </div>
  )
}
