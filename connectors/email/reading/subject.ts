import { LIMITS } from './limits.ts'

/** What programs write before a subject when they answer, in the languages that mail comes in. */
const ANSWERED =
  're|aw|antw|antwort|sv|vs|vá|rv|r|rif|ris|res|odp|ynt|yan|cevap|bls|bsv|ang|atb|σχετ|απ|ответ|відп|hâ|ref|回复|回覆|答复|答覆|返信|回信|답장|회신|re2|תגובה|השב|رد'
/** The same for what they forward. */
const FORWARDED =
  'fwd|fw|wg|wtr|tr|rv|i|enc|doorst|vb|vl|pd|vs|fs|ilt|i̇lt|iht|továbbítás|trs|πρθ|прд|пересл|fwd2|转发|轉寄|轉發|転送|전달|הועבר|إعادة توجيه|redir|reenv|encaminhado|weitergeleitet'
const COUNT = '\\s?(?:\\[\\d{1,4}\\]|\\(\\d{1,4}\\)|\\^\\d{1,4}|\\*\\d{1,4})?'
const MARK = new RegExp(`^(?:${ANSWERED}|${FORWARDED})${COUNT}\\s?[:：]\\s*`, 'iu')
const FORWARD_MARK = new RegExp(`^(?:${FORWARDED})${COUNT}\\s?[:：]`, 'iu')
/** A list's name; not a ticket's number, which tells one subject from another, and not all that there is. */
const TAG = /^[[【](?![^\]】]{0,80}\d{2})[^[\]【】]{0,80}[\]】]\s*(?=\S)/u
const TRAILER = /\s*\((?:fwd|forwarded|was:[^()]{0,200})\)$/iu
const MARKS = 50

/** A subject as it is shown: one line, nothing invisible. */
export function shownSubject(subject: string): string {
  return subject
    .slice(0, 4 * LIMITS.subjectLength)
    .replace(/[\0-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim()
    .slice(0, LIMITS.subjectLength)
}

/** The subject without marks of answers, forwards and lists, for comparing; empty when nothing else is left. */
export function baseSubjectOf(subject: string): string {
  let text = shownSubject(subject)
  for (let count = 0; count < MARKS; count += 1) {
    const shorter = text.replace(MARK, '').replace(TAG, '').replace(TRAILER, '').trim()
    if (shorter === text) break
    text = shorter
  }
  return text.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim()
}

/** Whether a subject says that the letter forwards another. */
export function saysForwarded(subject: string): boolean {
  const text = shownSubject(subject).replace(TAG, '')
  return (
    FORWARD_MARK.test(text) ||
    /\((?:fwd|forwarded)\)$/iu.test(text) ||
    /^\[fwd:/iu.test(shownSubject(subject))
  )
}
