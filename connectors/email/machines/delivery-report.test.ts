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

describe('the address of a letter that a server renamed', () => {
  it('is found in what came back of it', () => {
    const source = STATUS_NOTIFICATION.replace(
      `Message-ID: <${OURS}>`,
      'Message-ID: <1@service.example>\nReply-To: Shop <Support+xyz@shop.example>, jane@example.net',
    )
    const report = recogniseReport(readForTests(source))
    expect(report?.messageIds).toEqual(['1@service.example'])
    expect(report?.reportedTo).toContain('support+xyz@shop.example')
    expect(report?.reportedTo).not.toContain('jane@example.net')
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
      'answers, and whose server sends all with a null path',
      letter(
        'From: Jane <jane@example.net>\nReturn-Path: <>\nTo: support@shop.example\nSubject: Re: Undelivered parcel',
        'My parcel could not be delivered, please help.',
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
