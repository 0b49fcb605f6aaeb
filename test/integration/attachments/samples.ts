/** Files that are what they say, and files that are not. */
import { deflateSync, gzipSync } from 'node:zlib'

function pngChunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)])
}

export function png(width: number, height: number): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2], 8)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.alloc(1_000))),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}

export function gif(width: number, height: number): Buffer {
  const head = Buffer.alloc(64)
  head.write('GIF89a')
  head.writeUInt16LE(width, 6)
  head.writeUInt16LE(height, 8)
  return head
}

/** @param ahead bytes of metadata before the size */
export function jpeg(width: number, height: number, ahead = 0): Buffer {
  const parts = [Buffer.from([0xff, 0xd8])]
  for (let left = ahead; left > 0; left -= 60_000) {
    const data = Math.min(left, 60_000)
    const segment = Buffer.alloc(data + 4, 0x41)
    segment.set([0xff, 0xe1], 0)
    segment.writeUInt16BE(data + 2, 2)
    parts.push(segment)
  }
  const frame = Buffer.alloc(19)
  frame.set([0xff, 0xc2, 0, 17, 8], 0)
  frame.writeUInt16BE(height, 5)
  frame.writeUInt16BE(width, 7)
  parts.push(frame, Buffer.from([0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9]))
  return Buffer.concat(parts)
}

export function webp(kind: 'VP8 ' | 'VP8L' | 'VP8X', width: number, height: number): Buffer {
  const data = Buffer.alloc(48)
  data.write('RIFF')
  data.writeUInt32LE(40, 4)
  data.write(`WEBP${kind}`, 8)
  if (kind === 'VP8X') {
    data.writeUIntLE(width - 1, 24, 3)
    data.writeUIntLE(height - 1, 27, 3)
  } else if (kind === 'VP8L') {
    data[20] = 0x2f
    data.writeUInt32LE(((width - 1) | ((height - 1) << 14)) >>> 0, 21)
  } else {
    data.set([0x9d, 0x01, 0x2a], 23)
    data.writeUInt16LE(width, 26)
    data.writeUInt16LE(height, 28)
  }
  return data
}

/** A thousand times larger once unpacked. */
export const gzipBomb = (): Buffer => gzipSync(Buffer.alloc(64 * 2 ** 20), { level: 9 })

export const SVG = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')

/** Name, bytes and what they must be taken for. */
export const DISGUISED: readonly (readonly [string, Buffer, string])[] = [
  ['photo.png', SVG, 'application/octet-stream'],
  ['photo.png', Buffer.from(`<?xml version="1.0"?>${SVG.toString()}`), 'application/octet-stream'],
  ['photo.jpg', Buffer.from(`\uFEFF  \n<!-- x --><svg onload=alert(1)>`), 'application/octet-stream'],
  ['photo.gif', Buffer.from('<!doctype html><script>alert(1)</script>'), 'application/octet-stream'],
  ['notes.txt', Buffer.from('<HTML><body onload=alert(1)>'), 'application/octet-stream'],
  ['notes.txt', Buffer.from('\n\n  <script>alert(1)</script>'), 'application/octet-stream'],
  ['page.html', Buffer.from('<a href=javascript:alert(1)>x</a>'), 'application/octet-stream'],
  ['feed.xml', Buffer.from('<?xml version="1.0"?><rss/>'), 'application/octet-stream'],
  ['photo.png', Buffer.from('not a picture at all'), 'text/plain'],
  ['photo.svg', png(4, 3), 'image/png'],
  ['x.exe', png(4, 3), 'image/png'],
  ['notes.txt', Buffer.from([0x68, 0x69, 0xff, 0xfe, 0x80]), 'application/octet-stream'],
  ['notes.txt', Buffer.from('a\0b'), 'application/octet-stream'],
  ['notes.txt', Buffer.from('Grüße, 你好, مرحبا\r\n\tok'), 'text/plain'],
  ['love.txt', Buffer.from('<3 from all of us'), 'text/plain'],
  ['empty.txt', Buffer.alloc(0), 'application/octet-stream'],
  ['setup.png', Buffer.concat([Buffer.from('MZ'), Buffer.alloc(200)]), 'application/x-msdownload'],
  ['bomb.png', png(20_000, 20_000), 'application/octet-stream'],
  ['bomb.png', png(100_000, 1), 'application/octet-stream'],
  ['none.png', png(0, 5), 'application/octet-stream'],
  ['bomb.jpg', jpeg(65_000, 65_000), 'application/octet-stream'],
  ['cut.jpg', jpeg(40, 30).subarray(0, 8), 'application/octet-stream'],
  ['archive.jpg', gzipBomb(), 'application/gzip'],
]
