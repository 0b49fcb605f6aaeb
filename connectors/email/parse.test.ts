import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { InboundEvent } from '../../src/contract/inbound-event.ts'
import { verified } from '../../src/contract/raw-request.ts'
import type { LetterFacts, PartialLetter } from './letter-item.ts'
import { PARTIAL_LETTER, WHOLE_LETTER } from './letter-item.ts'
import { parse } from './parse.ts'

type MessageEvent = Extract<InboundEvent, { readonly type: 'message' }>

const RECEIVED_MS = Date.UTC(2024, 0, 2, 3)
const TOKEN = 'abcdefghijklmnopqrstuvwxyz234567'
const FACTS: LetterFacts = {
  mailbox: 'INBOX',
  uidValidity: '1',
  uid: '7',
  internalDateMs: String(RECEIVED_MS),
  sizeBytes: '100',
  ownAddresses: 'help@example.org sales@shop.example',
  authservIds: 'mx.example.org',
  checked: '',
}

const eventsOf = (
  letter: string | Uint8Array,
  changes: Partial<LetterFacts> = {},
  contentType = WHOLE_LETTER,
): Promise<readonly InboundEvent[]> =>
  parse(
    verified({
      body: typeof letter === 'string' ? Buffer.from(letter.replace(/\n/g, '\r\n')) : letter,
      contentType,
      facts: { ...FACTS, ...changes },
      receivedAtMs: 1,
    }),
  )

async function messageOf(...args: Parameters<typeof eventsOf>): Promise<MessageEvent> {
  const [event, ...others] = await eventsOf(...args)
  if (event?.type !== 'message' || others.length > 0)
    throw new Error(`no single message: ${String(event?.type)}`)
  return event
}

const HEADERS =
  'From: "Byron, Ada" <Ada@Customer.example>\nTo: help@example.org\nMessage-ID: <m1@customer.example>\nDate: Mon, 1 Jan 2024 10:00:00 +0100\n'
const REPORT = (about: string, to = 'help@example.org'): string =>
  `From: MAILER-DAEMON@mx.example\nTo: ${to}\nSubject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied\nMessage-ID: <r1@mx.example>\nDate: Mon, 1 Jan 2024 10:00:00 +0100\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; gone@customer.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user\n\n--b\nContent-Type: message/rfc822\n\nFrom: help@example.org\nMessage-ID: <${about}>\nSubject: Your lamp\n\nHello\n--b--\n`

/** The attributes of a winmail.dat: id, level, content. */
function tnefOf(...attributes: readonly (readonly [number, number, string])[]): string {
  const u32 = (value: number): Buffer => Buffer.from(new Uint32Array([value]).buffer)
  const pieces = attributes.map(([id, level, content]) =>
    Buffer.concat([
      Buffer.from([level]),
      u32(id),
      u32(content.length),
      Buffer.from(content, 'latin1'),
      Buffer.alloc(2),
    ]),
  )
  return Buffer.concat([u32(0x223e9f78), Buffer.alloc(2), ...pieces]).toString('base64')
}

describe('a letter becomes a message', () => {
  it('with everything it says', async () => {
    const letter = `${HEADERS}Subject: Re: [lamps] Broken\nCc: Bob <bob@x.example>\nReply-To: ada@home.example\nIn-Reply-To: <${TOKEN}@example.org>\nReferences: <root@x> <${TOKEN}@example.org>\nDelivered-To: help+${TOKEN}@example.org\n\nIt still is.\n\nOn Mon, 1 Jan 2024 at 09:00, Help <help@example.org> wrote:\n> Is it?\n`
    const message = await messageOf(letter)
    expect(message.externalId).toMatch(/^m1@customer\.example#[0-9a-f]{16}$/)
    expect(message.threadKey).toMatch(/^letter:[0-9a-f]{32}$/)
    expect(message).toMatchObject({
      identity: {
        externalId: 'ada@customer.example',
        email: 'ada@customer.example',
        displayName: 'Byron, Ada',
        verified: false,
      },
      text: 'It still is.',
      subject: 'Re: [lamps] Broken',
      sentAtMs: Date.UTC(2024, 0, 1, 9),
      keepSource: true,
      attachments: [],
      letter: {
        from: { address: 'ada@customer.example', name: 'Byron, Ada' },
        replyTo: [{ address: 'ada@home.example' }],
        to: [{ address: 'help@example.org' }],
        cc: [{ address: 'bob@x.example', name: 'Bob' }],
        bcc: [],
        letterId: 'm1@customer.example',
        references: [`${TOKEN}@example.org`, 'root@x'],
        tokens: [TOKEN],
        baseSubject: 'broken',
      },
    })
    expect(message.letter?.fullText).toContain('> Is it?')
    expect(message.letter?.headers).toContainEqual({ name: 'reply-to', value: 'ada@home.example' })
    expect(message.letter?.broken).toBeUndefined()
  })

  it('of one id for the same bytes, and of another for other bytes under the same Message-ID', async () => {
    const one = await messageOf(`${HEADERS}\none`)
    expect(await messageOf(`${HEADERS}\none`, { uid: '9', uidValidity: '2' })).toEqual(one)
    const two = await messageOf(`${HEADERS}\ntwo`)
    expect(two.externalId).not.toBe(one.externalId)
    expect(two.threadKey).toBe(one.threadKey)
  })

  it('whose thread is the letter it began with', async () => {
    const first = await messageOf(`${HEADERS.replace('m1@', 'root@')}\none`)
    const answer = await messageOf(`${HEADERS}References: <root@customer.example> <x@y>\n\ntwo`)
    expect(answer.threadKey).toBe(first.threadKey)
  })

  it('also when nobody signed it and nothing names it', async () => {
    const message = await messageOf('Subject: hello\n\ntext')
    expect(message.identity.externalId).toMatch(/^unknown-[0-9a-f]{16}@invalid$/)
    expect(message.identity.email).toBeUndefined()
    expect(message.externalId).toMatch(/^none#/)
    expect((await messageOf('Sender: Bob <bob@x.example>\n\ntext')).identity.externalId).toBe('bob@x.example')
  })

  it('of a sender who is vouched for by a server that is believed', async () => {
    const results =
      'Authentication-Results: mx.example.org; spf=pass; dkim=pass header.d=customer.example; dmarc=pass header.from=customer.example\n'
    const proven = await messageOf(`${results}${HEADERS}\nx`)
    expect([proven.identity.verified, proven.letter?.authentication?.dmarc]).toEqual([true, 'pass'])
    expect((await messageOf(`${results}${HEADERS}\nx`, { authservIds: 'other' })).identity.verified).toBe(
      false,
    )
    const checked = JSON.stringify({ spf: 'none', dkim: 'pass', dmarc: 'pass', by: 'tributary' })
    expect((await messageOf(`${HEADERS}\nx`, { authservIds: '', checked })).identity.verified).toBe(true)
    expect(
      (await messageOf(`${HEADERS}\nx`, { authservIds: '', checked: '{"dmarc":"pass"}' })).identity.verified,
    ).toBe(false)
  })

  it('with its files, inline ones by their id, and what was packed in winmail.dat beside them', async () => {
    const message = await messageOf(
      `${HEADERS}Content-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>See <img src="cid:pic@x"></p>\n--b\nContent-Type: image/png; name="../lamp.png"\nContent-ID: <pic@x>\nContent-Transfer-Encoding: base64\n\nAAEC\n--b\nContent-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\nnot tnef\n--b--\n`,
    )
    expect(message.text).toBe('See')
    expect(message.letter?.html).toContain('cid:pic@x')
    expect(message.attachments).toEqual([
      {
        kind: 'content',
        bytes: new Uint8Array([0, 1, 2]),
        name: 'lamp.png',
        contentType: 'image/png',
        contentId: 'pic@x',
      },
      expect.objectContaining({ name: 'winmail.dat' }),
    ])
  })

  it('with the body and the files that Outlook packed, when there is no other body', async () => {
    const packed = tnefOf(
      [0x0002800c, 1, 'Guten Tag\0'],
      [0x00069002, 2, '12345678901234'],
      [0x00018010, 2, 'lamp.pdf\0'],
      [0x0006800f, 2, '%PDF'],
    )
    const letter = (text: string): string =>
      `${HEADERS}Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n${text}\n--b\nContent-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n${packed}\n--b--\n`
    const file = { kind: 'content', name: 'lamp.pdf', bytes: new Uint8Array(Buffer.from('%PDF')) }
    expect(await messageOf(letter(''))).toMatchObject({ text: 'Guten Tag', attachments: [file] })
    expect(await messageOf(letter('Hello'))).toMatchObject({ text: 'Hello', attachments: [file] })
  })

  it('with one text, also where files stand between the pieces of its formatted version', async () => {
    const message = await messageOf(
      `${HEADERS}Content-Type: multipart/alternative; boundary=a\n\n--a\n\nOne. Two.\n--a\nContent-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: text/html\n\n<p>One.</p>\n--m\nContent-Type: application/pdf; name=x.pdf\n\n%PDF\n--m\nContent-Type: text/html\n\n<p>Two.</p>\n--m--\n--a--\n`,
    )
    expect(message.text).toBe('One. Two.')
    expect(message.letter?.html).toBe('<p>One.</p>\n<p>Two.</p>')
    expect(message.attachments).toMatchObject([{ name: 'x.pdf' }])
  })

  it('with an invitation in words, and its file kept', async () => {
    const message = await messageOf(
      `${HEADERS}Content-Type: multipart/alternative; boundary=b\n\n--b\n\nCome!\n--b\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY:Tea\nDTSTART:20260302T090000Z\nEND:VEVENT\nEND:VCALENDAR\n--b--\n`,
    )
    expect(message.text).toBe('Come!\n\nInvitation: Tea\nWhen: 2026-03-02 09:00 (UTC)')
    expect(message.attachments).toMatchObject([{ name: 'invitation.ics', contentType: 'text/calendar' }])
  })

  it.each([
    [
      'Gmail',
      'Fwd: Lamp',
      'FYI\n\n---------- Forwarded message ---------\nFrom: Carl Gauss <carl@far.example>\nDate: Mon\nSubject: Lamp\nTo: ada\n\nHelp!',
    ],
    [
      'Apple Mail',
      'Fwd: Lamp',
      'FYI\n\nBegin forwarded message:\n\nFrom: Carl Gauss <carl@far.example>\nSubject: Lamp\nDate: Mon\nTo: Ada\n\nHelp!',
    ],
    [
      'Outlook in German',
      'WG: Lampe',
      'Siehe unten.\n\nVon: Carl Gauss <carl@far.example>\nGesendet: Montag\nAn: Ada\nBetreff: Lampe\n\nHilfe!',
    ],
    [
      'Thunderbird in French',
      'Fwd: Lampe',
      '-------- Message transféré --------\nSujet : Lampe\nDate : lundi\nDe : Carl Gauss <carl@far.example>\nPour : Ada\n\nAide !',
    ],
    [
      'Outlook of old',
      'FW: Lamp',
      '-----Original Message-----\nFrom: Carl Gauss [mailto:carl@far.example]\nSent: Monday\nTo: Ada\nSubject: Lamp\n\nHelp!',
    ],
  ])('that names who wrote what it forwards, as %s writes it', async (_, subject, body) => {
    const message = await messageOf(`${HEADERS}Subject: ${subject}\n\n${body}\n`)
    expect(message.letter?.forwardedFrom).toEqual({ address: 'carl@far.example', name: 'Carl Gauss' })
  })

  it('that names who wrote the letter attached to it, but nobody when it is an answer', async () => {
    const attached = await messageOf(
      `${HEADERS}Subject: see this\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nFYI\n--b\nContent-Type: message/rfc822\n\nFrom: Carl <carl@far.example>\nSubject: Lamp\n\nHelp!\n--b--\n`,
    )
    expect(attached.letter?.forwardedFrom).toEqual({ address: 'carl@far.example', name: 'Carl' })
    expect(attached.attachments).toMatchObject([{ name: 'Lamp.eml', contentType: 'message/rfc822' }])
    const answer = await messageOf(
      `${HEADERS}Subject: Re: x\n\nYes.\n\nFrom: Carl <carl@far.example>\nSent: Mon\nTo: a\nSubject: x\n\nold`,
    )
    expect(answer.letter?.forwardedFrom).toBeUndefined()
  })

  it('of a machine or of a spammer, when a machine or a server says so', async () => {
    expect((await messageOf(`${HEADERS}Auto-Submitted: auto-replied\n\nI am away`)).letter?.automatic).toBe(
      'auto-reply',
    )
    expect((await messageOf(`${HEADERS}X-Spam-Flag: YES\n\nbuy`)).letter?.spam).toBe(true)
    expect((await messageOf(`${HEADERS}\nhello`)).letter).not.toHaveProperty('automatic')
  })
})

describe('what mail systems report', () => {
  it('is a status of the letter that it names, its source kept', async () => {
    expect(await eventsOf(REPORT(`${TOKEN}@example.org`))).toEqual([
      {
        type: 'status',
        externalId: `${TOKEN}@example.org`,
        status: 'failed',
        atMs: Date.UTC(2024, 0, 1, 9),
        errorCode: 'mailbox-unknown',
        errorDetail: expect.stringContaining('no such user') as string,
        keepSource: true,
      },
    ])
  })

  it('is known by the address it came to, when the letter is not named', async () => {
    const [event] = await eventsOf(REPORT('stranger@elsewhere.example', `sales+${TOKEN}@shop.example`))
    expect(event).toMatchObject({ type: 'status', externalId: `${TOKEN}@example.org`, status: 'failed' })
  })

  it.each([
    ['of letters that are not ours', REPORT('stranger@elsewhere.example')],
    ['of a token at another domain', REPORT(`${TOKEN}@elsewhere.example`)],
    [
      'of a delay',
      REPORT(`${TOKEN}@example.org`)
        .replace('Action: failed\nStatus: 5.1.1', 'Action: delayed\nStatus: 4.4.1')
        .replace('550 5.1.1 no such user', '451 4.4.1 later')
        .replace('Undelivered Mail Returned to Sender', 'Delayed Mail (still being retried)'),
    ],
  ])('%s is a message that says it is a report', async (_, letter) => {
    expect((await messageOf(letter)).letter?.automatic).toBe('report')
  })
})

describe('the copy of what we sent', () => {
  it('is nothing new, unless somebody else only claims our id', async () => {
    expect(
      await eventsOf(`From: help@example.org\nTo: a@b.example\nMessage-ID: <${TOKEN}@example.org>\n\nx`),
    ).toEqual([])
    expect(await eventsOf(`From: thief@evil.example\nMessage-ID: <${TOKEN}@example.org>\n\nx`)).toHaveLength(
      1,
    )
    expect(await eventsOf(`From: help@example.org\nMessage-ID: <other@example.org>\n\nx`)).toHaveLength(1)
  })
})

describe('a large letter of which a part was taken', () => {
  const base64 = (text: string): string => Buffer.from(text.replace(/\n/g, '\r\n')).toString('base64')
  const partial: PartialLetter = {
    headers: base64(`${HEADERS}Subject: Photos\nContent-Type: multipart/mixed; boundary=b\n\n`),
    bodies: [
      {
        contentType: 'text/plain',
        charset: 'utf-8',
        encoding: 'quoted-printable',
        content: base64('Gr=C3=BC=C3=9Fe'),
        cut: false,
      },
      {
        contentType: 'text/html',
        charset: 'utf-8',
        encoding: '7bit',
        content: base64('<p>Hello</p>'),
        cut: true,
      },
    ],
    files: [
      {
        ref: '7:3',
        name: '../big.zip',
        contentType: 'application/zip',
        sizeBytes: 50_000_000,
        contentId: '<z@x>',
      },
    ],
  }
  const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value))

  it('is a message whose files lie in the mailbox still', async () => {
    expect(await messageOf(bytes(partial), {}, PARTIAL_LETTER)).toMatchObject({
      identity: { externalId: 'ada@customer.example' },
      subject: 'Photos',
      text: 'Grüße',
      attachments: [
        {
          kind: 'remote',
          ref: '7:3',
          name: 'big.zip',
          contentType: 'application/zip',
          sizeBytes: 50_000_000,
          contentId: 'z@x',
        },
      ],
      letter: { html: '<p>Hello</p>', partial: true },
    })
  })

  it('is the same letter in whatever order it was written down', async () => {
    const { files, bodies, headers } = partial
    const one = await messageOf(bytes(partial), {}, PARTIAL_LETTER)
    expect((await messageOf(bytes({ files, bodies, headers }), {}, PARTIAL_LETTER)).externalId).toBe(
      one.externalId,
    )
  })

  it.each([['no JSON'], ['{"headers":1}'], ['[]'], ['{"headers":"","bodies":[{}],"files":[]}']])(
    'is kept as broken when it is %s',
    async (text) => {
      expect(await messageOf(Buffer.from(text), {}, PARTIAL_LETTER)).toMatchObject({
        text: '',
        letter: { broken: true },
      })
    },
  )
})

describe('whatever else comes', () => {
  it('is a message all the same, and the same each time', async () => {
    const line = fc.oneof(
      fc.constantFrom(
        'From: a@b',
        'Content-Type: multipart/mixed; boundary=b',
        '--b',
        '--b--',
        '',
        'Content-Transfer-Encoding: base64',
        'Content-Type: text/html',
        '=?utf-8?q?',
        'Subject: =?x',
        'References: <<>>',
        'Content-Type: message/delivery-status',
        '<div class=gmail_quote>',
      ),
      fc.string({ unit: 'binary', maxLength: 60 }),
    )
    const letters = fc.oneof(
      fc.array(line, { maxLength: 20 }).map((lines) => Buffer.from(lines.join('\r\n'))),
      fc.uint8Array({ maxLength: 300 }),
    )
    await fc.assert(
      fc.asyncProperty(letters, async (letter) => {
        const events = await eventsOf(letter)
        expect(events).toHaveLength(1)
        expect(await eventsOf(letter)).toEqual(events)
      }),
    )
  })

  it('is kept as broken when it is no letter at all', async () => {
    const junk = Uint8Array.from({ length: 2_000 }, (_, at) => (at * 91) % 256)
    expect(await messageOf(junk)).toMatchObject({
      text: '',
      attachments: [],
      keepSource: true,
      letter: { broken: true },
    })
  })
})
