import type { HeaderLine } from '../read-mail.ts'
import { decodeBytes } from './charset.ts'
import { decodeWords } from './encoded-words.ts'
import { LIMITS } from './limits.ts'

const CR = 0x0d
const LF = 0x0a
const SPACE = 0x20
const TAB = 0x09
/** Beyond the limit of lines these are kept still: they say what the letter is, whose, and what it answers. */
const NEEDED =
  /^(?:content-|mime-version|message-id|in-reply-to|references|from|sender|reply-to|to|cc|bcc|subject|date|return-path|auto-submitted|precedence)/

/** A letter cut in two where its headers end. */
export interface Split {
  /** Bounded: what is beyond {@link LIMITS} is left out. Without the empty line. */
  readonly head: readonly Uint8Array[]
  readonly body: Uint8Array
}

/**
 * Cuts the header block off, line by line as folded, before a library sees it: so that a block of megabytes costs
 * one pass over its bytes. Lines before the first header (mbox, empty) are left out. A line that is no header ends
 * the block as an empty one does, since mail without that empty line exists; unless more headers follow at once.
 */
export function splitLetter(bytes: Uint8Array): Split {
  const head: Uint8Array[] = []
  let kept = 0
  let start = startOf(bytes)
  let current: { from: number; to: number } | undefined
  const close = (): void => {
    if (current === undefined) return
    const line = shortened(bytes.subarray(current.from, current.to))
    const room = head.length < LIMITS.headerLines && kept + line.length <= LIMITS.headerBytes
    // What is needed has a store of its own, so that no heap of other lines can push it out.
    if (
      room ||
      (NEEDED.test(nameOf(line)) &&
        kept + line.length <= 4 * LIMITS.headerBytes &&
        head.length < 2 * LIMITS.headerLines)
    ) {
      head.push(line)
      kept += line.length
    }
    current = undefined
  }
  while (start < bytes.length) {
    const end = lineEnd(bytes, start)
    if (isEmpty(bytes, start, end)) {
      close()
      return { head, body: bytes.subarray(end) }
    }
    const first = bytes[start]
    if ((first === SPACE || first === TAB) && current !== undefined) current.to = end
    else if (hasName(bytes, start, end)) {
      close()
      current = { from: start, to: end }
    } else if (!headerFollows(bytes, end)) {
      close()
      return { head, body: bytes.subarray(start) }
    }
    start = end
  }
  close()
  return { head, body: bytes.subarray(bytes.length) }
}

/** The beginning and the end of a value too long: of a chain of references both count, the rest does not. */
function shortened(line: Uint8Array): Uint8Array {
  if (line.length <= LIMITS.headerLineBytes) return line
  const half = LIMITS.headerLineBytes / 2
  return Buffer.concat([line.subarray(0, half), Buffer.from(' '), line.subarray(line.length - half)])
}

function startOf(bytes: Uint8Array): number {
  let start = 0
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) start = 3
  while (start < bytes.length && (bytes[start] === CR || bytes[start] === LF)) start += 1
  const mark = Buffer.from(bytes.subarray(start, start + 6)).toString('latin1')
  if (/^>?From /.test(mark)) start = lineEnd(bytes, start)
  return start
}

function lineEnd(bytes: Uint8Array, from: number): number {
  const at = bytes.indexOf(LF, from)
  return at === -1 ? bytes.length : at + 1
}

function isEmpty(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (bytes[at] !== CR && bytes[at] !== LF) return false
  return true
}

/** A name of printable characters, then a colon. Spaces before the colon are obsolete and still met. */
function hasName(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < Math.min(to, from + 200); at += 1) {
    const byte = bytes[at] ?? 0
    if (byte === 0x3a) return at > from
    if (byte < 0x21 || byte > 0x7e)
      return (byte === SPACE || byte === TAB) && colonFollows(bytes, at, to) && at > from
  }
  return false
}

function colonFollows(bytes: Uint8Array, from: number, to: number): boolean {
  let at = from
  while (at < to && (bytes[at] === SPACE || bytes[at] === TAB)) at += 1
  return bytes[at] === 0x3a
}

/** Whether a header is among the next lines: then the one before was a header broken in two. */
function headerFollows(bytes: Uint8Array, from: number): boolean {
  let start = from
  for (let line = 0; line < 3 && start < bytes.length; line += 1) {
    const end = lineEnd(bytes, start)
    if (isEmpty(bytes, start, end)) return false
    if (
      hasName(bytes, start, Math.min(end, start + 80)) &&
      /^[A-Z][A-Za-z]*(?:-[A-Za-z0-9]+)*:[ \t]/.test(
        Buffer.from(bytes.subarray(start, start + 80)).toString('latin1'),
      )
    )
      return true
    start = end
  }
  return false
}

function nameOf(line: Uint8Array): string {
  const colon = line.indexOf(0x3a)
  return Buffer.from(line.subarray(0, Math.max(colon, 0)))
    .toString('latin1')
    .trim()
    .toLowerCase()
}

/** The lines as names and values: unfolded, encoded words decoded, NUL and control characters gone. */
export function headerLinesOf(head: readonly Uint8Array[]): HeaderLine[] {
  return head.map((line) => {
    const colon = line.indexOf(0x3a)
    const raw = decodeBytes(line.subarray(colon + 1, colon + 1 + LIMITS.headerBytes), undefined)
    return { name: nameOf(line), value: clean(decodeWords(unfolded(raw))).slice(0, LIMITS.headerBytes) }
  })
}

/** The lines with their encoded words as they came: for addresses, where a decoded name could pose as an address. */
export function rawHeaderLinesOf(head: readonly Uint8Array[]): HeaderLine[] {
  return head.map((line) => {
    const colon = line.indexOf(0x3a)
    const raw = decodeBytes(line.subarray(colon + 1, colon + 1 + LIMITS.headerBytes), undefined)
    return { name: nameOf(line), value: clean(unfolded(raw)) }
  })
}

function unfolded(value: string): string {
  return value.replace(/\r?\n(?=[ \t])/g, '')
}

function clean(value: string): string {
  return value.replace(/[\0-\x08\x0a-\x1f\x7f]/g, ' ').trim()
}
