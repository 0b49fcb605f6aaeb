import { readFile } from 'node:fs/promises'
import { simpleParser } from 'mailparser'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { violations } from '../browser.ts'
import { eventually } from '../eventually.ts'
import { picture } from '../picture.ts'
import {
  choose,
  editor,
  frameOf,
  letters,
  openConversation,
  openDesk,
  openPostOffice,
  type PostOffice,
  SUPPORT,
  written,
} from './post-office.ts'
import type { Seat } from './world.ts'

let office: PostOffice
let desk: Seat
beforeAll(async () => {
  office = await openPostOffice()
  desk = await openDesk(office)
})
afterEach(async () => {
  expect(office.world.complaints()).toEqual([])
})
afterAll(() => office.close())

const ADA = 'Ada Holm <ada@fjord.test>'
const QUOTE =
  '<div class="gmail_quote"><div class="gmail_attr">On Mon, 2 Nov 2026 at 10:00, Harbour care &lt;support@example.test&gt; wrote:<br></div>' +
  '<blockquote class="gmail_quote" style="margin:0 0 0 .8ex">Which bag was it?</blockquote></div>'

/** What the relay took last for somebody. */
async function sentTo(address: string) {
  const found = office.relay.letters.filter(({ to }) => to.includes(address)).at(-1)
  if (!found) throw new Error(`nothing went to ${address}`)
  return { ...found, mail: await simpleParser(found.raw) }
}

const countOf = (address: string): number =>
  office.relay.letters.filter(({ to }) => to.includes(address)).length

describe('a conversation by letters', () => {
  test('comes live, is read in every form, answered to all with a file, and goes on', async () => {
    const { page } = desk
    const seam = picture(120)
    await office.arrives(
      await written({
        from: ADA,
        cc: 'Bob Tanner <bob@boat.test>',
        subject: 'Dry bag with a torn seam',
        messageId: '<first@fjord.test>',
        text: 'The seam is torn.\n\nOn Mon, 2 Nov 2026 at 10:00, Harbour care wrote:\n> Which bag was it?',
        html: `<p>The <b>seam</b> is <span style="color:#0b57d0">torn</span>.</p><img src="cid:seam@fjord" alt="The seam">${QUOTE}`,
        attachments: [
          { filename: 'seam.png', content: seam, cid: 'seam@fjord' },
          { filename: 'Order 20877.txt', content: 'two bags' },
        ],
      }),
    )
    await openConversation(page, 'The seam is torn.')
    await page.getByRole('heading', { name: 'Dry bag with a torn seam' }).waitFor()
    const first = letters(page).first()
    const frame = frameOf(first)
    await frame.getByText('seam', { exact: true }).waitFor()
    expect(await frame.getByText('torn').evaluate((word) => getComputedStyle(word).color)).toBe(
      'rgb(11, 87, 208)',
    )
    await eventually(() =>
      frame.getByAltText('The seam').evaluate((image: HTMLImageElement) => image.naturalWidth),
    ).toBe(120)
    expect(await frame.getByText('Which bag was it?').isVisible()).toBe(false)
    await frame.getByLabel('Show quoted text').click()
    await frame.getByText('Which bag was it?').waitFor()
    await first.getByText('Order 20877.txt').waitFor()
    await first.getByRole('button', { name: /cc Bob Tanner/ }).waitFor()
    expect(await violations(page)).toEqual([])

    await choose(page, first, 'Show as text')
    await first.getByText('The seam is torn.').waitFor()
    expect(await first.getByText('Which bag was it?').count()).toBe(0)
    await choose(page, first, 'Show formatted')
    await choose(page, first, 'Show headers')
    const headers = page.getByRole('dialog', { name: 'Headers' })
    await headers.getByText('<first@fjord.test>').waitFor()
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await headers.waitFor({ state: 'detached' })
    const [source] = await Promise.all([
      page.waitForEvent('download'),
      choose(page, first, 'Download source'),
    ])
    expect(await readFile(await source.path(), 'latin1')).toContain('Message-ID: <first@fjord.test>')

    await page.getByRole('button', { name: 'Reply all' }).last().click()
    await editor(page).click()
    await page.keyboard.type('Dear Ada, ')
    await page.keyboard.press('Control+b')
    await page.keyboard.type('a new one')
    await page.keyboard.press('Control+b')
    await page.keyboard.type(' leaves today.')
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles({
        name: 'Lieferschein März.txt',
        mimeType: 'text/plain',
        buffer: Buffer.from('one bag'),
      })
    await page.getByText('Lieferschein März.txt').waitFor()
    expect(await violations(page)).toEqual([])
    // A click on "Send" waits until the file is there, as a person would.
    await eventually(async () => {
      if (await editor(page).isVisible())
        await page.getByRole('button', { name: 'Send', exact: true }).click()
      return countOf('ada@fjord.test')
    }).toBe(1)
    const answer = await sentTo('ada@fjord.test')
    expect(answer.to).toEqual(['ada@fjord.test', 'bob@boat.test'])
    const token = /^support\+([a-z2-7]{32})@example\.test$/.exec(
      answer.mail.replyTo?.value[0]?.address ?? '',
    )?.[1]
    expect(answer.from).toBe(`support+${token}@example.test`)
    expect(answer.mail.messageId).toBe(`<${token}@example.test>`)
    expect(answer.mail.from?.value).toMatchObject([{ address: SUPPORT }])
    expect(answer.mail.inReplyTo).toBe('<first@fjord.test>')
    expect([answer.mail.references].flat()).toContain('<first@fjord.test>')
    expect(answer.mail.subject).toBe('Re: Dry bag with a torn seam')
    expect(answer.mail.html).toContain('<b>a new one</b> leaves today.')
    expect(answer.mail.text).toContain('Dear Ada, a new one leaves today.')
    expect(answer.mail.text).toContain('Quay 7, Göteborg')
    expect(
      answer.mail.attachments.map(({ filename, content }) => [filename, content.toString()]),
    ).toContainEqual(['Lieferschein März.txt', 'one bag'])
    await letters(page).last().getByRole('img', { name: 'Sent' }).waitFor()

    // The customer answers above the quoted letter: the same conversation, and only what is new shows.
    await office.arrives(
      await written({
        from: ADA,
        to: answer.mail.replyTo?.value[0]?.address ?? '',
        subject: 'Re: Dry bag with a torn seam',
        inReplyTo: answer.mail.messageId ?? '',
        references: ['<first@fjord.test>', answer.mail.messageId ?? ''],
        text: 'Splendid, thank you!\n\nOn Tue, 3 Nov 2026 at 10:00, Harbour care <support@example.test> wrote:\n> Dear Ada, a new one leaves today.',
      }),
    )
    const last = letters(page).last()
    await last.getByText('Splendid, thank you!').waitFor()
    expect(await last.getByText('a new one leaves today').count()).toBe(0)
    expect(await page.locator('[data-conversation]').filter({ hasText: 'Ada Holm' }).count()).toBe(1)

    // On to somebody else, with the file of the first letter.
    await choose(page, letters(page).first(), 'Forward')
    await page.getByRole('combobox', { name: 'To' }).fill('eva@fjord.test')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await eventually(() => countOf('eva@fjord.test')).toBe(1)
    const forwarded = await sentTo('eva@fjord.test')
    expect(forwarded.to).toEqual(['eva@fjord.test'])
    expect(forwarded.mail.subject).toBe('Fwd: Dry bag with a torn seam')
    expect(forwarded.mail.text).toContain('The seam is torn.')
    expect(forwarded.mail.attachments.map(({ filename }) => filename)).toContain('Order 20877.txt')
  })

  test('begins with us', async () => {
    const { page } = desk
    await page.getByRole('link', { name: 'Write to somebody' }).click()
    await page.getByRole('combobox', { name: 'To' }).fill('Gus Lind <gus@fjord.test>')
    await page.keyboard.press('Enter')
    await page.getByLabel('Subject').fill('Your lamp is ready')
    await editor(page).fill('You can collect it.')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.getByRole('heading', { name: 'Your lamp is ready' }).waitFor()
    await eventually(() => countOf('gus@fjord.test')).toBe(1)
    const { mail } = await sentTo('gus@fjord.test')
    expect([mail.inReplyTo, mail.subject]).toEqual([undefined, 'Your lamp is ready'])

    // He is away: it lands there, and opens nothing.
    await office.arrives(
      await written({
        from: 'Gus Lind <gus@fjord.test>',
        to: mail.replyTo?.value[0]?.address ?? '',
        subject: 'Automatic reply: Your lamp is ready',
        inReplyTo: mail.messageId ?? '',
        headers: { 'Auto-Submitted': 'auto-replied' },
        text: 'I am away until Monday.',
      }),
    )
    await letters(page).last().getByText('I am away until Monday.').waitFor()
    await letters(page)
      .last()
      .getByRole('button', { name: /Out of office|Automatic reply/ })
      .waitFor()
    expect(countOf('gus@fjord.test')).toBe(1)
  })

  test('fails with the reason that a report gives, and with the report', async () => {
    const { page } = desk
    await page.getByRole('link', { name: 'Write to somebody' }).click()
    await page.getByRole('combobox', { name: 'To' }).fill('nobody@far.test')
    await page.keyboard.press('Enter')
    await page.getByLabel('Subject').fill('Are you still there?')
    await editor(page).fill('We have your parcel.')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await eventually(() => countOf('nobody@far.test')).toBe(1)
    const sent = await sentTo('nobody@far.test')
    await office.mailboxes.deliver(bounce(sent.raw.toString('latin1'), sent.from), 'support')
    await page.getByText('There is no mailbox called nobody').first().waitFor()
    const [report] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Delivery report' }).click(),
    ])
    expect(await readFile(await report.path(), 'latin1')).toContain('Final-Recipient: rfc822;nobody@far.test')
    expect(await violations(page)).toEqual([])
  })

  test('is spam until somebody says that it is not', async () => {
    const { page } = desk
    await office.arrives(
      await written({
        from: 'Lucky Draw <win@draw.test>',
        subject: 'You have WON',
        headers: { 'X-Spam-Flag': 'YES', 'X-Spam-Status': 'Yes, score=12.3' },
        text: 'Claim your prize.',
      }),
    )
    await page.goto(`${office.world.url}/?view=spam`)
    await openConversation(page, 'Lucky Draw')
    await page.getByText('Filed as spam').waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Not spam, move to inbox' }).click()
    await page.getByText('Filed as spam').waitFor({ state: 'detached' })
    await page.goto(`${office.world.url}/?view=all`)
    await page.locator('[data-conversation]').filter({ hasText: 'Lucky Draw' }).waitFor()
  })

  test('is answered with the keyboard alone', async () => {
    const { page } = desk
    await office.arrives(
      await written({ from: 'Kim Ek <kim@fjord.test>', subject: 'Opening hours', text: 'When do you open?' }),
    )
    await page.locator('[data-conversation]').filter({ hasText: 'Kim Ek' }).waitFor()
    await page.keyboard.press('j')
    await page.getByRole('heading', { name: 'Opening hours' }).waitFor()
    await letters(page).getByText('When do you open?').waitFor()
    await page.keyboard.press('r')
    await editor(page).waitFor()
    await eventually(() => editor(page).evaluate((element) => element === document.activeElement)).toBe(true)
    await page.keyboard.type('At ten.')
    await page.keyboard.press('Control+Enter')
    await eventually(() => countOf('kim@fjord.test')).toBe(1)
    expect((await sentTo('kim@fjord.test')).mail.text).toContain('At ten.')
  })
})

/** What a server far away says of a letter that it could not deliver. */
const bounce = (returned: string, to: string): string => `From: Mail Delivery System <mailer-daemon@far.test>
To: ${to}
Subject: Undelivered Mail Returned to Sender
Date: ${new Date().toUTCString().replace('GMT', '+0000')}
Message-ID: <bounce-${Date.now()}@far.test>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

It did not arrive.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns;mx.far.test

Final-Recipient: rfc822;nobody@far.test
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp;550 5.1.1 There is no mailbox called nobody

--b1
Content-Type: message/rfc822

${returned}
--b1--
`
