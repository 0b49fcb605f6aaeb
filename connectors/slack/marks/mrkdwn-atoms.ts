/** Slack's mrkdwn cut into its smallest parts, from the front to the back in one go. */

/** What may set text apart, by the sign that does. */
export const MARKS = { '*': 'bold', _: 'italic', '~': 'strike', '`': 'code' } as const
export type Mark = keyof typeof MARKS

export type Atom =
  | { readonly kind: 'text'; readonly text: string }
  /** `<…>` without its brackets. */
  | { readonly kind: 'reference'; readonly text: string }
  /** `:name:` without its colons. */
  | { readonly kind: 'emoji'; readonly text: string }
  /** `tied` when our own writer kept it from being markup. */
  | { readonly kind: 'mark'; readonly text: Mark; readonly tied: boolean }

/** Stands before a sign that is meant as it is; shown nowhere, and no boundary of words. */
export const JOINER = '\u2060'

const ENTITIES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' }
const PART = /<[^<>\n]{1,4000}>|:[a-z0-9_+'-]{1,80}(?:::skin-tone-[2-6])?:|&(?:amp|lt|gt);|\u2060?[*_~`]/g

/** Cuts one stretch of mrkdwn that holds no blocks. */
export function atomsOf(source: string): readonly Atom[] {
  const atoms: Atom[] = []
  let plain = ''
  const flush = (): void => {
    if (plain !== '') atoms.push({ kind: 'text', text: plain })
    plain = ''
  }
  let at = 0
  for (const { 0: part, index } of source.matchAll(PART)) {
    plain += source.slice(at, index)
    at = index + part.length
    if (part.startsWith('&')) {
      plain += ENTITIES[part] ?? part
      continue
    }
    flush()
    if (part.startsWith('<')) atoms.push({ kind: 'reference', text: part.slice(1, -1) })
    else if (part.startsWith(':')) atoms.push({ kind: 'emoji', text: part.slice(1, -1) })
    else atoms.push({ kind: 'mark', text: part.slice(-1) as Mark, tied: part.length > 1 })
  }
  plain += source.slice(at)
  flush()
  return atoms
}

/** Text with its entities taken back. */
export const unescaped = (source: string): string =>
  source.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity] ?? entity)
