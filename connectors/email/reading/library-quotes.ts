import EmailReplyParser from 'email-reply-parser'

/** The library's expressions may take time that grows with the square of the text. */
const SEARCHED = 16_000
const SPACE = /\s/u

/**
 * Cuts the quotations at the end of a text that the library knows. Its signatures are not cut: it takes a greeting
 * for one, and hides the name below it. Quotations above an answer stay.
 */
export function withoutKnownQuotes(text: string): string {
  if (text.length > SEARCHED) return text
  const fragments = new EmailReplyParser().read(text).getFragments()
  const last = fragments.findLastIndex((fragment) => !fragment.isQuoted() && !fragment.isEmpty())
  if (last === -1 || last === fragments.length - 1) return text
  // The library joins lines, so the place is found by what is not white space.
  const kept = fragments.slice(0, last + 1).reduce((sum, fragment) => sum + inked(fragment.getContent()), 0)
  let seen = 0
  for (let at = 0; at < text.length; at += 1) {
    if (!SPACE.test(text[at] ?? '')) seen += 1
    if (seen === kept) return text.slice(0, at + 1)
  }
  return text
}

function inked(text: string): number {
  let count = 0
  for (let at = 0; at < text.length; at += 1) if (!SPACE.test(text[at] ?? '')) count += 1
  return count
}
