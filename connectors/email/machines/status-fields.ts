import type { HeaderLine, ReadMail } from '../read-mail.ts'
import { addressesIn, headerBlock, LOOKED_AT } from './header-lines.ts'

/** What a report says of one recipient in the fields of RFC 3464. */
export interface RecipientStatus {
  readonly recipient?: string
  readonly action?: string
  readonly status?: string
  readonly diagnostic?: string
}

const STATUS_PARTS = ['message/delivery-status', 'message/global-delivery-status', 'message/global-delivery']

/** The text of the parts that hold such fields. */
export function statusParts(mail: ReadMail): readonly string[] {
  return mail.parts
    .filter((part) => STATUS_PARTS.includes(part.contentType))
    .slice(0, 5)
    .map((part) => part.text ?? '')
}

/** Groups of fields in a text, one for each recipient. Ordinary sentences around them are passed over. */
export function recipientStatuses(text: string): readonly RecipientStatus[] {
  const found: RecipientStatus[] = []
  for (const group of text.slice(0, LOOKED_AT).split(/(?:\r?\n[ \t]*){2,20}/)) {
    const lines = headerBlock(fromFirstField(group), 100)
    const value = (name: string) => valueOf(lines, name)
    const recipient = addressOf(value('original-recipient')) ?? addressOf(value('final-recipient'))
    const action = value('action')
      ?.toLowerCase()
      .match(/^[a-z]+/)?.[0]
    const diagnostic = value('diagnostic-code')
    if (recipient === undefined && action === undefined && diagnostic === undefined) continue
    const status = value('status')?.match(/\b[245]\.\d{1,3}\.\d{1,3}\b/)?.[0]
    found.push({
      ...(recipient !== undefined && { recipient }),
      ...(action !== undefined && { action }),
      ...(status !== undefined && { status }),
      ...(diagnostic !== undefined && { diagnostic: withoutType(diagnostic) }),
    })
    if (found.length >= 100) break
  }
  return found
}

/** Message-IDs of the original that some systems put among the fields. */
export function idsAmongFields(text: string): readonly string[] {
  const names = ['original-message-id', 'x-original-message-id', 'x-message-id', 'message-id']
  return text
    .slice(0, LOOKED_AT)
    .split(/(?:\r?\n[ \t]*){2,20}/)
    .slice(0, 100)
    .flatMap((group) => headerBlock(fromFirstField(group), 100))
    .filter((line) => names.includes(line.name))
    .map((line) => line.value)
}

/** A group may begin with a line of prose, or a boundary that nobody cut off. */
function fromFirstField(group: string): string {
  const start =
    /^(?:reporting-mta|action|original-recipient|final-recipient|status|diagnostic-code)[ \t]{0,5}:/im.exec(
      group,
    )
  if (start === null || /^[!-9;-~]{1,76}[ \t]{0,5}:/.test(group.trimStart())) return group.trimStart()
  return group.slice(start.index)
}

function valueOf(lines: readonly HeaderLine[], name: string): string | undefined {
  const value = lines.find((line) => line.name === name)?.value.trim()
  return value === '' ? undefined : value
}

/** `rfc822; <somebody@example.org>`; a name without a domain is left as it is. */
function addressOf(value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  const bare = withoutType(value)
  const found = addressesIn(bare, 1)[0]
  if (found !== undefined) return found
  const name = bare.replace(/[<>\s]/g, '').toLowerCase()
  return name === '' || name.length > 320 ? undefined : name
}

function withoutType(value: string): string {
  return value.replace(/^[A-Za-z0-9/-]{1,40}[ \t]{0,5};[ \t]{0,20}/, '').trim()
}
