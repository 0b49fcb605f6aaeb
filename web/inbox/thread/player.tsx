import { IconDownload } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import type { AttachmentView } from '../../../src/domain/views.ts'
import { attachmentUrl } from '../../shared/agent-api.ts'
import { sizeOf } from '../parts/bytes.ts'
import { messengerText } from '../text/messenger-text.ts'
import { text } from '../text/text.ts'
import css from './player.module.css'

const words = messengerText.player

/** A voice message, a song or a film, played where it stands. */
export function Player(props: {
  readonly attachment: AttachmentView
  readonly kind: 'audio' | 'video'
  /** Shown where the browser cannot play it. */
  readonly unplayable: ReactNode
}) {
  const { attachment, kind, unplayable } = props
  const { id, name, sizeBytes, contentType } = attachment
  const [fails, setFails] = useState(() => document.createElement(kind).canPlayType(contentType) === '')
  if (fails) return unplayable
  const Media = kind
  return (
    <figure className={css[kind]}>
      <Media
        controls
        preload="metadata"
        src={attachmentUrl(id)}
        aria-label={kind === 'audio' ? words.audio(name) : words.video(name)}
        onError={() => setFails(true)}
        {...(kind === 'video' ? { playsInline: true } : {})}
      />
      <figcaption>
        <bdi className={css['name']}>{name}</bdi>
        <span>{sizeOf(sizeBytes)}</span>
        <a href={attachmentUrl(id)} download={name} aria-label={`${text.thread.download} ${name}`}>
          <IconDownload size={15} stroke={1.9} aria-hidden />
        </a>
      </figcaption>
    </figure>
  )
}
