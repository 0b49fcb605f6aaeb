import type { MessageView } from '../../../src/domain/views.ts'
import type { ReplyTarget } from '../data/drafts.ts'
import { text } from '../text/text.ts'

const PREVIEW_LENGTH = 140

/** A message as the composer shows it when it is answered. */
export function targetOf({ id, author, text: said, attachments }: MessageView): ReplyTarget {
  const line = said.replaceAll(/\s+/gu, ' ').trim()
  const preview = line || attachments.map(({ name }) => name).join(', ') || text.list.noMessage
  return {
    id,
    authorName: author.name || text.thread.who.system,
    preview: [...preview].slice(0, PREVIEW_LENGTH).join(''),
  }
}
