import type { AttachmentRef } from '../../../src/contract/inbound-event.ts'
import type { MailPart } from '../read-mail.ts'
import { calendarText } from './calendar.ts'
import { nameOfPart, safeFileName } from './file-names.ts'
import type { OpenedMail } from './read-mail.ts'
import { openTnef } from './tnef.ts'

/** What came with a letter beside its body. */
export interface LetterFiles {
  readonly files: readonly AttachmentRef[]
  /** Invitations in words. */
  readonly invitations: readonly string[]
  /** A body that was packed into a file, for letters that have no other. */
  readonly packed?: { readonly text?: string; readonly html?: string }
}

const TNEF_TYPES = new Set(['application/ms-tnef', 'application/vnd.ms-tnef'])
const WINMAIL = /^winmail\.dat$/i
const INVITATIONS = 5

/** Every part that is not the body, as a file with a safe name; what Outlook packed is unpacked. */
export function filesOf({ mail, bodyParts }: OpenedMail): LetterFiles {
  const files: AttachmentRef[] = []
  const invitations: string[] = []
  let packed: LetterFiles['packed']
  for (const part of mail.parts) {
    if (bodyParts.has(part)) continue
    const unpacked = isTnef(part) ? openTnef(part.bytes) : undefined
    if (
      unpacked !== undefined &&
      (unpacked.files.length > 0 || unpacked.text !== undefined || unpacked.html !== undefined)
    ) {
      packed ??= unpacked
      for (const file of unpacked.files) {
        files.push(
          fileOf(file.bytes, safeFileName(file.name ?? '') ?? 'file', file.contentType, file.contentId),
        )
      }
      continue
    }
    const invitation = part.contentType === 'text/calendar' ? calendarText(part.text ?? '') : undefined
    if (invitation !== undefined && invitations.length < INVITATIONS && !invitations.includes(invitation))
      invitations.push(invitation)
    files.push(fileOf(part.bytes, nameOfPart(part), part.contentType, part.contentId))
  }
  return { files, invitations, ...(packed !== undefined && { packed }) }
}

function isTnef({ contentType, name }: MailPart): boolean {
  return TNEF_TYPES.has(contentType) || WINMAIL.test(name ?? '')
}

/** The bytes are copied, so that what is handed over does not hold the whole letter beside them. */
function fileOf(
  bytes: Uint8Array,
  name: string,
  contentType: string | undefined,
  contentId: string | undefined,
): AttachmentRef {
  return {
    kind: 'content',
    bytes: new Uint8Array(bytes),
    name,
    ...(contentType !== undefined && { contentType }),
    ...(contentId !== undefined && contentId !== '' && { contentId: contentId.slice(0, 500) }),
  }
}
