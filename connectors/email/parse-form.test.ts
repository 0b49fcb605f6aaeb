import { describe, expect, it } from 'vitest'
import type { InboundEvent } from '../../src/contract/inbound-event.ts'
import { verified } from '../../src/contract/raw-request.ts'
import { WHOLE_LETTER } from './letter-item.ts'
import { parse } from './parse.ts'

const TOKEN = 'abcdefghijklmnopqrstuvwxyz234567'

const eventsOf = (letter: string): Promise<readonly InboundEvent[]> =>
  parse(
    verified({
      body: Buffer.from(letter.replace(/\n/g, '\r\n')),
      contentType: WHOLE_LETTER,
      facts: {
        mailbox: 'INBOX',
        uidValidity: '1',
        uid: '7',
        internalDateMs: '1704160800000',
        sizeBytes: '100',
        ownAddresses: 'help@example.org sales@shop.example',
        authservIds: 'mx.example.org',
        checked: '',
      },
      receivedAtMs: 1,
    }),
  )

describe('what a form of our site sends from our own address', () => {
  const form = async (headers: string) => {
    const [event] = await eventsOf(
      `From: Shop <help@example.org>\nTo: help@example.org\nMessage-ID: <f1@web.example>\nSubject: Contact\n${headers}\n\nWhere is my lamp?\n`,
    )
    if (event?.type !== 'message') throw new Error('no message')
    return event
  }

  it('is the letter of whoever filled it in, who is not proven', async () => {
    const message = await form(
      'Reply-To: "Ada Byron" <Ada@Customer.example>\nAuthentication-Results: mx.example.org; dmarc=pass',
    )
    expect(message.identity).toEqual({
      externalId: 'ada@customer.example',
      email: 'ada@customer.example',
      displayName: 'Ada Byron',
      verified: false,
    })
    expect(message.letter?.automatic).toBeUndefined()
    expect(message.letter?.from.address).toBe('help@example.org')
    expect(message.letter?.replyTo).toMatchObject([{ address: 'ada@customer.example' }])
  })

  it.each([
    ['names nobody', 'X-Mailer: form', 'own'],
    ['names ourselves', `Reply-To: help+${TOKEN}@example.org, sales@shop.example`, 'own'],
    ['names several', 'Reply-To: ada@customer.example, bob@customer.example', 'own'],
    [
      'is an answer of a machine',
      'Reply-To: ada@customer.example\nAuto-Submitted: auto-replied',
      'auto-reply',
    ],
    ['goes to many', 'Reply-To: ada@customer.example\nPrecedence: bulk', 'bulk'],
    ['went in circles', 'Reply-To: ada@customer.example\nX-Loop: help@example.org', 'loop'],
  ])('stays our own when it %s', async (_, headers, kind) => {
    const message = await form(headers)
    expect(message.letter?.automatic).toBe(kind)
    expect(message.identity.externalId).toBe('help@example.org')
  })

  it('is not what comes back of what we sent', async () => {
    expect(
      await eventsOf(
        `From: help@example.org\nTo: ada@customer.example\nReply-To: ada@customer.example\nMessage-ID: <${TOKEN}@example.org>\n\nHello\n`,
      ),
    ).toEqual([])
  })
})
