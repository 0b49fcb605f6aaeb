import { describe, expect, it } from 'vitest'
import type { InboundEvent } from '../../src/contract/inbound-event.ts'
import { verified } from '../../src/contract/raw-request.ts'
import { WHOLE_LETTER } from './letter-item.ts'
import { parse } from './parse.ts'

const HEADERS = 'From: a@b.example\r\nTo: help@example.org\r\nSubject: x\r\nMessage-ID: <1@b.example>\r\n'
const MEGABYTE = 1_000_000

type MessageEvent = Extract<InboundEvent, { readonly type: 'message' }>

async function messageOf(letter: string): Promise<MessageEvent> {
  const facts = {
    internalDateMs: '1700000000000',
    ownAddresses: 'help@example.org',
    authservIds: '',
    checked: '',
  }
  const body = Buffer.from(letter, 'latin1')
  const [event] = await parse(verified({ body, contentType: WHOLE_LETTER, facts, receivedAtMs: 1 }))
  if (event?.type !== 'message') throw new Error('no message')
  return event
}

const nested = (depth: number, subtype: string, inside: string): string =>
  Array.from(
    { length: depth },
    (_, at) => `Content-Type: multipart/${subtype}; boundary=b${String(at)}\r\n\r\n--b${String(at)}\r\n`,
  ).join('') + inside

const part = 'Content-Type: text/plain\r\n\r\nhi\r\n'

/** Letters that no program sends. Each must end, which the runner's limit of time shows, and be bounded. */
const REFUSED: Readonly<Record<string, () => string>> = {
  'a multipart 5,000 deep': () => nested(5_000, 'mixed', part),
  'a hundred thousand parts': () =>
    `Content-Type: multipart/mixed; boundary=b\r\n\r\n${`--b\r\n${part}`.repeat(100_000)}`,
  'two million delimiters': () =>
    `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n'.repeat(2 * MEGABYTE)}`,
  'lines that may be delimiters of 900 multiparts': () =>
    nested(900, 'mixed', `${part}${'--\n'.repeat(MEGABYTE)}`),
  'thirteen million empty lines': () => `\r\n${'\n'.repeat(13 * MEGABYTE)}`,
  'a part whose headers are a megabyte': () =>
    `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n${'X-A: b\r\n'.repeat(120_000)}\r\nx\r\n--b--`,
}

const READ: Readonly<Record<string, () => string>> = {
  'a hundred thousand references': () =>
    `References: ${Array.from({ length: 100_000 }, (_, at) => `<r${String(at)}@x.example>`).join('\r\n ')}\r\n\r\nhello`,
  'a header bomb of lines': () => `${'X-A: bbbbbbbbbbbbbbbbbbbbbbb\r\n'.repeat(400_000)}\r\nhello`,
  'a header of 13 MB': () => `X-Big: ${'v'.repeat(13 * MEGABYTE)}\r\n\r\nhello`,
  'a header of two million folds': () => `X-A: b\r\n${' \r\n'.repeat(2 * MEGABYTE)}\r\nhello`,
  'nested groups': () => `Cc: ${'g:'.repeat(30_000)}\r\n\r\nhello`,
  'a comment never closed': () => `Cc: ${'('.repeat(60_000)}\r\n\r\nhello`,
  'quotes never closed': () => `Cc: ${'"\\'.repeat(30_000)}\r\n\r\nhello`,
  'ten thousand recipients': () =>
    `Cc: ${Array.from({ length: 10_000 }, (_, at) => `a${String(at)}@b.c`).join(',')}\r\n\r\nhello`,
  'encoded words never closed': () => `Subject: ${'=?utf-8?q?'.repeat(6_000)}\r\n\r\nhello`,
  'six thousand parameters': () => `Content-Type: text/plain${'; a*0="x"'.repeat(6_000)}\r\n\r\nhello`,
  'a multipart 900 deep': () => nested(900, 'related', 'Content-Type: text/plain\r\n\r\nhello'),
  'a line of 13 MB': () => `\r\nhello ${'a'.repeat(13 * MEGABYTE)}`,
  'a formatted line of 13 MB': () => `Content-Type: text/html\r\n\r\n<p>hello ${'a'.repeat(13 * MEGABYTE)}`,
  'a million open elements': () => `Content-Type: text/html\r\n\r\nhello${'<b>'.repeat(MEGABYTE)}`,
  'quotations 390 deep around 200,000 lines': () =>
    `Content-Type: text/html\r\n\r\nhello${'<blockquote>'.repeat(390)}${'y<br>'.repeat(200_000)}`,
  'forty thousand quotations': () =>
    `Content-Type: text/html\r\n\r\nhello${'<blockquote type=cite>x</blockquote>y'.repeat(40_000)}`,
  'tags never closed': () => `Content-Type: text/html\r\n\r\nhello${'<'.repeat(5 * MEGABYTE)}`,
  'two hundred thousand attributes': () =>
    `Content-Type: text/html\r\n\r\n<a ${Array.from({ length: 200_000 }, (_, at) => `a${String(at)}=b`).join(' ')}>hello`,
  'a million wide spaces in what is too deep': () =>
    `Content-Type: text/html; charset=utf-8\r\n\r\nhello${'<b>'.repeat(500)}${'\xe2\x80\x83'.repeat(MEGABYTE)}x`,
  'twenty thousand names of headers': () => `\r\nhello\n\n${'From:\n'.repeat(20_000)}`,
  'attributions that begin and never end': () => `\r\nhello\n${'On 1.1.2020 10:00 x\n'.repeat(5_000)}`,
  'what the library takes long for': () => `\r\nhello\n${'Op \n'.repeat(25_000)}${'W dniu '.repeat(2_000)}`,
  'twenty thousand rules': () => `\r\nhello\n${'a\n--\n'.repeat(20_000)}`,
  'a hundred thousand quotation marks': () => `\r\nhello\n${'>'.repeat(100_000)}`,
}

describe('hostile letters', () => {
  it.each(Object.entries(REFUSED))('%s: kept whole as broken', async (_, letter) => {
    expect(await messageOf(HEADERS + letter())).toMatchObject({
      identity: { externalId: 'a@b.example' },
      subject: 'x',
      text: '',
      attachments: [],
      keepSource: true,
      letter: { broken: true },
    })
  })

  it.each(Object.entries(READ))('%s: read as far as anybody reads', async (_, letter) => {
    const message = await messageOf(HEADERS + letter())
    expect(message.letter?.broken).toBeUndefined()
    expect(message.text).toMatch(/^hello/)
    expect(message.text.length).toBeLessThanOrEqual(MEGABYTE)
    expect(message.letter?.html?.length ?? 0).toBeLessThanOrEqual(4 * MEGABYTE + 1_000)
    expect(message.letter?.references.length).toBeLessThanOrEqual(100)
    expect(message.letter?.cc.length).toBeLessThanOrEqual(500)
    expect(message.letter?.headers.length).toBeLessThanOrEqual(200)
    expect(JSON.stringify(message.letter?.headers).length).toBeLessThanOrEqual(150_000)
  })

  it('of very many references keep the nearest and the first', async () => {
    const ids = Array.from({ length: 100_000 }, (_, at) => `<r${String(at)}@x.example>`)
    const long = await messageOf(`${HEADERS}References: ${ids.join('\r\n ')}\r\n\r\nhello`)
    expect(long.letter?.references.slice(0, 2)).toEqual(['r99999@x.example', 'r99998@x.example'])
    const root = await messageOf(
      `${HEADERS.replace('1@b', 'other@b')}References: <r0@x.example>\r\n\r\nhello`,
    )
    expect(long.threadKey).toBe(root.threadKey)
  })

  it('of very many headers keep those that say what the letter is', async () => {
    const message = await messageOf(`${'X-A: b\r\n'.repeat(100_000)}${HEADERS}\r\nhello`)
    expect(message).toMatchObject({ subject: 'x', identity: { externalId: 'a@b.example' }, text: 'hello' })
  })
})
