import type { AttachmentRef } from '../../../src/contract/inbound-event.ts'

const PLACE =
  /\/2010-04-01\/Accounts\/AC[0-9a-f]{32}\/Messages\/[A-Z]{2}[0-9a-f]{32}\/Media\/ME[0-9a-f]{32}$/i

/** Ends of file names where the type does not tell them. */
const ENDS: Readonly<Record<string, string>> = {
  'text/vcard': 'vcf',
  'text/x-vcard': 'vcf',
  'text/directory': 'vcf',
  'text/plain': 'txt',
  'text/calendar': 'ics',
  'image/jpeg': 'jpg',
  'image/svg+xml': 'svg',
  'audio/mpeg': 'mp3',
  'audio/ogg': 'ogg',
  'audio/amr': 'amr',
  'audio/mp4': 'm4a',
  'video/quicktime': 'mov',
  'video/3gpp': '3gp',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'pptx',
  'application/msword': 'doc',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.ms-powerpoint': 'ppt',
}

const KINDS: Readonly<Record<string, string>> = { image: 'picture', audio: 'audio', video: 'video' }

/**
 * A file of a message. Of an address at Twilio's API only the path is kept: who fetches it adds the address that the
 * administrator set, so that no message can lead the account's credentials elsewhere.
 * @param index from 0, in the message
 */
export function mediaRef(url: string, contentType: string | undefined, index: number): AttachmentRef {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase()
  return {
    kind: 'remote',
    ref: PLACE.exec(url)?.[0] ?? url,
    name: nameOf(type ?? '', index),
    ...(type ? { contentType: type } : {}),
    fetchAtOnce: true,
  }
}

/** Whether a reference names a file at Twilio's API, and not an address elsewhere. */
export const isMediaPath = (ref: string): boolean => PLACE.exec(ref)?.[0] === ref

function nameOf(type: string, index: number): string {
  const [family = '', subtype = ''] = type.split('/')
  const kind = ENDS[type] === 'vcf' ? 'contact' : (KINDS[family] ?? 'file')
  const end = ENDS[type] ?? /^(?:x-)?([a-z0-9]{2,5})$/.exec(subtype)?.[1]
  return `${kind}-${index + 1}${end === undefined ? '' : `.${end}`}`
}
