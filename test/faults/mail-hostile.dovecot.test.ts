/** Letters made to harm come the whole way: the server lives, each is kept, and the next one arrives. */
import { deflateRawSync } from 'node:zlib'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { MessageView } from '../../src/domain/views.ts'
import {
  DOMAIN,
  inboundOf,
  type MailOffice,
  openMailOffice,
  ordinaryLetter,
  PATIENCE,
  quarantineOf,
  textOf,
} from '../harness/mail-office.ts'
import { residentMegabytes } from '../harness/real-server.ts'
import { report, TIMEOUT_MS } from './fault-run.ts'

const MEBIBYTE = 2 ** 20
/** Of the server process without its engine. */
const MOST_MEGABYTES = 700
const DEPTH = 5_000
const REFERENCES = 100_000

let office: MailOffice
beforeEach(async () => {
  office = await openMailOffice()
})
afterEach(() => office.close())

const letter = (name: string, headers: readonly string[], body: string): Buffer =>
  Buffer.from(
    [
      `From: ${name} <${name}@hostile.example>`,
      `To: support@${DOMAIN}`,
      `Subject: ${name}`,
      `Message-ID: <${name}@hostile.example>`,
      'MIME-Version: 1.0',
      ...headers,
      '',
      body,
    ].join('\r\n'),
    'latin1',
  )

function deep(): Buffer {
  const opened = Array.from(
    { length: DEPTH },
    (_, level) => `--b${level}\r\nContent-Type: multipart/mixed; boundary="b${level + 1}"\r\n`,
  )
  return letter(
    'deep',
    ['Content-Type: multipart/mixed; boundary="b0"'],
    `${opened.join('\r\n')}\r\nThe end.`,
  )
}

const referring = (): Buffer =>
  letter(
    'referring',
    [
      `References:${Array.from({ length: REFERENCES }, (_, index) => `\r\n <${index}@hostile.example>`).join('')}`,
    ],
    'Many.',
  )

/** Sixty-four megabytes of nothing, packed. */
function bomb(): Buffer {
  const packed = deflateRawSync(Buffer.alloc(64 * MEBIBYTE)).toString('base64')
  const lines = packed.match(/.{1,76}/g) ?? []
  return letter(
    'bomb',
    ['Content-Type: multipart/mixed; boundary="b"'],
    [
      '--b\r\nContent-Type: text/plain\r\n\r\nLook inside.',
      '--b\r\nContent-Type: application/zip; name="bomb.zip"\r\nContent-Encoding: gzip\r\nContent-Transfer-Encoding: base64\r\n',
      ...lines,
      '--b--\r\n',
    ].join('\r\n'),
  )
}

function huge(): Buffer {
  const line = `${'QUJD'.repeat(19)}\r\n`
  return Buffer.concat([
    letter(
      'huge',
      ['Content-Type: multipart/mixed; boundary="b"'],
      '--b\r\nContent-Type: text/plain\r\n\r\nA film.\r\n--b\r\nContent-Type: video/mp4; name="film.mp4"\r\nContent-Transfer-Encoding: base64\r\n\r\n',
    ),
    Buffer.alloc(100 * MEBIBYTE, line),
    Buffer.from('\r\n--b--\r\n'),
  ])
}

/** Line breaks in encoded words, where names and subjects are answered to. */
const injecting = (): Buffer =>
  Buffer.from(
    [
      'From: =?utf-8?q?Eve=0D=0ABcc:_victim=40elsewhere.example?= <eve@hostile.example>',
      `To: support@${DOMAIN}`,
      'Subject: =?utf-8?q?Hello=0D=0AX-Injected:_yes?=',
      'Message-ID: <injecting@hostile.example>',
      '',
      'Answer me.',
    ].join('\r\n'),
  )

it(
  'letters made to harm are kept, the server lives, and each time the next letter arrives',
  async () => {
    const channelId = await office.channel('support')
    const pid = office.server().child.pid ?? 0
    const letters = { deep, referring, bomb, huge, injecting }
    const resident: Record<string, number> = {}
    let messages: readonly MessageView[] = []
    for (const [number, [name, make]] of Object.entries(letters).entries()) {
      await office.dovecot.deliverBulk([make()], 'support')
      await office.dovecot.deliver(ordinaryLetter(number, 1_000).raw, 'support')
      let most = 0
      const next = async (): Promise<boolean> => {
        most = Math.max(most, await residentMegabytes(pid))
        messages = await inboundOf(office.call, channelId)
        return (
          messages.some(({ text }) => text === textOf(number, number)) && messages.length === 2 * (number + 1)
        )
      }
      await expect.poll(next, PATIENCE).toBe(true)
      resident[name] = Math.round(most)
    }
    report('hostile letters', { residentMegabytes: resident })
    expect(office.server().child.exitCode).toBeNull()
    expect(Math.max(...Object.values(resident))).toBeLessThan(MOST_MEGABYTES)
    expect(await quarantineOf(office.call)).toEqual([])
    const from = (address: string) =>
      messages.find(({ letter: about }) => about?.from.address === `${address}@hostile.example`)
    expect(from('huge')).toMatchObject({ text: 'A film.', letter: { partial: true } })
    expect(from('bomb')?.text).toBe('Look inside.')
    expect(from('referring')?.text).toBe('Many.')
    expect(from('deep')).toBeDefined()

    // What is answered to Eve goes to her alone, with no header of hers.
    const eve = from('eve')
    const command = { clientMessageId: 'r1', text: 'Here it is.', attachmentIds: [] }
    await office.call('POST', `/conversations/${eve?.conversationId}/messages`, command)
    await expect.poll(() => office.relay.letters.length, PATIENCE).toBe(1)
    const [sent] = office.relay.letters
    expect(sent?.to).toEqual(['eve@hostile.example'])
    const [head = ''] = sent?.raw.toString('latin1').split('\r\n\r\n') ?? []
    expect(head).not.toMatch(/^(bcc|x-injected):/im)
  },
  TIMEOUT_MS,
)
