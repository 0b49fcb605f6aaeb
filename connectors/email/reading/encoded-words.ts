import { decodeBytes } from './charset.ts'

/** RFC 2047, as mail really writes it: inside quotes, with spaces in the text, split inside a character; linear time. */
const WORD = /=\?([\w.:*-]{1,60})\?([bq])\?([^?]{0,32768})\?=/gi
const BETWEEN = /^[ \t\r\n]*$/

interface Piece {
  readonly charset: string
  readonly bytes: Uint8Array
}

/** The text of a header value with its encoded words decoded. Never throws; what is no encoded word stays. */
export function decodeWords(value: string): string {
  if (!value.includes('=?')) return value
  let text = ''
  let end = 0
  let pieces: Piece[] = []
  const flush = (): void => {
    if (pieces.length > 0) text += joined(pieces)
    pieces = []
  }
  for (const match of value.matchAll(WORD)) {
    const [whole, charset = '', encoding = '', content = ''] = match
    const between = value.slice(end, match.index)
    if (pieces.length === 0 || !BETWEEN.test(between)) {
      flush()
      text += between
    }
    const bytes = encoding.toLowerCase() === 'b' ? Buffer.from(content, 'base64') : quoted(content)
    if (pieces.length > 0 && pieces[0]?.charset !== charset.toLowerCase()) flush()
    pieces.push({ charset: charset.toLowerCase(), bytes })
    end = match.index + whole.length
  }
  flush()
  return text + value.slice(end)
}

/** Words of one charset are joined before they are decoded: some writers split inside a character. */
function joined(pieces: readonly Piece[]): string {
  return decodeBytes(Buffer.concat(pieces.map((piece) => piece.bytes)), pieces[0]?.charset)
}

function quoted(content: string): Uint8Array {
  const text = content
    .replace(/_/g, ' ')
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return /[^\0-\xff]/.test(text) ? Buffer.from(text, 'utf8') : Buffer.from(text, 'latin1')
}
