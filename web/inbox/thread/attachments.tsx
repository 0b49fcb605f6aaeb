import {
  IconFile,
  IconFileOff,
  IconFileTypePdf,
  IconFileZip,
  IconMusic,
  IconPhoto,
  IconVideo,
} from '@tabler/icons-react'
import { lazy, Suspense, useEffect, useState } from 'react'
import type { AttachmentView } from '../../../src/domain/views.ts'
import { attachmentUrl } from '../../shared/agent-api.ts'
import { backOffMs } from '../live/back-off.ts'
import { sizeOf } from '../parts/bytes.ts'
import { cx } from '../parts/class-names.ts'
import { text } from '../text/text.ts'
import css from './attachments.module.css'

const Player = lazy(() => import('./player.tsx').then((module) => ({ default: module.Player })))

const SHOWN_INLINE = /^image\/(jpeg|png|gif|webp)$/
const THUMB_PX = 260
/** A picture that failed so often in a row is shown as a file, until the agent asks for it again. */
const MOST_FAILURES = 4

/** Pictures as thumbnails, what sounds or moves as players, everything else as cards. */
export function Attachments({ attachments }: { readonly attachments: readonly AttachmentView[] }) {
  if (attachments.length === 0) return null
  const pictures = attachments.filter(isPicture)
  const album = pictures.length > 1
  const others = album ? attachments.filter((one) => !isPicture(one)) : attachments
  return (
    <>
      {album && (
        <div className={cx(css['album'], pictures.length > 4 && css['many'])}>
          {pictures.map((attachment) => (
            <Picture key={attachment.id} attachment={attachment} cropped />
          ))}
        </div>
      )}
      {others.length > 0 && (
        <div className={css['list']}>
          {others.map((attachment) => (
            <One key={attachment.id} attachment={attachment} />
          ))}
        </div>
      )}
    </>
  )
}

const isPicture = ({ state, contentType }: AttachmentView): boolean =>
  state !== 'gone' && state !== 'too-large' && SHOWN_INLINE.test(contentType)

function One({ attachment }: { readonly attachment: AttachmentView }) {
  const { state, name, contentType } = attachment
  if (state === 'gone' || state === 'too-large') {
    return <LostFile name={name} reason={text.thread.fileLost[state]} />
  }
  if (isPicture(attachment)) return <Picture attachment={attachment} />
  const kind = playedAs(contentType)
  const card = <FileCard attachment={attachment} />
  if (!kind) return card
  return (
    <Suspense fallback={card}>
      <Player attachment={attachment} kind={kind} unplayable={card} />
    </Suspense>
  )
}

/** @param props.cropped to a square, beside others of its kind */
function Picture(props: { readonly attachment: AttachmentView; readonly cropped?: boolean }) {
  const { attachment, cropped = false } = props
  const [failures, setFailures] = useState(0)
  const [resting, setResting] = useState(false)
  useEffect(() => {
    if (!resting) return undefined
    const timer = setTimeout(() => setResting(false), backOffMs(failures - 1, Math.random()))
    return () => clearTimeout(timer)
  }, [resting, failures])
  if (failures >= MOST_FAILURES) {
    return (
      <div className={css['unshown']}>
        <FileCard attachment={attachment} />
        <button type="button" onClick={() => setFailures(0)}>
          {text.thread.imageFailed}
        </button>
      </div>
    )
  }
  const { width = 4, height = 3 } = attachment
  const shown = Math.min(THUMB_PX, Math.max(96, width), (THUMB_PX * Math.max(0.4, width / height)) | 0)
  const box = cropped
    ? { inlineSize: '100%', aspectRatio: '1' }
    : { inlineSize: shown, aspectRatio: `${width} / ${height}` }
  return (
    <a
      className={css['picture']}
      href={attachmentUrl(attachment.id, true)}
      target="_blank"
      rel="noopener"
      aria-label={text.thread.openImage(attachment.name)}
    >
      {resting ? (
        <span className={css['blank']} style={box} />
      ) : (
        <img
          src={attachmentUrl(attachment.id, true)}
          alt={attachment.name}
          loading="lazy"
          style={box}
          onError={() => {
            setFailures(failures + 1)
            setResting(true)
          }}
        />
      )}
    </a>
  )
}

function FileCard({
  attachment: { id, name, contentType, sizeBytes },
}: {
  readonly attachment: AttachmentView
}) {
  const Icon = iconOf(contentType)
  return (
    <a className={css['file']} href={attachmentUrl(id)} download={name}>
      <span className={css['icon']} aria-hidden>
        <Icon size={20} stroke={1.6} />
      </span>
      <span className={css['words']}>
        <span className="visually-hidden">{text.thread.download}</span>
        <bdi className={css['name']}>{name}</bdi>
        <span className={css['size']}>{sizeOf(sizeBytes)}</span>
      </span>
    </a>
  )
}

/** One that its platform never gave: there is nothing to open. */
function LostFile({ name, reason }: { readonly name: string; readonly reason: string }) {
  return (
    <div className={css['file']}>
      <span className={css['icon']} aria-hidden>
        <IconFileOff size={20} stroke={1.6} />
      </span>
      <span className={css['words']}>
        <bdi className={css['name']}>{name}</bdi>
        <span className={css['size']}>{reason}</span>
      </span>
    </div>
  )
}

function playedAs(contentType: string): 'audio' | 'video' | undefined {
  if (contentType.startsWith('audio/')) return 'audio'
  return contentType.startsWith('video/') ? 'video' : undefined
}

function iconOf(contentType: string): typeof IconFile {
  if (contentType.startsWith('image/')) return IconPhoto
  if (contentType.startsWith('video/')) return IconVideo
  if (contentType.startsWith('audio/')) return IconMusic
  if (contentType === 'application/pdf') return IconFileTypePdf
  if (/zip|compressed|tar/.test(contentType)) return IconFileZip
  return IconFile
}
