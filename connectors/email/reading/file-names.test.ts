import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nameOfPart, safeFileName } from './file-names.ts'

const part = (contentType: string, name?: string, text = ''): Parameters<typeof nameOfPart>[0] => ({
  contentType,
  parameters: {},
  bytes: Buffer.from(text),
  ...(name !== undefined && { name }),
})

describe('names of files', () => {
  it.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\ada\\letter.pdf', 'letter.pdf'],
    ['invoice\u202efdp.exe', 'invoicefdp.exe'],
    ['con.txt', '_con.txt'],
    ['.htaccess', 'htaccess'],
    ['a\0b\r\nc.txt', 'abc.txt'],
    ['report.pdf. . .', 'report.pdf'],
  ])('%s is safe as %s', (name, safe) => {
    expect(safeFileName(name)).toBe(safe)
  })

  it('hold no folder, nothing invisible, and are not long, whatever came', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
        const safe = safeFileName(name)
        if (safe === undefined) return
        expect(safe).toMatch(/^[^\0-\x1f/\\:*?"<>|\u200b-\u200f\u202a-\u202e]{1,151}$/u)
        expect(safe).not.toMatch(/^\.|[. ]$/)
      }),
    )
  })

  it('keep their ending when they are cut', () => {
    expect(safeFileName(`${'a'.repeat(400)}.pdf`)).toMatch(/^a{100,}\.pdf$/)
  })

  it.each([
    [part('image/png'), 'image.png'],
    [part('text/calendar'), 'invitation.ics'],
    [part('application/octet-stream'), 'file'],
    [part('message/delivery-status'), 'delivery-status.txt'],
    [
      part('message/rfc822', undefined, 'Subject: Lamp: the\r\n broken one\r\n\r\nx'),
      'Lamp the broken one.eml',
    ],
    [part('message/rfc822', undefined, ''), 'letter.eml'],
    [part('application/pdf', '...'), 'file.pdf'],
  ])('are made of the type where none is given: %#', (given, name) => {
    expect(nameOfPart(given)).toBe(name)
  })
})
