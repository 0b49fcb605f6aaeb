import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { AttachmentView } from '../../../../src/domain/views.ts'
import { saveFile } from '../file-cache.ts'
import { FILE_SHAPES } from './file-shapes.ts'
import { Icon } from './icon.tsx'
import { useScreen } from './screen.ts'
import { Viewer } from './viewer.tsx'
import './file-styles.ts'

const SHOWN = ['image/jpeg', 'image/png', 'image/gif', 'image/webp']

/** A file of a message: a picture to look at, or a card to download. */
export function AttachmentTile({ attachment }: { attachment: AttachmentView }): JSX.Element {
  const { files, language } = useScreen()
  const [failed, setFailed] = useState(false)
  const { id, name, contentType, sizeBytes } = attachment
  if (SHOWN.includes(contentType) && !failed) {
    return <Picture attachment={attachment} onFailed={() => setFailed(true)} />
  }
  const download = (): void => {
    files
      .url(id)
      .then((url) => saveFile(url, name))
      .catch(() => setFailed(true))
  }
  return (
    <button type="button" class="file" onClick={download} aria-label={language.say('download', { name })}>
      <span class="file-mark">
        <Icon shape={FILE_SHAPES.file} />
      </span>
      <span class="file-name" dir="auto">
        {name}
        <small>{failed ? language.say('fileFailed') : language.bytes(sizeBytes)}</small>
      </span>
      <Icon shape={FILE_SHAPES.download} />
    </button>
  )
}

function Picture({
  attachment,
  onFailed,
}: {
  attachment: AttachmentView
  onFailed: () => void
}): JSX.Element {
  const { files, language } = useScreen()
  const { id, name, width, height } = attachment
  const [url, setUrl] = useState<string>()
  const [large, setLarge] = useState(false)
  useEffect(() => {
    let here = true
    files.url(id).then(
      (loaded) => here && setUrl(loaded),
      () => here && onFailed(),
    )
    return () => {
      here = false
    }
  }, [id])
  return (
    <>
      <button
        type="button"
        class="picture"
        aria-label={language.say('show', { name })}
        onClick={() => setLarge(url !== undefined)}
      >
        {url === undefined ? (
          <span class="blank" style={{ aspectRatio: width && height ? `${width}/${height}` : '4/3' }} />
        ) : (
          <img src={url} alt="" width={width} height={height} onError={onFailed} />
        )}
      </button>
      {large && url !== undefined && <Viewer url={url} name={name} onClose={() => setLarge(false)} />}
    </>
  )
}
