/** What a message says: its text with formatting, its files, what was passed on with it. */
import type { AttachmentRef } from '../../../src/contract/inbound-event.ts'
import type { NameOf } from '../marks/names.ts'
import { readMrkdwn } from '../marks/read-mrkdwn.ts'
import { readRichText } from '../marks/read-rich-text.ts'
import { type SpannedText, trimmedEnd, withoutStart } from '../marks/spanned-text.ts'
import { escaped } from '../marks/write-mrkdwn.ts'
import type { Envelope } from './envelope.ts'
import { type Fields, isTrueIn, listIn, textIn } from './fields.ts'
import { readFiles } from './files.ts'

/** A message's content. */
export interface Content extends SpannedText {
  readonly attachments: readonly AttachmentRef[]
}

/** Slack takes 40,000 characters, and cuts what is longer itself. */
const LONGEST_TEXT = 60_000

/**
 * Reads a message. Blocks of formatted text go before the plain field, since nothing in them is ambiguous.
 * A mention of us in front is how we are called, and no part of what is said.
 */
export function readContent(
  message: Fields,
  { ownUsers, nameOf }: Pick<Envelope, 'ownUsers' | 'nameOf'>,
): Content {
  const { attachments, lines } = readFiles(listIn(message, 'files'))
  const plain = (textIn(message, 'text') ?? '').slice(0, LONGEST_TEXT)
  const said = readRichText(listIn(message, 'blocks'), nameOf) ?? readMrkdwn(plain, nameOf)
  const parts = [
    called(trimmedEnd(said), ownUsers),
    ...listIn(message, 'attachments').flatMap((passed) => passedOn(passed, nameOf)),
    ...lines.map(({ text, url }) =>
      readMrkdwn(url === undefined ? escaped(text) : `<${url}|${escaped(text)}>`, nameOf),
    ),
  ]
  return { ...joined(parts), attachments }
}

/** Without the mention of us in front, unless that is all. */
function called(said: SpannedText, ownUsers: ReadonlySet<string>): SpannedText {
  const [first] = said.spans
  if (first?.kind !== 'mention' || first.offset !== 0) return said
  if (!ownUsers.has(said.text.slice(1, first.length))) return said
  const rest = said.text.slice(first.length)
  const begin = first.length + (rest.length - rest.replace(/^[\s,:]+/, '').length)
  return begin >= said.text.length ? said : withoutStart(said, begin)
}

/** Another message that was passed on, or what an app laid beside its words; previews of links are neither. */
function passedOn(passed: Fields, nameOf: NameOf): readonly SpannedText[] {
  const isShared = isTrueIn(passed, 'is_share') || isTrueIn(passed, 'is_msg_unfurl')
  if (!isShared && textIn(passed, 'from_url') !== undefined) return []
  const text = textIn(passed, 'text') ?? textIn(passed, 'fallback')
  if (text === undefined) return []
  const { text: shown, spans } = trimmedEnd(readMrkdwn(text.slice(0, LONGEST_TEXT), nameOf))
  const author = textIn(passed, 'author_name')
  if (!isShared || shown === '') return [{ text: shown, spans }]
  const head = author === undefined ? '' : `${author}:\n`
  const whole = head + shown
  const inside = spans
    .filter(({ kind }) => kind !== 'quote')
    .map((span) => ({ ...span, offset: span.offset + head.length }))
  return [{ text: whole, spans: [{ kind: 'quote', offset: 0, length: whole.length }, ...inside] }]
}

function joined(parts: readonly SpannedText[]): SpannedText {
  return parts
    .filter(({ text }) => text.trim() !== '')
    .reduce<SpannedText>(
      (sum, { text, spans }) => {
        const before = sum.text === '' ? '' : `${sum.text}\n`
        return {
          text: before + text,
          spans: [...sum.spans, ...spans.map((span) => ({ ...span, offset: span.offset + before.length }))],
        }
      },
      { text: '', spans: [] },
    )
}
