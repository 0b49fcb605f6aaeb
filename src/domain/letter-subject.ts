/** The longest subject of a letter of ours, in UTF-16 units: with its name it stays below RFC 5322's longest line. */
export const SUBJECT_LENGTH = 500

/**
 * What mail programs put before the subject of an answer or a forward, in lower case. Single letters, as some programs
 * use, are left out: they begin honest subjects too.
 */
const MARKS: ReadonlySet<string> = new Set([
  ...['re', 'aw', 'sv', 'antw', 'odp', 'rif', 'ynt', 'res', 'vá', 'atb', '回复', '回覆', '答复', '答覆'],
  ...[
    'fw',
    'fwd',
    'wg',
    'vb',
    'doorst',
    'tr',
    'rv',
    'enc',
    'pd',
    'ilt',
    'továbbítás',
    '转发',
    '轉寄',
    '轉發',
  ],
])
const LONGEST_MARK = 12
/** `Re[2]` and `Re(2)` count how often. */
const COUNTED = /^(.*?)(?:\[\d{1,4}\]|\(\d{1,4}\))$/u

/**
 * A subject without the marks of answers and forwards before it, on one line, at most {@link SUBJECT_LENGTH} long less
 * what a mark needs. Taking it again changes nothing.
 */
export function baseSubjectOf(subject: string): string {
  let rest = oneLineOf(subject)
  for (;;) {
    const colon = rest.slice(0, LONGEST_MARK + 1).search(/[:：]/u)
    if (colon < 0) return shortened(rest)
    const word = rest.slice(0, colon).trim().toLowerCase()
    if (!MARKS.has(COUNTED.exec(word)?.[1]?.trim() ?? word)) return shortened(rest)
    rest = rest.slice(colon + 1).trimStart()
  }
}

/** The subject of an answer: marked as one, once, however often it went back and forth. */
export const replySubjectOf = (subject: string): string => `Re: ${baseSubjectOf(subject)}`.trim()

/** The subject of a letter passed on: marked as that, once. */
export const forwardSubjectOf = (subject: string): string => `Fwd: ${baseSubjectOf(subject)}`.trim()

/** Text that may come from anywhere made fit to stand on one line of a letter's head. */
export const oneLineOf = (text: string): string =>
  text
    .slice(0, MOST_READ)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202A-\u202E\u2066-\u2069]+/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim()

const MOST_READ = 4_000

function shortened(text: string): string {
  const longest = SUBJECT_LENGTH - 'Fwd: '.length
  if (text.length <= longest) return text
  // The cut may go through a pair of surrogates, and what is left may end in a space.
  return `${text
    .slice(0, longest - 1)
    .replace(/[\uD800-\uDBFF]$/u, '')
    .trimEnd()}…`
}
