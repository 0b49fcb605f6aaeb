/** The built server answers over a real SMTP server, and what comes back finds its place. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ConversationView, MessageView } from '../../../src/domain/views.ts'
import { greetsOwner } from '../../harness/mail-greeting.ts'
import {
  conversationsOf,
  DOMAIN,
  type MailOffice,
  messagesOf,
  openMailOffice,
  PATIENCE,
  sourceOf,
} from '../../harness/mail-office.ts'
import type { SunkLetter } from '../../harness/smtp-sink.ts'

const DESKS = Array.from({ length: 6 }, (_, number) => `desk${number + 1}`)

let office: MailOffice
/** Each test has a mailbox and a customer of its own. */
let desks = 0
let desk: string
let ada: string
let channelId: string
beforeAll(async () => {
  office = await openMailOffice({ users: [...DESKS, 'sales'] })
})
beforeEach(async () => {
  desk = DESKS[desks++] ?? ''
  ada = `ada-of-${desk}@customers.example`
  channelId = await office.channel(desk)
})
afterAll(() => office.close())

/** What went to somebody. */
const lettersTo = (address: string): readonly SunkLetter[] =>
  office.relay.letters.filter(({ to }) => to.includes(address))

const letterOf = (facts: {
  readonly from: string
  readonly to?: string
  readonly id: string
  readonly text: string
  readonly headers?: readonly string[]
}): string =>
  [
    `From: ${facts.from}`,
    `To: ${facts.to ?? `${desk}@${DOMAIN}`}`,
    `Message-ID: <${facts.id}>`,
    `Date: ${new Date().toUTCString()}`,
    ...(facts.headers ?? ['Subject: Where is my order?']),
    '',
    facts.text,
    '',
  ].join('\r\n')

/** The conversation with a message of this text. */
async function conversationWith(text: string): Promise<ConversationView> {
  let found: ConversationView | undefined
  await expect
    .poll(async () => {
      for (const conversation of await conversationsOf(office.call, channelId)) {
        const messages = await messagesOf(office.call, conversation.id)
        if (messages.some((message) => message.text === text)) found = conversation
      }
      return found !== undefined
    }, PATIENCE)
    .toBe(true)
  return found as ConversationView
}

async function messageWith(text: string): Promise<MessageView> {
  const { id } = await conversationWith(text)
  return (await messagesOf(office.call, id)).find((message) => message.text === text) as MessageView
}

/** Ada writes and is answered. @returns the conversation and what left */
async function answered(text = 'It left this morning.') {
  await office.dovecot.deliver(
    letterOf({ from: ada, id: `first.${desk}@customers.example`, text: 'Hello?' }),
    desk,
  )
  const conversation = await conversationWith('Hello?')
  const command = { clientMessageId: 'r1', text, attachmentIds: [] }
  const { status } = await office.call('POST', `/conversations/${conversation.id}/messages`, command)
  expect(status).toBe(201)
  await expect.poll(() => lettersTo(ada).length, PATIENCE).toBe(1)
  const [sent] = lettersTo(ada) as readonly [SunkLetter]
  await expect.poll(async () => (await messageWith(text)).status, PATIENCE).toBe('sent')
  return { conversation, sent, messageId: header(sent, 'message-id').slice(1, -1) }
}

const header = ({ raw }: SunkLetter, name: string): string =>
  new RegExp(`^${name}: *(.*(?:\\r\\n[ \\t].*)*)`, 'im')
    .exec(raw.toString('latin1'))?.[1]
    ?.replace(/\r\n[ \t]+/g, ' ') ?? ''

const tokenOf = (messageId: string): string => messageId.split('@')[0] ?? ''

describe('an answer by letter', () => {
  it('leaves once, lies once in the folder of sent mail, and answers what was written', async () => {
    const { sent, messageId } = await answered()
    expect(sent.to).toEqual([ada])
    expect(header(sent, 'in-reply-to')).toBe(`<first.${desk}@customers.example>`)
    expect(header(sent, 'subject')).toBe('Re: Where is my order?')
    expect(header(sent, 'reply-to')).toContain(`${desk}+${tokenOf(messageId)}@${DOMAIN}`)
    await expect
      .poll(() => office.dovecot.show(desk, 'hdr.message-id', 'Sent'), PATIENCE)
      .toEqual([`<${messageId}>`])
  })

  it.each([
    [
      'to the address that the answer named',
      (token: string) => ({ to: `${desk}+${token}@${DOMAIN}`, headers: ['Subject: Something else'] }),
    ],
    [
      'naming the answer',
      (token: string) => ({ headers: ['Subject: New words', `In-Reply-To: <${token}@${DOMAIN}>`] }),
    ],
  ])('brings what the customer writes %s into the same conversation', async (_how, change) => {
    const { conversation, messageId } = await answered()
    const facts = {
      from: ada,
      id: `second.${desk}@customers.example`,
      text: 'Thank you!',
      ...change(tokenOf(messageId)),
    }
    await office.dovecot.deliver(letterOf(facts), desk, { detail: tokenOf(messageId) })
    const thanks = await messageWith('Thank you!')
    expect(thanks.conversationId).toBe(conversation.id)
    expect(thanks.letter?.stranger).toBeUndefined()
  })

  it('keeps apart from its customer whoever else writes into the thread', async () => {
    const { conversation, messageId } = await answered()
    const facts = {
      from: 'mallory@elsewhere.example',
      id: 'third@elsewhere.example',
      text: 'Send it to me instead.',
      headers: ['Subject: Re: Where is my order?', `References: <${messageId}>`],
    }
    await office.dovecot.deliver(letterOf(facts), desk)
    const strange = await messageWith('Send it to me instead.')
    expect(strange.letter?.stranger).toBe(true)
    expect(strange.direction).toBe('inbound')
    expect(strange.letter?.from.address).toBe('mallory@elsewhere.example')
    expect(strange.conversationId).toBe(conversation.id)
    const first = await messageWith('Hello?')
    expect(strange.author).not.toEqual(first.author)
  })

  it('that could not be delivered says so, with the report to be read', async () => {
    const { sent, messageId } = await answered()
    const report = reportOn(sent, messageId)
    await office.dovecot.deliver(report, desk, { detail: tokenOf(messageId) })
    await expect
      .poll(async () => (await messageWith('It left this morning.')).status, PATIENCE)
      .toBe('failed')
    const failed = await messageWith('It left this morning.')
    expect(failed.delivery).toMatchObject({
      hasReport: true,
      errorDetail: expect.stringContaining('User unknown') as string,
    })
    const kept = await sourceOf(office, failed.id, 'report')
    expect(kept.toString('latin1')).toContain('Diagnostic-Code: smtp; 550 5.1.1 User unknown')
    // Nothing of it opens work.
    expect(await conversationsOf(office.call, channelId)).toHaveLength(1)
  })
})

/** As the mail server of the customer's domain writes it (RFC 3464). */
function reportOn(sent: SunkLetter, messageId: string): string {
  const boundary = 'report-boundary'
  const headers = sent.raw.toString('latin1').split('\r\n\r\n')[0] ?? ''
  return [
    'Return-Path: <>',
    'From: Mail Delivery System <MAILER-DAEMON@mx.customers.example>',
    `To: ${sent.from}`,
    'Subject: Undelivered Mail Returned to Sender',
    `Message-ID: <report.${messageId}.mx.customers.example>`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=delivery-status; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain',
    '',
    'Your message could not be delivered.',
    '',
    `--${boundary}`,
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.customers.example',
    '',
    `Final-Recipient: rfc822; ${ada}`,
    'Action: failed',
    'Status: 5.1.1',
    'Diagnostic-Code: smtp; 550 5.1.1 User unknown',
    '',
    `--${boundary}`,
    'Content-Type: text/rfc822-headers',
    '',
    headers,
    '',
    `--${boundary}--`,
    '',
  ].join('\r\n')
}

describe('two mailboxes of ours', () => {
  it('that greet whoever writes stop after two letters at most', async () => {
    const before = office.relay.letters.length
    const policy = await greetsOwner(office.call)
    const greeting = await office.channel('sales', {}, policy)
    const { version } = (await office.call('GET', `/channels/${channelId}`)).body
    expect((await office.call('PATCH', `/channels/${channelId}`, { policy, version })).status).toBe(200)
    const start = {
      clientMessageId: 's1',
      text: 'A word between colleagues.',
      channelId: greeting,
      to: `${desk}@${DOMAIN}`,
    }
    expect((await office.call('POST', '/conversations', start)).status).toBe(201)
    await messageWith('A word between colleagues.')
    const sinceThen = () => office.relay.letters.slice(before)
    const automatic = () =>
      sinceThen().filter(({ raw }) => /^auto-submitted: auto-/im.test(raw.toString('latin1')))
    await expect.poll(() => automatic().length, PATIENCE).toBe(1)
    // A customer's letter goes the whole way behind it: had there been more to say, it would have been said.
    await office.dovecot.deliver(letterOf({ from: ada, id: 'last@customers.example', text: 'Hello?' }), desk)
    await office.dovecot.deliver(
      letterOf({
        from: 'bob@customers.example',
        to: `sales@${DOMAIN}`,
        id: 'bob@customers.example',
        text: 'Hello!',
      }),
      'sales',
    )
    await expect
      .poll(
        () =>
          automatic()
            .flatMap(({ to }) => to)
            .sort(),
        PATIENCE,
      )
      .toEqual([ada, 'bob@customers.example', `sales@${DOMAIN}`].sort())
    const between = sinceThen().filter(({ to }) => to.every((address) => address.includes(`@${DOMAIN}`)))
    expect(between.length).toBeLessThanOrEqual(2)
  })
})
