import type Mail from 'nodemailer/lib/mailer'

const ADA = 'Ada Holm <ada@fjord.test>'
const SUBJECT = 'Two vases with a hairline crack'
const QUOTED =
  'Good morning Ada, we are sorry to hear that. Could you send us a picture, and tell us whether it is both vases or one?'

/** Letters that stand in the list, the newest last. */
export const LETTERS: readonly Mail.Options[] = [
  {
    from: 'Bodil Krogh <bodil@krogh-interiors.test>',
    subject: 'Order of 12 rugs for the hotel in Aarhus',
    text: 'We would like to order as in the list enclosed. Can you deliver in the second week of January?',
    attachments: [{ filename: 'Rugs Aarhus.txt', content: 'twelve rugs' }],
  },
  {
    from: 'Henrik Dahl <henrik@dahl.test>',
    subject: 'Invoice 4471',
    text: 'Could you send it once more, to our new address?',
  },
]

/** A letter with a layout of its own and pictures from elsewhere. */
export const MARKETING: Mail.Options = {
  from: 'Linen Weekly <hello@linen-weekly.test>',
  subject: 'Your stand at the spring fair',
  html: `<table width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:24px"><table width="560" style="border:1px solid #d9e2e4"><tr><td style="padding:28px;background:#0b5c68;color:#ffffff;font:24px Georgia,serif">Spring fair, hall 3</td></tr><tr><td style="padding:28px"><p>Your stand is reserved: <b>3-114</b>, beside the entrance.</p><p><img src="https://linen-weekly.test/plan.png" width="480" height="160" alt="Plan of the hall"></p><p><a href="https://linen-weekly.test/stand">Look at your stand</a></p></td></tr></table></td></tr></table>`,
}

/** A question, our answer, and what came back. */
export const QUESTION = {
  address: 'ada@fjord.test',
  first: {
    from: ADA,
    cc: 'Bob Tanner <bob@tanner-flowers.test>',
    subject: SUBJECT,
    messageId: '<vase@fjord.test>',
    text: 'Dear Harbour Outfitters,\n\nthe vases from order 20877 let water through, though they arrived well packed.\n\nAda Holm',
  },
  answer: { text: QUOTED, html: `<div>${QUOTED}</div>` },
  second: (answered: string, photo: Buffer): Mail.Options => ({
    from: ADA,
    cc: 'Bob Tanner <bob@tanner-flowers.test>',
    subject: `Re: ${SUBJECT}`,
    inReplyTo: answered,
    references: ['<vase@fjord.test>', answered],
    html: `<p>Good morning,</p><p>it is <b>both of them</b>, at the same place. Here is a picture of the <span style="color:#0b57d0">blue</span> one, the crack is below the waist:</p><p><img src="cid:vase@fjord.test" width="220" alt="The vase"></p><ul><li>Order 20877, two tall vases</li><li>Bob has one more, from the same lot, <a href="https://tanner-flowers.test/lot">which he keeps</a></li></ul><p>Thank you!<br>Ada</p><div class="gmail_quote"><div class="gmail_attr">On Tue, 24 Nov 2026 at 09:12, Harbour care &lt;support@example.test&gt; wrote:<br></div><blockquote class="gmail_quote">${QUOTED}</blockquote></div>`,
    attachments: [
      { filename: 'vase.png', content: photo, cid: 'vase@fjord.test' },
      {
        filename: 'Order 20877.pdf',
        content: Buffer.from('%PDF-1.4\n%%EOF\n'),
        contentType: 'application/pdf',
      },
    ],
  }),
} as const
