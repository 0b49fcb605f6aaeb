/** Texts of others on their way into the head of a letter: one line each, and nothing that reads as another field. */

/** Line breaks and control characters, with those that Unicode adds. */
const CONTROLS = /[\p{Cc}\u2028\u2029]+/gu
/** They turn the direction of what follows, so that a name is read otherwise than it is. */
const DIRECTIONS = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** Half characters, which have no bytes in UTF-8, replaced. */
export const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd')

/** On one line. */
export const oneLine = (text: string): string => wellFormed(text).replace(CONTROLS, ' ').trim()

const MAX_FILE_NAME = 200

/** A name that is only a name: no path, nothing invisible, its ending kept when it is shortened. */
export function fileName(name: string): string {
  const plain = oneLine(name).replace(DIRECTIONS, '').replace(/[/\\]/g, '_').replace(/^\.+/, '').trim()
  if (plain === '') return 'file'
  if (plain.length <= MAX_FILE_NAME) return plain
  const dot = plain.lastIndexOf('.')
  const ending = dot > 0 && plain.length - dot <= 20 ? plain.slice(dot) : ''
  return `${wellFormed(plain.slice(0, MAX_FILE_NAME - ending.length))}${ending}`
}

const CONTENT_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,100}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,100}$/
/** Parts of mail inside mail would have to go as they are, unencoded; a file goes byte for byte. */
const STRUCTURED = /^(message|multipart)\//

/** A content type without parameters that a file can go under. */
export function fileType(contentType: string): string {
  const type = (contentType.split(';', 1)[0] ?? '').trim().toLowerCase()
  return CONTENT_TYPE.test(type) && !STRUCTURED.test(type) ? type : 'application/octet-stream'
}

const LETTER_ID = /^[!-;=?-~]+$/
const MAX_ID_LENGTH = 250

/** Whether an id without its angle brackets can stand in a header: printable ASCII, no blanks or brackets. */
export const isLetterId = (id: string): boolean => id.length <= MAX_ID_LENGTH && LETTER_ID.test(id)

const MAX_REFERENCES = 20
/** All on one line would still be shorter than the 998 of RFC 5322. */
const MAX_REFERENCES_LENGTH = 900

/**
 * Ids for the References header, oldest first: those that are ids, each once, and of too many the first, which is the
 * root of the thread, and the last ones (RFC 5537 §3.4.4 has the same advice for news).
 */
export function trimReferences(ids: readonly string[]): readonly string[] {
  const [root, ...others] = new Set(ids.filter(isLetterId))
  if (root === undefined) return []
  const kept: string[] = []
  let length = lengthOf(root)
  for (const id of others.reverse()) {
    length += lengthOf(id)
    if (kept.length + 1 >= MAX_REFERENCES || length > MAX_REFERENCES_LENGTH) break
    kept.push(id)
  }
  return [root, ...kept.reverse()]
}

const lengthOf = (id: string): number => id.length + '<> '.length
