import { describe, expect, it } from 'vitest'
import { readForTests } from '../../../test/harness/read-mail.ts'
import { recogniseReport } from './delivery-report.ts'

const OURS = 'abcdefghijklmnopqrstuvwxyz234567@shop.example'

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
