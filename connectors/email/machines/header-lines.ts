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

/** An address as it stands in a running text: good enough to find one, not to prove that it is one. */
const ADDRESS = /[\p{L}\p{N}!#$%&'*+/=?^_`{|}~.-]{1,128}@[\p{L}\p{N}][\p{L}\p{N}.-]{0,252}[\p{L}\p{N}]/gu

/** Addresses in a text, lower case, each once, in the order of the text. */
export function addressesIn(text: string, most = 50): readonly string[] {
  const found = new Set<string>()
  for (const match of text.slice(0, LOOKED_AT).matchAll(ADDRESS)) {
    found.add(match[0].replace(/^[.'`/=]{1,8}(?!\?)/, '').toLowerCase())
    if (found.size >= most) break
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
