import type { JSX } from 'preact'
import type { DraftFile } from '../uploads.ts'
import './file-styles.ts'
import { FILE_SHAPES } from './file-shapes.ts'
import { Icon } from './icon.tsx'
import { useScreen } from './screen.ts'

/** The files of the message being written, with how far each has come. */
export function Drafts({
  files,
  onRemove,
}: {
  files: readonly DraftFile[]
  onRemove: (key: number) => void
}): JSX.Element {
  const { language } = useScreen()
  return (
    <ul class="drafts">
      {files.map(({ key, file: { name, size }, preview, progress, view }) => (
        <li class="draft" key={key}>
          {preview === undefined ? <Icon shape={FILE_SHAPES.file} /> : <img src={preview} alt="" />}
          <span class="file-name" dir="auto">
            {name}
            <small>{language.bytes(size)}</small>
          </span>
          {view === undefined && (
            <progress value={progress} aria-label={language.say('uploading', { name })} />
          )}
          <button
            type="button"
            class="tool"
            aria-label={language.say('remove', { name })}
            onClick={() => onRemove(key)}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  )
}
