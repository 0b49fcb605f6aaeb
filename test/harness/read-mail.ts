import type { HeaderLine, MailPart, ReadMail } from '../../connectors/email/read-mail.ts'

/**
 * Takes a letter apart for tests of what recognises machines: plain, small, and true to the promises of
 * `read-mail.ts`. The product has a reader of its own, which survives what hostile letters do to it.
 */
export function readForTests(source: Uint8Array | string): ReadMail {
  const raw = (typeof source === 'string' ? Buffer.from(source, 'utf8') : Buffer.from(source)).toString(
    'latin1',
  )
  const { headers, body } = divide(raw.replaceAll('\r\n', '\n'))
  const parts: MailPart[] = []
  collect(headers, body, parts, 0)
  const { value, parameters } = contentTypeOf(headers)
  const shown = parts.filter((part) => part.disposition !== 'attachment')
  const plain = shown.filter((part) => part.contentType === 'text/plain').map((part) => part.text ?? '')
  const html = shown.find((part) => part.contentType === 'text/html')?.text
  return {
    headers,
    contentType: value,
    parameters,
    parts,
    text: plain.length > 0 ? plain.join('\n') : textOfHtml(html ?? ''),
    ...(html !== undefined && { html }),
  }
}

function collect(headers: readonly HeaderLine[], body: string, parts: MailPart[], depth: number): void {
  const { value: contentType, parameters } = contentTypeOf(headers)
  const boundary = parameters['boundary']
  if (contentType.startsWith('multipart/') && boundary !== undefined && depth < 20) {
    const pieces = split(body, boundary)
    if (pieces.length > 0) {
      for (const piece of pieces) {
        const inner = divide(piece)
        collect(inner.headers, inner.body, parts, depth + 1)
      }
      return
    }
  }
  const bytes = decodeTransfer(body, valueOf(headers, 'content-transfer-encoding')?.trim().toLowerCase())
  const disposition = /^\s*(attachment|inline)/i.exec(valueOf(headers, 'content-disposition') ?? '')?.[1]
  const name = parameters['name']
  const isText = /^(text|message|multipart)\//.test(contentType)
  parts.push({
    contentType: contentType.startsWith('multipart/') ? 'text/plain' : contentType,
    parameters,
    ...(disposition !== undefined && { disposition: disposition.toLowerCase() as 'attachment' | 'inline' }),
    ...(name !== undefined && { name }),
    bytes,
    ...(isText && { text: decodeText(bytes, parameters['charset']) }),
  })
}

function divide(raw: string): { headers: HeaderLine[]; body: string } {
  const lines = raw.replace(/^From [^\n]*\n/, '').split('\n')
  const headers: { name: string; value: string }[] = []
  let at = 0
  for (; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    const last = headers.at(-1)
    if (/^[ \t]/.test(line) && last !== undefined && line.trim() !== '') {
      last.value += ` ${line.trim()}`
      continue
    }
    const found = /^([!-9;-~]+)[ \t]*:(.*)$/.exec(line)
    if (found === null) break
    headers.push({ name: (found[1] ?? '').toLowerCase(), value: (found[2] ?? '').trim() })
  }
  const body = lines.slice(lines[at] === '' ? at + 1 : at).join('\n')
  return {
    headers: headers.map(({ name, value }) => ({ name, value: decodeWords(decodeBytes(value)) })),
    body,
  }
}

function split(body: string, boundary: string): string[] {
  const pieces: string[] = []
  let current: string[] | undefined
  for (const line of body.split('\n')) {
    const bare = line.trimEnd()
    if (bare === `--${boundary}` || bare === `--${boundary}--`) {
      if (current !== undefined) pieces.push(current.join('\n'))
      current = bare.endsWith(`${boundary}--`) ? undefined : []
    } else current?.push(line)
  }
  if (current !== undefined) pieces.push(current.join('\n'))
  return pieces
}

function contentTypeOf(headers: readonly HeaderLine[]): {
  value: string
  parameters: Record<string, string>
} {
  const [first = '', ...rest] = (valueOf(headers, 'content-type') ?? 'text/plain').split(';')
  const parameters: Record<string, string> = {}
  for (const each of rest) {
    const at = each.indexOf('=')
    if (at < 0) continue
    parameters[each.slice(0, at).trim().toLowerCase()] = each
      .slice(at + 1)
      .trim()
      .replace(/^"|"$/g, '')
  }
  return { value: first.trim().toLowerCase() || 'text/plain', parameters }
}

function valueOf(headers: readonly HeaderLine[], name: string): string | undefined {
  return headers.find((each) => each.name === name)?.value
}

function decodeTransfer(body: string, encoding: string | undefined): Uint8Array {
  if (encoding === 'base64') return Buffer.from(body, 'base64')
  if (encoding !== 'quoted-printable') return Buffer.from(body, 'latin1')
  const decoded = body
    .replace(/=[ \t]*\n/g, '')
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(decoded, 'latin1')
}

function decodeText(bytes: Uint8Array, charset = 'utf-8'): string {
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch {
    return new TextDecoder('latin1').decode(bytes)
  }
}

/** Header values that are no ASCII are taken for UTF-8 where they can be. */
function decodeBytes(value: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1'))
  } catch {
    return value
  }
}

function decodeWords(value: string): string {
  return value
    .replace(/(\?=)\s+(=\?)/g, '$1$2')
    .replace(/=\?([^?]+)\?([bq])\?([^?]*)\?=/gi, (_, charset: string, kind: string, content: string) =>
      decodeText(
        kind.toLowerCase() === 'b'
          ? Buffer.from(content, 'base64')
          : decodeTransfer(content.replaceAll('_', ' '), 'quoted-printable'),
        charset,
      ),
    )
}

function textOfHtml(html: string): string {
  return html
    .replace(/<style[^]*?<\/style>/gi, '')
    .replace(/<br[^>]*>|<\/(p|div|tr|h\d|li)>/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
