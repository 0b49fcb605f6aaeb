/** The files of a message: those that can be fetched, and in words those that cannot. */
import type { AttachmentRef } from '../../../src/contract/inbound-event.ts'
import { type Fields, numberIn, textIn } from './fields.ts'

/** What the files of a message come to. */
export interface ReadFiles {
  readonly attachments: readonly AttachmentRef[]
  /** One line each, for what is named and cannot be fetched. */
  readonly lines: readonly FileLine[]
}

/** A file in words. */
export interface FileLine {
  readonly text: string
  /** Where it is kept, when it is kept elsewhere. */
  readonly url?: string
}

/** Slack names no more files in one message. */
const MOST_FILES = 100

/** Reads the files of a message. */
export function readFiles(files: readonly Fields[]): ReadFiles {
  const attachments: AttachmentRef[] = []
  const lines: FileLine[] = []
  for (const file of files.slice(0, MOST_FILES)) {
    const line = lineOf(file)
    const attachment = line === undefined ? attachmentOf(file) : undefined
    if (attachment !== undefined) attachments.push(attachment)
    else lines.push(line ?? { text: `(The file ${nameOf(file)} cannot be fetched.)` })
  }
  return { attachments, lines }
}

/** @returns undefined of a file whose content Slack has for us */
function lineOf(file: Fields): FileLine | undefined {
  const mode = textIn(file, 'mode')
  if (mode === 'tombstone') return { text: '(A file that has been deleted.)' }
  if (mode === 'hidden_by_limit')
    return { text: `(The file ${nameOf(file)} is hidden by the limits of the workspace’s plan.)` }
  const access = textIn(file, 'file_access')
  if (access === 'access_denied' || access === 'file_not_found')
    return { text: `(The file ${nameOf(file)} is kept from the app.)` }
  if (mode === 'external' || file['is_external'] === true) {
    const url = textIn(file, 'external_url') ?? textIn(file, 'url_private')
    return { text: nameOf(file), ...(url !== undefined && { url }) }
  }
  return undefined
}

/** A file of another organisation says only its id: it is asked for when it is fetched. */
function attachmentOf(file: Fields): AttachmentRef | undefined {
  const id = textIn(file, 'id')
  const url = textIn(file, 'url_private_download') ?? textIn(file, 'url_private')
  if (id === undefined || !/^[A-Z0-9]{1,30}$/.test(id)) return undefined
  const contentType = textIn(file, 'mimetype')
  const sizeBytes = numberIn(file, 'size')
  return {
    kind: 'remote',
    ref: url === undefined ? `file ${id}` : `file ${id} ${url}`,
    name: nameOf(file),
    ...(contentType !== undefined && { contentType }),
    ...(sizeBytes !== undefined && sizeBytes >= 0 && { sizeBytes }),
    // Whoever sent it may take it back, and a plan's limits hide it after 90 days.
    fetchAtOnce: true,
  }
}

const nameOf = (file: Fields): string => textIn(file, 'name') ?? textIn(file, 'title') ?? 'file'
