import { htmlLines, type LetterText, letterDateOf } from './letter-body.ts'
import { oneLineOf } from './letter-subject.ts'

/** However often more is said, the first answer waits no longer than so many times the wait. */
const LONGEST_WAITS = 4

/** Most answers of one letter. */
export const MOST_CONTINUED = 50
/** Of what a letter may hold, so much is for the answers; the rest is for what stands around them. */
const SHARE_OF_TEXT = 0.5
const MOST_FILES_NAMED = 20

/**
 * When answers that the customer has not got go on to him: each further one restarts the wait, so that what is said
 * together goes together, but not for ever.
 * @param writtenAtMs when each was written, at least one
 */
export function continueAtMs(writtenAtMs: readonly number[], afterMs: number): number {
  const first = Math.min(...writtenAtMs)
  const last = Math.max(...writtenAtMs)
  return Math.min(last + afterMs, first + LONGEST_WAITS * afterMs)
}

/** An answer as a letter passes it on. */
export interface ContinuedAnswer {
  readonly authorName: string
  readonly text: string
  readonly fileNames: readonly string[]
  readonly atMs: number
}

/**
 * The first answers that fit into one letter, in their order: at least one, the others go in the next letter.
 * @param maxLength of the letter's text, in UTF-16 units
 */
export function firstLetterOf<T extends Pick<ContinuedAnswer, 'text'>>(
  answers: readonly T[],
  maxLength: number,
): readonly T[] {
  let left = maxLength * SHARE_OF_TEXT
  const fitting: T[] = []
  for (const answer of answers.slice(0, MOST_CONTINUED)) {
    left -= answer.text.length
    if (left < 0 && fitting.length > 0) break
    fitting.push(answer)
  }
  return fitting
}

/** What the letter says below the answers. */
const FOOTER =
  'You were away when we answered in the chat, so you get our answer here. You can answer this letter: it reaches our support team and goes on in the same conversation.'

/** The letter that passes answers on: who said what and when, in the order given. Pure and total. */
export function continuationBody(answers: readonly ContinuedAnswer[]): Required<LetterText> {
  const parts = answers.map(({ authorName, text, fileNames, atMs }) => {
    const head = `${oneLineOf(authorName).slice(0, 200) || 'Support'}, ${letterDateOf(atMs)}`
    const named = fileNames.slice(0, MOST_FILES_NAMED).map((name) => oneLineOf(name).slice(0, 200))
    const more = fileNames.length > named.length ? [`${fileNames.length - named.length} more`] : []
    const files = named.length > 0 ? [`Files, in the chat: ${[...named, ...more].join(', ')}`] : []
    return { head, lines: [...(text.trim() === '' ? [] : [text.trimEnd()]), ...files] }
  })
  return {
    text: [...parts.map(({ head, lines }) => [`${head}:`, ...lines].join('\n')), `---\n${FOOTER}`].join(
      '\n\n',
    ),
    html: [
      ...parts.map(
        ({ head, lines }) =>
          `<p><b>${htmlLines(head)}</b></p>${lines.map((line) => `<p>${htmlLines(line)}</p>`).join('')}`,
      ),
      `<hr><p><i>${htmlLines(FOOTER)}</i></p>`,
    ].join('\n'),
  }
}

/** What the letter is about. @param title of the chat, or whose it is */
export const continuationSubject = (title: string): string =>
  `Re: Your chat with ${oneLineOf(title).slice(0, 100) || 'us'}`
