import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readForTests } from '../../../test/harness/read-mail.ts'
import { recogniseReport } from './delivery-report.ts'

const OURS = 'abcdefghijklmnopqrstuvwxyz234567@shop.example'

const STATUS_NOTIFICATION = `Return-Path: <>
Delivered-To: support@shop.example
To: support+abcdefghijklmnopqrstuvwxyz234567@shop.example
From: MAILER-DAEMON@mx.shop.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

<jane@example.net>: host mx.example.net[192.0.2.1] said: 550 5.1.1 User unknown
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.shop.example

Original-Recipient: rfc822;jane@example.net
Final-Recipient: rfc822; jane.doe@example.net
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User
    unknown
--b
Content-Type: message/rfc822

Message-ID: <${OURS}>
From: support@shop.example
To: jane@example.net
Subject: Your order

Hello
--b--
`

/** A letter as plain text. */
function letter(headers: string, body: string): string {
  return `${headers.trim()}\nContent-Type: text/plain; charset=utf-8\n\n${body}`
}

/** What mail systems return in their text: enough to be known as a letter. */
const RETURNED = `Received: from shop.example by mx.shop.example; Sat, 28 Nov 2026 04:00:00 +0000
Message-ID: <${OURS}>
From: support@shop.example
To: jane@example.net
Subject: Your order
Date: Sat, 28 Nov 2026 04:00:00 +0000

Hello`

describe('a delivery status notification', () => {
  it('tells who was not reached, why, and which letter it was', () => {
    expect(recogniseReport(readForTests(STATUS_NOTIFICATION))).toEqual({
      messageIds: [OURS],
      reportedTo: ['support+abcdefghijklmnopqrstuvwxyz234567@shop.example', 'support@shop.example'],
      recipient: 'jane@example.net',
      action: 'failed',
      status: '5.1.1',
      code: 'mailbox-unknown',
      detail: 'There is no mailbox of this address. The server said: 550 5.1.1 User unknown',
    })
  })

  it('is read in its international form', () => {
    const source = STATUS_NOTIFICATION.replace(
      'message/delivery-status',
      'message/global-delivery-status',
    ).replaceAll(/rfc822; ?jane/g, 'utf-8; zoë')
    expect(recogniseReport(readForTests(source))?.recipient).toBe('zoë@example.net')
  })

  it('tells the failed one of several recipients before the others', () => {
    const source = STATUS_NOTIFICATION.replace(
      'Original-Recipient',
      'Final-Recipient: rfc822; ok@example.net\nAction: delivered\nStatus: 2.0.0\n\nOriginal-Recipient',
    )
    expect(recogniseReport(readForTests(source))).toMatchObject({
      recipient: 'jane@example.net',
      action: 'failed',
    })
  })

  it.each(['delayed', 'delivered'])('says that a letter is %s', (action) => {
    const source = STATUS_NOTIFICATION.replace('Action: failed', `Action: ${action}`)
    expect(recogniseReport(readForTests(source))?.action).toBe(action)
  })

  it.each(['relayed', 'expanded'])('says nothing of a letter that was %s', (action) => {
    const source = STATUS_NOTIFICATION.replace('Action: failed', `Action: ${action}`)
    expect(recogniseReport(readForTests(source))?.action).toBe('other')
  })

  it('takes the more exact of two status codes', () => {
    const source = STATUS_NOTIFICATION.replace('Status: 5.1.1', 'Status: 5.0.0').replace(
      'smtp; 550 5.1.1 User\n    unknown',
      'smtp; 552 5.2.2 no room',
    )
    expect(recogniseReport(readForTests(source))).toMatchObject({ status: '5.2.2', code: 'mailbox-full' })
  })

  it('is still one when only headers came back, or the id stands in the report alone', () => {
    const headersOnly = STATUS_NOTIFICATION.replace('message/rfc822', 'text/rfc822-headers')
    expect(recogniseReport(readForTests(headersOnly))?.messageIds).toEqual([OURS])
    const nothing = STATUS_NOTIFICATION.replace(`Message-ID: <${OURS}>\n`, '').replace(
      'MIME-Version',
      `In-Reply-To: <${OURS}>\nMIME-Version`,
    )
    expect(recogniseReport(readForTests(nothing))?.messageIds).toEqual([OURS])
  })
})

describe('reports without fields', () => {
  const vendors: readonly (readonly [string, string, string, string])[] = [
    [
      'qmail',
      'From: MAILER-DAEMON@mx.example\nSubject: failure notice',
      `Hi. This is the qmail-send program at mx.example.\nThis is a permanent error; I've given up.\n\n<jane@example.net>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 no such user\nGiving up on 192.0.2.1.\n\n--- Below this line is a copy of the message.\n\n${RETURNED}`,
      'mailbox-unknown',
    ],
    [
      'Exim',
      'From: Mail Delivery System <Mailer-Daemon@mx.example>\nX-Failed-Recipients: jane@example.net\nSubject: Mail delivery failed: returning message to sender',
      `A message that you sent could not be delivered to one or more of its recipients.\n\n  jane@example.net\n    retry timeout exceeded\n\n------ This is a copy of the message, including all the headers. ------\n\n${RETURNED}`,
      'expired',
    ],
    [
      'sendmail',
      'From: Mail Delivery Subsystem <MAILER-DAEMON>\nSubject: Returned mail: see transcript for details',
      `   ----- The following addresses had permanent fatal errors -----\n<jane@example.net>\n\n   ----- Transcript of session follows -----\n... while talking to mx.example.net.:\n>>> RCPT To:<jane@example.net>\n<<< 552 5.2.2 Over quota\n\n   ----- Original message follows -----\n\n${RETURNED}`,
      'mailbox-full',
    ],
    [
      'Exchange',
      'From: System Administrator <postmaster@example.net>\nReturn-Path: <>\nSubject: Undeliverable: Your order',
      `Your message\n\n  To:      jane@example.net\n  Subject: Your order\n\ndid not reach the following recipient(s):\n\njane@example.net on Sat, 28 Nov 2026 04:00:00 -0000\n    The recipient name is not recognized\n\nOriginal message headers:\n\n${RETURNED}`,
      'mailbox-unknown',
    ],
    [
      'Gmail',
      'From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\nSubject: Delivery Status Notification (Failure)',
      `Delivery to the following recipient failed permanently:\n\n     jane@example.net\n\nTechnical details of permanent failure:\nDNS Error: Domain name not found\n\n----- Original message -----\n\n${RETURNED}`,
      'domain-not-found',
    ],
    [
      'Notes',
      'From: Postmaster@example.net\nSubject: Undeliverable Message',
      `To:         jane@example.net\ncc:\nSubject:    Your order\n\nMessage not delivered to recipients below.\n\n------- Failure Reasons  --------\n\nUser not listed in public Name & Address Book\njane@example.net\n\n------- Returned Message --------\n\n${RETURNED}`,
      'mailbox-unknown',
    ],
    [
      'MailMarshal',
      'From: postmaster@example.net\nReturn-Path: <>\nSubject: Undeliverable Mail: "Your order"',
      `Your message:\n   From:    support@shop.example\n   Subject: Your order\n\nCould not be delivered because of\n\n550 5.1.1 User unknown\n\nThe following recipients were affected:\n   jane@example.net\n\n+++++ Original message follows +++++\n\n${RETURNED}`,
      'mailbox-unknown',
    ],
    [
      'MailFoundry',
      'From: <MAILER-DAEMON@mx.example>\nSubject: Message delivery has failed',
      `Unable to deliver message to: <jane@example.net>\nDelivery failed for the following reason:\nServer mx.example.net[192.0.2.1] failed with: 550 <jane@example.net> No such user here\n\nThis has been a permanent failure.\n\n${RETURNED}`,
      'mailbox-unknown',
    ],
    [
      'SurfControl',
      'From: Postmaster <postmaster@example.net>\nSubject: Mail could not be sent',
      'Your message could not be sent.\nA transcript of the attempts to send the message follows.\nThe number of attempts made: 1\nAddressed To: jane@example.net\n\nFailed to send to identified host,\njane@example.net: [192.0.2.1], 550 jane@example.net... No such user',
      'mailbox-unknown',
    ],
    [
      'm-FILTER',
      'From: Mailer Daemon <postmaster@example.net>\nSubject: failure notice',
      `jane@example.net\n\n-------server message\n550 5.2.1 mailbox is inactive\n\n-------original message\n${RETURNED}`,
      'mailbox-disabled',
    ],
    [
      'Apache James',
      'From: postmaster@example.net\nReturn-Path: <>\nSubject: [BOUNCE]',
      "Hi. This is the James mail server at example.net.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up.\n\nFailed recipient(s):\njane@example.net\n\nError message:\n554 5.7.1 relay access denied",
      'relay-refused',
    ],
    [
      'an English provider',
      'From: "Mail Delivery System" <mailer-daemon@provider.example>\nSubject: Mail delivery failed: returning message to sender',
      `This message was created automatically by mail delivery software.\n\nThe following addresses failed:\n\n<jane@example.net>\n\nFor the following reason:\n\nMail size limit exceeded.\n\n--- The header of the original message is following. ---\n\n${RETURNED}`,
      'too-large',
    ],
    [
      'a Russian provider',
      'From: mailer-daemon@provider.example\nSubject: Недоставленное сообщение',
      `Это письмо создано автоматически.\n\nПисьмо не может быть доставлено:\n\njane@example.net\n    почтовый ящик не существует\n\n${RETURNED}`,
      'mailbox-unknown',
    ],
    [
      'a Japanese provider',
      'From: postmaster@provider.example\nReturn-Path: <>\nSubject: メールエラー',
      `次のあて先へのメッセージは送信できませんでした。\n\n<jane@example.net>: 宛先不明\n\n${RETURNED}`,
      'mailbox-unknown',
    ],
  ]

  it.each(vendors)('are known from %s', (_, headers, body, code) => {
    const report = recogniseReport(readForTests(letter(`To: support@shop.example\n${headers}`, body)))
    expect(report).toMatchObject({ recipient: 'jane@example.net', action: 'failed', code })
    if (body.includes(OURS)) expect(report?.messageIds).toContain(OURS)
  })

  it('say when a letter is only late', () => {
    const report = recogniseReport(
      readForTests(
        letter(
          'From: Mailer Daemon <MAILER-DAEMON@mx.example>\nTo: support@shop.example\nSubject: Delivery status notification: warning',
          `A message is delayed for more than 10 minutes for the following list of recipients:\n\njane@example.net: Connection timed out\n\n${RETURNED}`,
        ),
      ),
    )
    expect(report).toMatchObject({
      action: 'delayed',
      code: 'host-unreachable',
      recipient: 'jane@example.net',
    })
    expect(report?.detail).toContain('it will be tried again')
  })
})

describe('a feedback report', () => {
  const complaint = `From: feedback@provider.example
To: support@shop.example
Subject: FW: Your order
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

This is an email abuse report.
--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Provider/1.0
Version: 1
Original-Rcpt-To: jane@example.net
--b
Content-Type: message/rfc822

Message-ID: <${OURS}>
To: jane@example.net
From: support@shop.example

Hello
--b--
`

  it('is a complaint, and no failure: the letter has arrived', () => {
    expect(recogniseReport(readForTests(complaint))).toMatchObject({
      messageIds: [OURS],
      recipient: 'jane@example.net',
      action: 'other',
      code: 'complaint',
    })
  })
})

describe('a notice as JSON', () => {
  const headers =
    'From: no-reply@sns.amazonaws.com\nTo: support@shop.example\nSubject: AWS Notification Message'
  const notice = {
    notificationType: 'Bounce',
    bounce: {
      bouncedRecipients: [
        { emailAddress: 'Jane@example.net', status: '5.1.1', diagnosticCode: 'smtp; 550 user unknown' },
      ],
    },
    mail: { commonHeaders: { messageId: `<${OURS}>` } },
  }

  it('is read', () => {
    const source = letter(
      `${headers}\nx-amz-sns-message-id: 1`,
      `${JSON.stringify(notice)}\n\n--\nUnsubscribe: …`,
    )
    expect(recogniseReport(readForTests(source))).toMatchObject({
      messageIds: [OURS],
      recipient: 'jane@example.net',
      action: 'failed',
      status: '5.1.1',
      code: 'mailbox-unknown',
    })
  })

  it('is somebody’s letter when the service did not send it', () => {
    expect(recogniseReport(readForTests(letter(headers, JSON.stringify(notice))))).toBeUndefined()
  })
})

describe('what people write is no report', () => {
  const bounce = STATUS_NOTIFICATION
  const quoted = bounce.replaceAll(/^/gm, '> ')
  const human = 'From: Jane Doe <jane@example.net>\nReturn-Path: <jane@example.net>\nTo: support@shop.example'

  it.each([
    [
      'quotes one',
      letter(
        `${human}\nSubject: Re: Undelivered Mail Returned to Sender`,
        `What does this mean?\n\n${quoted}`,
      ),
    ],
    [
      'forwards its text',
      letter(`${human}\nSubject: Fwd: Undelivered Mail Returned to Sender`, `See below\n\n${bounce}`),
    ],
    [
      'attaches it',
      `${human}\nSubject: Undelivered Mail\nContent-Type: multipart/mixed; boundary="o"\n\n--o\nContent-Type: text/plain\n\nI got 550 5.1.1 user unknown\n--o\nContent-Type: message/rfc822\n\n${bounce}\n--o--\n`,
    ],
    [
      'forwards it with its parts',
      bounce
        .replace('Return-Path: <>\n', '')
        .replace(/^From: .*$/m, 'From: Jane Doe <jane@example.net>')
        .replace('Subject: Und', 'Subject: Fwd: Und')
        .replace('Auto-Submitted: auto-replied\n', '')
        .replace('multipart/report; report-type=delivery-status', 'multipart/mixed'),
    ],
    [
      'writes of one',
      letter(`${human}\nSubject: Delivery failed`, 'My parcel could not be delivered. 550 Euro are lost.'),
    ],
    [
      'answers as a postmaster',
      letter(
        'From: Jane (Postmaster) <postmaster@example.net>\nTo: support@shop.example\nSubject: Re: Your invoice',
        'Hello,\nplease send the invoice to me.\nJane\n\n> mail delivery failed, 550 5.1.1 unknown',
      ),
    ],
    [
      'is away',
      letter(
        `${human}\nReturn-Path: <>\nAuto-Submitted: auto-replied\nSubject: Automatic reply: Undelivered Mail`,
        'I am out of the office. Your message could not be delivered to my phone.',
      ),
    ],
    [
      'has read a letter',
      `From: jane@example.net\nReturn-Path: <>\nSubject: Read: Your order\nContent-Type: multipart/report; report-type=disposition-notification; boundary="b"\n\n--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; jane@example.net\nOriginal-Message-ID: <${OURS}>\nDisposition: manual-action/MDN-sent-manually; displayed\n--b--\n`,
    ],
    ['has no sender', letter('To: support@shop.example\nSubject: Hello', 'Hello')],
  ])('of somebody who %s', (_, source) => {
    expect(recogniseReport(readForTests(source))).toBeUndefined()
  })
})

describe('whatever a letter holds', () => {
  it('the detail is one line of at most 500 characters, and nothing throws', () => {
    const field = fc.constantFrom('Status', 'Action', 'Final-Recipient', 'Diagnostic-Code', 'Message-ID', 'X')
    const line = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc
        .tuple(field, fc.string({ unit: 'grapheme', maxLength: 900 }))
        .map(([name, value]) => `${name}: ${value}`),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        const mail = readForTests(STATUS_NOTIFICATION)
        const text = lines.join('\n')
        const report = recogniseReport({
          ...mail,
          text,
          parts: mail.parts.map((part) => ({ ...part, text })),
        })
        expect(report?.detail).toMatch(/^[^\p{Cc}\p{Cf}\p{Cs}]{1,500}$/u)
        expect(report?.code).toMatch(/^[a-z-]+$/)
      }),
    )
  })

  it.each([
    ['addresses', 'a@'],
    ['brackets', '<'],
    ['one long name', 'a'],
    ['status codes', ' 4.1.1'],
    ['empty lines', '\n'],
    ['headers', 'Received: x\n'],
    ['header beginnings', 'Subject: x\n\n'],
    ['words of failure', 'account mailbox '],
    ['replies', '550 5.1.1 user\n'],
  ])('a megabyte of %s is read in time', (_, unit) => {
    const text = unit.repeat(1_000_000 / unit.length)
    const mail = readForTests(STATUS_NOTIFICATION)
    const headers = ['to', 'from', 'subject', 'references', 'x-failed-recipients', 'delivered-to'].map(
      (name) => ({
        name,
        value: text.slice(0, 65_536).replaceAll('\n', ' '),
      }),
    )
    const hostile = {
      ...mail,
      text,
      headers: [...mail.headers, ...headers],
      parts: mail.parts.map((part) => ({ ...part, text })),
    }
    expect(recogniseReport(hostile)).toBeDefined()
  })
})
