import { addressesIn, linesOf } from './header-lines.ts'

/** What can be read out of the sentences of a report that has no fields, or says more than they do. */

/** The lines in which a server refuses: `550 5.1.1 …`, `<<< 550 …`, `Remote host said: …`, `(reason: …)`. */
const REFUSING =
  /(?:^|[\s:([>#])[45]\d\d[ -]{1,3}\S|\([#]?[45]\.\d{1,3}\.\d{1,3}\)|#[45]\.\d{1,3}\.\d{1,3}|^\s*[45]\.\d{1,3}\.\d{1,3}\s|(?:\bsaid|\breason|\bbecause|error message below|responded as follows|server returned was|diagnostic[- ]code|problem appears to be)\b[^:\n]{0,40}:/i
/** `5.1.1` where no longer number stands, so no IP address and no version. */
const STATUS = /(?:^|[\s#([:;-])([45]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)/g
const MOST_SAID = 1500

/** The part of a report in which the cause stands. */
export function causeIn(said: string, recipient: string | undefined): string {
  const lines = linesOf(said).slice(0, 400)
  const first = lines.findIndex((line) => REFUSING.test(line.slice(0, 1000)))
  if (first >= 0) return upToBlank(lines, first)
  if (recipient === undefined) return ''
  const named = (line: string) => line.slice(0, 1000).toLowerCase().indexOf(recipient)
  // It begins the lines that explain; before them it may stand among what was sent to whom.
  const begun = lines.findIndex(
    (line) => named(line) >= 0 && !/[\p{L}\p{N}]/u.test(line.slice(0, named(line))),
  )
  const at = begun >= 0 ? begun : lines.findIndex((line) => named(line) >= 0)
  return at < 0 ? '' : upToBlank(lines, at)
}

function upToBlank(lines: readonly string[], from: number): string {
  const taken: string[] = []
  for (const line of lines.slice(from, from + 12)) {
    if (line.trim() === '' && taken.length > 1) break
    taken.push(line.trim())
  }
  return taken.join(' ').slice(0, MOST_SAID)
}

/** The most exact status code that is spelled out: `5.1.1` goes before `5.0.0`. */
export function statusIn(words: string): string | undefined {
  const found = [...words.slice(0, 20_000).matchAll(STATUS)].slice(0, 20).map((match) => match[1] ?? '')
  return found.find((each) => !isVague(each)) ?? found[0]
}

/** Whether a status code says hardly more than that something failed. */
export function isVague(status: string): boolean {
  return status.endsWith('.0') || status.slice(2).startsWith('0.')
}

/** A three-digit answer of SMTP. */
export function replyIn(words: string): string | undefined {
  return /(?:^|[\s:([>#])([45]\d\d)(?=[ -]{1,3}[\S])/.exec(words.slice(0, 4000))?.[1]
}

/** How much a line suggests that the address in it is the one that failed. */
const HINTS: readonly (readonly [RegExp, number])[] = [
  [
    /rcpt to|recipient|addressed to|delivered to|undeliverable to|delivering (?:your )?(?:mail|message) to|deliver message to|userid|mailing list|\bt=\[/i,
    4,
  ],
  [
    /^\s*(?:>>>|--|\*|•|-)?\s*<?[^\s<>]{1,128}@[^\s<>]{1,253}>?\s*(?:$|[:;,(]|\.\.\.|\[|delivery|invalid|on\b)/i,
    4,
  ],
  [/full|unknown|not found|failed|no such|reject|exceed|unavailable|wasn't|could not/i, 1],
]

/** The address that a report is about, by the lines in which addresses stand. */
export function recipientIn(
  said: string,
  likely: readonly string[],
  unlikely: readonly string[],
): string | undefined {
  let best: { readonly address: string; readonly score: number } | undefined
  for (const line of linesOf(said).slice(0, 300)) {
    if (!line.includes('@')) continue
    const cut = line.slice(0, 600)
    const hint = HINTS.reduce((sum, [pattern, worth]) => sum + (pattern.test(cut) ? worth : 0), 0)
    for (const address of addressesIn(cut, 8)) {
      if (/^(?:mailer-daemon|postmaster)@/.test(address)) continue
      const score = hint + (likely.includes(address) ? 3 : 0) - (unlikely.includes(address) ? 6 : 0)
      if (score > (best?.score ?? 0)) best = { address, score }
    }
  }
  return best?.address
}
