/** Slack's own light markup, as the field `text` of a message has it. */
import { emojiOf } from './emoji.ts'
import { type Atom, atomsOf, JOINER, MARKS, type Mark, unescaped } from './mrkdwn-atoms.ts'
import { type NameOf, namedUser } from './names.ts'
import { createSpanWriter, isLinkable, type SpannedText, type SpanWriter } from './spanned-text.ts'

const FENCE = '```'
/** Bold, italic and struck out: nobody means more at once. */
const DEEPEST = 8
const QUOTED = /^(?:&gt;|>) ?/
const QUOTED_TO_THE_END = /^(?:&gt;|>){3} ?/

/** Reads a text. Whatever is not closed, or stands within a word, is taken as it is. */
export function readMrkdwn(source: string, nameOf: NameOf): SpannedText {
  const writer = createSpanWriter()
  let rest = source
  while (rest !== '') {
    const open = rest.indexOf(FENCE)
    const close = open < 0 ? -1 : rest.indexOf(FENCE, open + FENCE.length)
    if (close < 0 || close === open + FENCE.length) break
    writeLines(rest.slice(0, open), writer, nameOf)
    writer.freshLine()
    writer.within('code-block', () => writer.write(codeOf(rest.slice(open + FENCE.length, close))))
    rest = rest.slice(close + FENCE.length).replace(/^\n/, '')
    if (rest !== '') writer.freshLine()
  }
  writeLines(rest, writer, nameOf)
  return writer.read()
}

const codeOf = (source: string): string =>
  unescaped(
    source
      .replace(/^\n/, '')
      .replace(/\n$/, '')
      .replace(
        /<([^<>\n|]{1,4000})(?:\|([^<>\n]*))?>/g,
        (_, target: string, label?: string) => label ?? target,
      )
      .replaceAll(`${JOINER}\``, '`'),
  )

function writeLines(source: string, writer: SpanWriter, nameOf: NameOf): void {
  const lines = source.split('\n')
  let at = 0
  while (at < lines.length) {
    const toTheEnd = QUOTED_TO_THE_END.test(lines[at] ?? '')
    const isQuote = (line: string): boolean => QUOTED.test(line)
    const quoted = isQuote(lines[at] ?? '')
    let end = at + 1
    while (end < lines.length && (toTheEnd || isQuote(lines[end] ?? '') === quoted)) end += 1
    const group = lines.slice(at, end)
    if (at > 0) writer.write('\n')
    const text = group
      .map((line, index) => {
        if (toTheEnd) return index === 0 ? line.replace(QUOTED_TO_THE_END, '') : line
        return quoted ? line.replace(QUOTED, '') : line.replace(new RegExp(`^${JOINER}(?=&gt;|>)`, 'u'), '')
      })
      .join('\n')
    const body = (): void => writeInline(text, writer, nameOf)
    if (quoted) writer.within('quote', body)
    else body()
    at = end
  }
}

/** Writes one stretch without blocks. Linear: what closes a mark is looked up, not searched for. */
function writeInline(source: string, writer: SpanWriter, nameOf: NameOf): void {
  const atoms = atomsOf(source)
  const closers = closersOf(atoms)
  const write = (from: number, to: number, depth: number): void => {
    for (let at = from; at < to; at += 1) {
      const atom = atoms[at]
      if (atom === undefined) return
      if (atom.kind !== 'mark') {
        writeAtom(atom, writer, nameOf)
        continue
      }
      const close = depth < DEEPEST && canOpen(atoms, at) ? (closers.get(atom.text)?.[at + 1] ?? -1) : -1
      if (close < 0 || close >= to || close === at + 1) {
        writer.write(atom.text)
        continue
      }
      const body = (): void => {
        if (atom.text === '`') for (const code of atoms.slice(at + 1, close)) writeLiteral(code, writer)
        else write(at + 1, close, depth + 1)
      }
      writer.within(MARKS[atom.text], body)
      at = close
    }
  }
  write(0, atoms.length, 0)
}

/** Of every mark and place, the next atom at or behind it that may close the mark on the same line; -1 for none. */
function closersOf(atoms: readonly Atom[]): ReadonlyMap<Mark, Int32Array> {
  return new Map(
    (Object.keys(MARKS) as Mark[]).map((mark) => {
      const next = new Int32Array(atoms.length + 1).fill(-1)
      for (let at = atoms.length - 1; at >= 0; at -= 1) {
        const atom = atoms[at]
        if (atom?.kind === 'mark' && atom.text === mark && canClose(atoms, at)) next[at] = at
        else next[at] = atom?.kind === 'text' && atom.text.includes('\n') ? -1 : (next[at + 1] ?? -1)
      }
      return [mark, next]
    }),
  )
}

const WORD_AT_END = /[\p{L}\p{N}\u2060]$/u
const WORD_AT_START = /^[\p{L}\p{N}\u2060]/u

function canOpen(atoms: readonly Atom[], at: number): boolean {
  const [mark, before, after] = [atoms[at], atoms[at - 1], atoms[at + 1]]
  if (mark?.kind === 'mark' && mark.tied) return false
  if (before?.kind === 'text' && WORD_AT_END.test(before.text.slice(-2))) return false
  return after !== undefined && !(after.kind === 'text' && /^\s/.test(after.text))
}

function canClose(atoms: readonly Atom[], at: number): boolean {
  const [mark, before, after] = [atoms[at], atoms[at - 1], atoms[at + 1]]
  if (mark?.kind === 'mark' && mark.tied) return false
  if (before === undefined || (before.kind === 'text' && /\s$/.test(before.text))) return false
  return !(after?.kind === 'text' && WORD_AT_START.test(after.text))
}

/** As it was typed, for what stands in code. */
function writeLiteral(atom: Atom, writer: SpanWriter): void {
  if (atom.kind === 'reference') writer.write(referenceOf(atom.text, () => undefined).text)
  else writer.write(atom.kind === 'emoji' ? `:${atom.text}:` : atom.text)
}

function writeAtom(atom: Exclude<Atom, { kind: 'mark' }>, writer: SpanWriter, nameOf: NameOf): void {
  if (atom.kind === 'text') return writer.write(atom.text)
  if (atom.kind === 'emoji') return writer.write(emojiOf(atom.text))
  const { kind, text, url } = referenceOf(atom.text, nameOf)
  if (kind === undefined) writer.write(text)
  else writer.within(kind, () => writer.write(text), url)
}

interface Reference {
  readonly kind?: 'link' | 'mention'
  readonly text: string
  readonly url?: string
}

/** What stands between `<` and `>`: somebody, a channel, a command such as `!here`, or an address with its label. */
function referenceOf(source: string, nameOf: NameOf): Reference {
  const bar = source.indexOf('|')
  const target = unescaped(bar < 0 ? source : source.slice(0, bar))
  const label = bar < 0 ? undefined : unescaped(source.slice(bar + 1)) || undefined
  const [sign, id] = [target.slice(0, 1), target.slice(1)]
  if (sign === '@') return { kind: 'mention', text: label ? at(label) : namedUser(id, nameOf) }
  if (sign === '#') return { kind: 'mention', text: `#${(label ?? id).replace(/^#/, '')}` }
  if (sign === '!') return commandOf(id, label)
  if (label === undefined || label === target || !isLinkable(target)) {
    return { text: label ?? target.replace(/^mailto:/, '') }
  }
  // An address that was written without its scheme gets the written form as its label.
  return target.replace(/^(?:mailto:|https?:\/\/)/, '') === label && target.startsWith('mailto:')
    ? { text: label }
    : { kind: 'link', text: label, url: target }
}

const at = (label: string): string => (label.startsWith('@') ? label : `@${label}`)

function commandOf(command: string, label: string | undefined): Reference {
  const [name = '', id] = command.split('^')
  if (name === 'date') return { text: label ?? '' }
  if (name === 'subteam') return { kind: 'mention', text: at(label ?? id ?? 'group') }
  return { kind: 'mention', text: at(label ?? name) }
}
