import type { ReadMail } from '../read-mail.ts'
import { documentOf, htmlOf } from './html-document.ts'
import { markQuotes, unquotedTextOf } from './html-quotes.ts'
import { newTextOf } from './reply-text.ts'

/** A letter's body as it is shown. */
export interface VisibleText {
  /** What is new. */
  readonly text: string
  /** With what is quoted, where that differs. */
  readonly fullText?: string
  /** Quoted history marked; as it came where nothing was recognised. */
  readonly html?: string
}

/** Tells what is new in a letter from what it quotes, in both of its forms. */
export function visibleTextOf(
  { text, html }: Pick<ReadMail, 'text' | 'html'>,
  onlyHtml: boolean,
): VisibleText {
  const full = text.replace(/\r\n?/g, '\n').trim()
  const formatted = html === undefined ? undefined : formattedOf(html)
  const byText = newTextOf(full)
  // The marks of a formatted body say more than words in a text, so they are asked where words said nothing.
  const asked = formatted?.unquoted !== undefined && (onlyHtml || byText === full)
  const byMarks = asked ? newTextOf(formatted.unquoted ?? '') : ''
  const shown = byMarks === '' ? byText : byMarks
  const differs = shown.replace(/\s+/gu, '') !== full.replace(/\s+/gu, '')
  return {
    text: differs ? shown : full,
    ...(differs && { fullText: full }),
    ...(formatted !== undefined && { html: formatted.html }),
  }
}

function formattedOf(html: string): { readonly html: string; readonly unquoted?: string } {
  try {
    const document = documentOf(html)
    if (document === undefined || !markQuotes(document)) return { html }
    return { html: htmlOf(document), unquoted: unquotedTextOf(document) }
  } catch {
    return { html }
  }
}
