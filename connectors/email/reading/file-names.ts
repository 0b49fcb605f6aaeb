import type { MailPart } from '../read-mail.ts'
import { headerLinesOf, splitLetter } from './header-block.ts'

const MAX_LENGTH = 150
const UNSAFE =
  /[\0-\x1f\x7f-\x9f<>:"/\\|?*\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu
/** Names that Windows gives to devices, whatever their ending. */
const DEVICES = /^(?:con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(?=\.|$)/i
const ENDINGS: Readonly<Record<string, string>> = {
  'text/plain': 'txt',
  'text/html': 'html',
  'text/calendar': 'ics',
  'text/vcard': 'vcf',
  'text/x-vcard': 'vcf',
  'text/csv': 'csv',
  'text/enriched': 'txt',
  'text/rfc822-headers': 'txt',
  'image/jpeg': 'jpg',
  'image/jpg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/svg+xml': 'svg',
  'image/tiff': 'tiff',
  'image/bmp': 'bmp',
  'image/heic': 'heic',
  'audio/mpeg': 'mp3',
  'audio/mp3': 'mp3',
  'audio/wav': 'wav',
  'audio/ogg': 'ogg',
  'audio/amr': 'amr',
  'video/mp4': 'mp4',
  'video/quicktime': 'mov',
  'video/3gpp': '3gp',
  'application/pdf': 'pdf',
  'application/zip': 'zip',
  'application/msword': 'doc',
  'application/vnd.ms-excel': 'xls',
  'application/json': 'json',
  'application/xml': 'xml',
  'text/xml': 'xml',
  'application/rtf': 'rtf',
  'application/ms-tnef': 'dat',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'pptx',
  'application/pgp-signature': 'asc',
  'application/pgp-keys': 'asc',
  'application/pkcs7-signature': 'p7s',
  'application/x-pkcs7-signature': 'p7s',
  'application/pkcs7-mime': 'p7m',
  'application/x-pkcs7-mime': 'p7m',
  'message/rfc822': 'eml',
  'message/delivery-status': 'txt',
  'message/disposition-notification': 'txt',
  'message/feedback-report': 'txt',
}

/** A name under which a file may lie on any system: no folder, nothing invisible, no device, not too long. */
export function safeFileName(name: string): string | undefined {
  // White space goes before the folder does, so that `..` and ` ..` are one.
  const last =
    name
      .slice(0, 2_000)
      .split(/[/\\]/)
      .findLast((piece) => piece.trim() !== '') ?? ''
  const clean = last
    .replace(UNSAFE, '')
    .replace(/\s+/gu, ' ')
    .trim()
    .replace(/^\.+/, '')
    .replace(/[. ]+$/, '')
    .trim()
  if (clean === '') return undefined
  const safe = DEVICES.test(clean) ? `_${clean}` : clean
  if (safe.length <= MAX_LENGTH) return safe
  const dot = safe.lastIndexOf('.')
  const ending = dot > 0 && safe.length - dot <= 12 ? safe.slice(dot) : ''
  return wholeCharacters(safe.slice(0, MAX_LENGTH - ending.length)) + ending
}

/** A part's name, or one that says what it is. */
export function nameOfPart(part: MailPart): string {
  const given = part.name === undefined ? undefined : safeFileName(part.name)
  if (given !== undefined)
    return part.contentType === 'message/rfc822' && !/\.\w{1,6}$/.test(given) ? `${given}.eml` : given
  if (part.contentType === 'message/rfc822') {
    const subject = headerLinesOf(splitLetter(part.bytes).head).find((line) => line.name === 'subject')?.value
    return `${safeFileName((subject ?? '').replace(/[/\\]/g, ' ')) ?? 'letter'}.eml`
  }
  const [kind = 'file', subtype = ''] = part.contentType.split('/')
  const ending = ENDINGS[part.contentType]
  if (part.contentType === 'text/calendar') return 'invitation.ics'
  if (kind === 'message' || subtype.endsWith('-signature'))
    return `${safeFileName(subtype) ?? 'part'}.${ending ?? 'txt'}`
  const word = ['image', 'audio', 'video', 'text'].includes(kind) ? kind : 'file'
  return ending === undefined ? word : `${word}.${ending}`
}

/** No half of a character that takes two code units. */
function wholeCharacters(text: string): string {
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text
}
