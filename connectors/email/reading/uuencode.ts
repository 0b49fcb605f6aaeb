/** A file in uuencode, as letters carried them before MIME. Lines that are none are left out. */
export function decodeUuencode(bytes: Uint8Array): Uint8Array {
  const lines = Buffer.from(bytes).toString('latin1').split(/\r?\n/)
  const begin = lines.findIndex((line) => /^begin \d{3,4} /.test(line))
  const chunks: Uint8Array[] = []
  for (const line of lines.slice(begin + 1)) {
    if (line === 'end') break
    const length = line === '' ? 0 : (line.charCodeAt(0) - 32) & 63
    if (length > 0) chunks.push(lineBytes(line, length))
  }
  return Buffer.concat(chunks)
}

function lineBytes(line: string, length: number): Uint8Array {
  const six = (at: number): number => ((line.charCodeAt(at) || 32) - 32) & 63
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at += 1) {
    const group = 1 + Math.floor(at / 3) * 4
    const rest = at % 3
    bytes[at] = (six(group + rest) << (2 + 2 * rest)) | (six(group + rest + 1) >> (4 - 2 * rest))
  }
  return bytes
}
