import { Loader } from '@mantine/core'
import { IconFile, IconRefresh, IconX } from '@tabler/icons-react'
import { sizeOf } from '../parts/bytes.ts'
import { cx } from '../parts/class-names.ts'
import { text } from '../text/text.ts'
import css from './attachment-tray.module.css'
import type { Upload } from './use-uploads.ts'

/** The files that go with the next message. */
export function AttachmentTray(props: {
  readonly items: readonly Upload[]
  readonly onRemove: (key: number) => void
  readonly onRetry: (key: number) => void
}) {
  if (props.items.length === 0) return null
  return (
    <ul className={css['tray']}>
      {props.items.map(({ key, file, state, problem, final }) => (
        <li key={key} className={cx(css['file'], state === 'failed' && css['failed'])}>
          {state === 'uploading' ? (
            <Loader size={16} role="img" aria-label={text.composer.uploading} />
          ) : (
            <IconFile size={16} stroke={1.7} aria-hidden />
          )}
          <span className={css['words']}>
            <bdi className={css['name']}>{file.name}</bdi>
            <span className={css['detail']} role={problem ? 'alert' : undefined}>
              {problem ?? sizeOf(file.size)}
            </span>
          </span>
          {state === 'failed' && !final && (
            <button type="button" aria-label={text.general.retry} onClick={() => props.onRetry(key)}>
              <IconRefresh size={14} />
            </button>
          )}
          <button
            type="button"
            aria-label={text.composer.removeFile(file.name)}
            onClick={() => props.onRemove(key)}
          >
            <IconX size={14} />
          </button>
        </li>
      ))}
    </ul>
  )
}
