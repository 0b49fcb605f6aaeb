/** Where a file of a letter lies in the mailbox. */
export interface FileRef {
  readonly mailbox: string
  readonly uidValidity: string
  readonly uid: number
  /** As IMAP numbers it; empty = the whole letter. */
  readonly part: string
  readonly encoding: string
}

const MAX_LENGTH = 4_096
const MAX_UID = 0xffff_ffff

export const writeFileRef = ({ mailbox, uidValidity, uid, part, encoding }: FileRef): string =>
  JSON.stringify([mailbox, uidValidity, uid, part, encoding])

/** Undefined unless it is exactly what {@link writeFileRef} writes: it becomes part of a command. */
export function readFileRef(ref: string): FileRef | undefined {
  if (ref.length > MAX_LENGTH) return undefined
  const fields = fieldsIn(ref)
  if (fields?.length !== 5) return undefined
  const [mailbox, uidValidity, uid, part, encoding] = fields
  if (typeof mailbox !== 'string' || mailbox === '' || /[\u0000-\u001f\u007f]/.test(mailbox)) return undefined
  if (typeof uidValidity !== 'string' || !/^\d{1,20}$/.test(uidValidity)) return undefined
  if (typeof uid !== 'number' || !Number.isInteger(uid) || uid < 1 || uid > MAX_UID) return undefined
  if (typeof part !== 'string' || part.length > 400 || !/^(\d{1,9}(\.\d{1,9})*)?$/.test(part))
    return undefined
  if (typeof encoding !== 'string' || encoding.length > 40) return undefined
  return { mailbox, uidValidity, uid, part, encoding }
}

function fieldsIn(ref: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(ref)
    return Array.isArray(value) ? (value as readonly unknown[]) : undefined
  } catch {
    return undefined
  }
}
