import type { HeaderLine, ReadMail } from '../read-mail.ts'
import { headerBlock, headerOf, linesOf } from './header-lines.ts'

/** The two halves of a report's text. */
export interface DividedReport {
  /** What the mail system says itself. */
  readonly said: string
  /** The header block of the letter that it returns, where that stands in the text. */
  readonly returned: readonly HeaderLine[]
}

/** Lines by which mail systems announce the letter they return. */
const ANNOUNCED =
  /^[\s\-+=|*.#]{0,60}(?:below (?:this line )?is a copy|this is a copy of|(?:a )?copy of (?:the|your) (?:original )?message|included is a copy|original message(?: headers?)?(?: follows?)?|message headers? follows?|(?:message|mail) (?:text|header|headers) (?:follows?|is following)|unsent message follows|returned message|the headers? of the original message|original message headers|non-?delivered information|original headers)\b[^\n]{0,80}$/i
/** Fields that stand in a letter and nowhere else. */
const PROOF = ['received', 'return-path', 'message-id', 'dkim-signature', 'mime-version', 'delivered-to']
const USUAL = [...PROOF, 'from', 'to', 'date', 'subject', 'content-type', 'reply-to', 'sender', 'x-mailer']

/** Tells what a report says from the letter that it returns, by the header block that stands in its text. */
export function divideReport(text: string): DividedReport {
  const lines = linesOf(text)
  let tries = 0
  let announced = -1
  for (let at = 0; at < lines.length && tries < 60; at += 1) {
    const line = lines[at] ?? ''
    if (line.length < 160 && ANNOUNCED.test(line)) announced = at
    const name = line.slice(0, 80).split(':', 1)[0]?.trimEnd().toLowerCase() ?? ''
    if (!line.includes(':') || !(USUAL.includes(name) || /^(?:x|arc)-[a-z-]+$/.test(name))) continue
    tries += 1
    const block = headerBlock(lines.slice(at, at + 500).join('\n'), 500)
    const usual = new Set(block.map((each) => each.name).filter((each) => USUAL.includes(each)))
    const proven = block.some((each) => PROOF.includes(each.name))
    if (usual.size >= 3 && (proven || announced >= 0)) {
      const end = announced >= 0 && announced >= at - 12 ? announced : at
      return { said: lines.slice(0, end).join('\n'), returned: block }
    }
    at += Math.max(block.length - 1, 0)
  }
  if (announced > 0) return { said: lines.slice(0, announced).join('\n'), returned: [] }
  return { said: lines.join('\n'), returned: [] }
}

const RETURNED_PARTS = [
  'message/rfc822',
  'message/global',
  'text/rfc822-headers',
  'text/rfc822-header',
  'message/rfc822-headers',
  'message/global-headers',
  'message/partial',
]

/** The header blocks of letters that are attached to a report, whole or as headers only. */
export function attachedLetters(mail: ReadMail): readonly (readonly HeaderLine[])[] {
  return mail.parts
    .filter((part) => RETURNED_PARTS.includes(part.contentType))
    .slice(0, 5)
    .map((part) => headerBlock((part.text ?? '').slice(0, 64_000).replace(/^[\r\n]{1,10}/, '')))
}

/** Message-IDs in a header's value or a sentence, without angle brackets. */
export function messageIdsIn(value: string, most = 20): readonly string[] {
  const found = new Set<string>()
  for (const match of value.slice(0, 20_000).matchAll(/<([^<>\s@]{1,400}@[^<>\s@]{1,300})>/g)) {
    if (match[1] !== undefined) found.add(match[1])
    if (found.size >= most) return [...found]
  }
  const bare = value.trim()
  if (found.size === 0 && /^[^<>\s@]{1,400}@[^<>\s@]{1,300}$/.test(bare)) found.add(bare)
  return [...found]
}

/** Message-IDs of a letter's own header block. */
export function idsOf(headers: readonly HeaderLine[]): readonly string[] {
  return headers
    .filter((each) => each.name === 'message-id')
    .slice(0, 3)
    .flatMap((each) => messageIdsIn(each.value, 3))
}

/** `Message-id: <…>` in what the mail system says of the letter. */
export function idsInWords(said: string): readonly string[] {
  return [...said.slice(0, 20_000).matchAll(/message[- ]id[ \t]{0,5}:?[ \t]{0,5}(<[^<>\s]{3,700}>)/gi)]
    .slice(0, 5)
    .flatMap((match) => messageIdsIn(match[1] ?? '', 1))
}

/** Ids of letters that the report itself answers. */
export function idsAnswered(mail: ReadMail): readonly string[] {
  return ['in-reply-to', 'references'].flatMap((name) => messageIdsIn(headerOf(mail, name) ?? ''))
}
