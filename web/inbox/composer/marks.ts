/** The marks that agents may type around words on channels that show formatting. */
export const MARKS = { bold: '*', italic: '_', strike: '~', code: '`' } as const

/** See {@link MARKS}. */
export type MarkKind = keyof typeof MARKS

/** A text with a selection in it, as a field holds it. */
export interface Selected {
  readonly text: string
  readonly start: number
  readonly end: number
}

/**
 * Puts marks around what is selected, or takes them away where they stand already. White space at the ends stays
 * outside: marks count only beside words. With nothing selected the marks stand ready to be written between.
 */
export function toggleMark({ text, start, end }: Selected, kind: MarkKind): Selected {
  const mark = MARKS[kind]
  const chosen = text.slice(start, end)
  const from = start + (chosen.length - chosen.trimStart().length)
  const to = Math.max(from, end - (chosen.length - chosen.trimEnd().length))
  const inner = text.slice(from, to)
  if (text[from - 1] === mark && text[to] === mark) {
    const bare = text.slice(0, from - 1) + inner + text.slice(to + 1)
    return { text: bare, start: from - 1, end: to - 1 }
  }
  if (inner.length > 2 && inner.startsWith(mark) && inner.endsWith(mark)) {
    const bare = text.slice(0, from) + inner.slice(1, -1) + text.slice(to)
    return { text: bare, start: from, end: to - 2 }
  }
  const marked = text.slice(0, from) + mark + inner + mark + text.slice(to)
  return { text: marked, start: from + 1, end: to + 1 }
}
