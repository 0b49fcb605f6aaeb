import type { AttachmentRef } from '../../src/contract/inbound-event.ts'
import { idIn, type Json, listIn, numberIn, objectIn, textIn } from './wire.ts'

/** What the Bot API gives away at most (getFile). */
export const MOST_DOWNLOAD_BYTES = 20 * 2 ** 20

/** What a message carries besides its text. */
export interface FilesOfMessage {
  readonly attachments: readonly AttachmentRef[]
  /** What is said in words: files that bots do not get, stickers that move. */
  readonly notes: readonly string[]
}

const NONE: FilesOfMessage = { attachments: [], notes: [] }

interface Kind {
  readonly key: string
  readonly name: string
  readonly extension: string
  readonly contentType: string
}

/** An animation comes with a `document` of the same file, so it stands first. */
const KINDS: readonly Kind[] = [
  { key: 'animation', name: 'animation', extension: 'mp4', contentType: 'video/mp4' },
  { key: 'video', name: 'video', extension: 'mp4', contentType: 'video/mp4' },
  { key: 'video_note', name: 'video-message', extension: 'mp4', contentType: 'video/mp4' },
  { key: 'voice', name: 'voice-message', extension: 'ogg', contentType: 'audio/ogg' },
  { key: 'audio', name: 'audio', extension: 'mp3', contentType: 'audio/mpeg' },
  { key: 'document', name: 'file', extension: 'bin', contentType: 'application/octet-stream' },
]

/** The files of a message; Telegram keeps links to them for an hour only, so they are fetched at once. */
export function filesOf(message: Json): FilesOfMessage {
  const sticker = objectIn(message, 'sticker')
  if (sticker) return stickerOf(sticker, message)
  const sizes = listIn(message, 'photo')
  if (sizes.length > 0) return photoOf(sizes, message)
  for (const kind of KINDS) {
    const file = objectIn(message, kind.key)
    if (file) return fileOf(file, kind, message)
  }
  return NONE
}

function fileOf(file: Json, { name, extension, contentType }: Kind, message: Json): FilesOfMessage {
  const shownName = textIn(file, 'file_name') || `${name}-${idIn(message, 'message_id') || '1'}.${extension}`
  return attach(file, shownName, textIn(file, 'mime_type') || contentType)
}

/** The largest that bots get; the platform has made smaller ones of every photo. */
function photoOf(sizes: readonly Json[], message: Json): FilesOfMessage {
  const area = (size: Json): number => (numberIn(size, 'width') ?? 0) * (numberIn(size, 'height') ?? 0)
  const inReach = sizes.filter((size) => (numberIn(size, 'file_size') ?? 0) <= MOST_DOWNLOAD_BYTES)
  const [largest] = (inReach.length > 0 ? inReach : [...sizes]).sort((one, other) => area(other) - area(one))
  return largest ? attach(largest, `photo-${idIn(message, 'message_id') || '1'}.jpg`, 'image/jpeg') : NONE
}

function stickerOf(sticker: Json, message: Json): FilesOfMessage {
  const emoji = textIn(sticker, 'emoji')
  if (sticker['is_animated'] === true || sticker['is_video'] === true) {
    return { attachments: [], notes: [emoji === '' ? '[animated sticker]' : `${emoji} [animated sticker]`] }
  }
  return attach(sticker, `sticker-${idIn(message, 'message_id') || '1'}.webp`, 'image/webp')
}

function attach(file: Json, name: string, contentType: string): FilesOfMessage {
  const ref = textIn(file, 'file_id')
  const sizeBytes = numberIn(file, 'file_size')
  if (ref === '') return { attachments: [], notes: [`[${name}: Telegram did not say where it is]`] }
  if (sizeBytes !== undefined && sizeBytes > MOST_DOWNLOAD_BYTES) {
    const megabytes = Math.ceil(sizeBytes / 2 ** 20)
    return {
      attachments: [],
      notes: [`[${name}, ${megabytes} MB: Telegram gives bots no files above 20 MB]`],
    }
  }
  return {
    attachments: [
      {
        kind: 'remote',
        ref,
        name,
        contentType,
        ...(sizeBytes === undefined || sizeBytes < 0 ? {} : { sizeBytes }),
        fetchAtOnce: true,
      },
    ],
    notes: [],
  }
}
