/** A piece of a text: words, or something to follow. */
export interface TextPiece {
  readonly text: string
  readonly href?: string
}

const LINK =
  /\bhttps?:\/\/[^\s<>"]+|\bwww\.[^\s<>"]+\.[^\s<>"]+|\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/gi
const TRAILING = /[.,:;!?'"’”»)\]}]+$/

/** Finds web and mail addresses in a text. Only http, https and mailto ever become links. */
export function linkify(text: string): readonly TextPiece[] {
  const pieces: TextPiece[] = []
  let done = 0
  for (const match of text.matchAll(LINK)) {
    const found = trimmed(match[0])
    const href = hrefOf(found)
    if (href === undefined) continue
    if (match.index > done) pieces.push({ text: text.slice(done, match.index) })
    pieces.push({ text: found, href })
    done = match.index + found.length
  }
  if (done < text.length) pieces.push({ text: text.slice(done) })
  return pieces
}

/** A full stop after an address is the sentence's; a closing bracket is the address's only if it opened one. */
function trimmed(found: string): string {
  const tail = TRAILING.exec(found)?.[0] ?? ''
  const body = found.slice(0, found.length - tail.length)
  const opened = body.split('(').length - body.split(')').length
  return tail.startsWith(')') && opened > 0 ? `${body})` : body
}

function hrefOf(found: string): string | undefined {
  const address = /^https?:/i.test(found)
    ? found
    : /^www\./i.test(found)
      ? `https://${found}`
      : `mailto:${found}`
  try {
    const { protocol, href } = new URL(address)
    return ['http:', 'https:', 'mailto:'].includes(protocol) ? href : undefined
  } catch {
    return undefined
  }
}
