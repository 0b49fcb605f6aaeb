import type { HeaderLine, ReadMail } from '../read-mail.ts'

/** Characters of any text that is looked at: what a machine says stands at its beginning. */
export const LOOKED_AT = 100_000

/** The first line of this name (lower case), trimmed. */
export function headerOf(mail: ReadMail, name: string): string | undefined {
  return mail.headers.find((each) => each.name === name)?.value.trim()
}

/** The values of all lines of this name (lower case), in the order of the letter. */
export function headersOf(mail: ReadMail, name: string): readonly string[] {
  return mail.headers.filter((each) => each.name === name).map((each) => each.value.trim())
}

/** Whether there is a line of one of these names (lower case). */
export function hasHeader(mail: ReadMail, ...names: readonly string[]): boolean {
  return mail.headers.some((each) => names.includes(each.name))
}

const OF_LOCAL = /[\p{L}\p{N}!#$%&'*+/=?^_`{|}~.-]/u
const OF_DOMAIN = /[\p{L}\p{N}.-]/u
const MOST_LOCAL = 128
const MOST_DOMAIN = 253

/**
 * Addresses in a text, lower case, each once, in the order of the text: good enough to find one, no proof that it is
 * one. It walks from every `@` to both sides, so that the time is that of reading.
 */
export function addressesIn(text: string, most = 50): readonly string[] {
  const looked = text.slice(0, LOOKED_AT)
  const found = new Set<string>()
  for (let at = looked.indexOf('@'); at >= 0 && found.size < most; at = looked.indexOf('@', at + 1)) {
    let from = at
    while (from > 0 && at - from < MOST_LOCAL && OF_LOCAL.test(looked.charAt(from - 1))) from -= 1
    let to = at + 1
    while (to < looked.length && to - at <= MOST_DOMAIN && OF_DOMAIN.test(looked.charAt(to))) to += 1
    const local = looked.slice(from, at).replace(/^[.'`/=]{1,8}(?!\?)/, '')
    const domain = looked.slice(at + 1, to).replace(/[.-]{1,8}$/, '')
    if (local !== '' && /^[\p{L}\p{N}]/u.test(domain)) found.add(`${local}@${domain}`.toLowerCase())
  }
  return [...found]
}

/** Lines of a header block in the middle of a text, unfolded; ends at the first line that is none. */
export function headerBlock(text: string, mostLines = 1000): readonly HeaderLine[] {
  const found: { name: string; value: string }[] = []
  let seen = 0
  for (const line of linesOf(text)) {
    seen += 1
    if (seen > mostLines) break
    const last = found.at(-1)
    if (/^[ \t]/.test(line)) {
      if (line.trim() === '') break
      if (last !== undefined && last.value.length < 4000) last.value += ` ${line.trim()}`
      continue
    }
    const colon = line.indexOf(':')
    const name = colon > 0 ? line.slice(0, colon).trimEnd() : ''
    if (name === '' || name.length > 76 || /[^!-9;-~]/.test(name)) break
    found.push({ name: name.toLowerCase(), value: line.slice(colon + 1).trim() })
  }
  return found
}

/** The lines of a text, whatever ends them. */
export function linesOf(text: string): readonly string[] {
  return text.slice(0, LOOKED_AT).split(/\r\n|\n|\r/)
}
