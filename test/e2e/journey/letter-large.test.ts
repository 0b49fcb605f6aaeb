import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { letters, openConversation, openDesk, openPostOffice, type PostOffice } from './post-office.ts'

let office: PostOffice
beforeEach(async () => {
  office = await openPostOffice()
})
afterEach(async () => {
  const complaints = office.world.complaints()
  await office.close()
  expect(complaints).toEqual([])
})

const MEBIBYTE = 2 ** 20
const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const file = (name: string, bytes: Buffer): string =>
  `--b\r\nContent-Type: application/octet-stream; name=${name}\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=${name}\r\n\r\n${bytes.toString('base64').replace(/.{76}/g, '$&\r\n')}\r\n`

test('a letter of 100 MB shows at once what it says, and its file is fetched when somebody wants it', async () => {
  const { page } = await openDesk(office)
  const plan = randomBytes(12 * MEBIBYTE)
  const raw = `From: Ada Holm <ada@fjord.test>\r\nTo: support@example.test\r\nSubject: The film\r\nMessage-ID: <film@fjord.test>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Here is the <b>whole</b> film.</p>\r\n${file('plan.bin', plan)}${file('film.bin', Buffer.alloc(62 * MEBIBYTE, 'film'))}--b--\r\n`
  expect(raw.length).toBeGreaterThan(100_000_000)
  await office.mailboxes.deliverBulk([raw], 'support')
  await openConversation(page, 'Ada Holm')
  const letter = letters(page).last()
  await letter.frameLocator('iframe').getByText('whole').waitFor()
  await letter.getByRole('button', { name: 'Large' }).waitFor()
  await letter.getByText('film.bin').waitFor()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    letter.getByRole('link', { name: /plan\.bin/ }).click(),
  ])
  expect(download.suggestedFilename()).toBe('plan.bin')
  expect(hash(await readFile(await download.path()))).toBe(hash(plan))
})
