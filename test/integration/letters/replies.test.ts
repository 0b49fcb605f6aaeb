/** What goes out when an agent writes a letter: whom it goes to, what it says, and that it is the same every time. */

import { beforeEach, describe, expect, it } from 'vitest'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import type { Letter } from '../../../src/domain/letter.ts'
import { createMessageTokens } from '../../../src/services/message-token.ts'
import { sendReply } from '../../../src/services/send-reply.ts'
import { toOutbound } from '../../../src/services/to-outbound.ts'
import { sharedDatabase } from '../../harness/database.ts'
import { ADA, comparable, type LetterRig, OWN, openLetterRig } from '../../harness/letter-rig.ts'
import { NO_FILE_LINKS, SCRIPTED } from '../../harness/path-rig.ts'

const database = sharedDatabase()
let rig: LetterRig

beforeEach(async () => {
  rig = await openLetterRig(database.stores)
})

const addressesOf = ({ to, cc, bcc }: Pick<Letter, 'to' | 'cc' | 'bcc'>) =>
  [to, cc, bcc].map((list) => list.map(({ address }) => address))
const sent = async () => {
  await rig.deliver(rig.id)
  const message = rig.sent.at(-1)
  if (!message?.letter) throw new Error('no letter was sent')
  return { ...message, letter: message.letter }
}
const outgoing = async () => (await rig.thread(rig.id)).filter(({ direction }) => direction === 'outbound')

describe('a reply', () => {
  it('that says no more than its text is a letter to the customer, in his thread', async () => {
    const { letterId } = await rig.arrive(
      {},
      {},
      { headers: [{ name: 'References', value: '<a@example.org> <b@example.org>' }] },
    )
    await rig.write('We look.')
    const { letter, text, subject } = await sent()
    expect(subject).toBeUndefined()
    expect(letter).toEqual({
      subject: 'Re: Broken',
      to: [{ address: ADA, name: 'Ada' }],
      cc: [],
      bcc: [],
      inReplyTo: letterId,
      references: ['a@example.org', 'b@example.org', letterId],
    })
    expect(text).toBe('We look.\n\n-- \nThe help desk')
  })

  it('keeps copies, and the thread shows only what the agent wrote', async () => {
    const about = await rig.arrive({}, { cc: [{ address: 'bob@example.org', name: 'Bob' }] })
    await rig.write('We look.', {
      aboutMessageId: about.id,
      to: [ADA, OWN],
      cc: ['Bob@example.org', ADA],
      bcc: ['boss@example.com'],
      html: '<p>We <b onclick="x">look</b>.</p><script>x</script>',
      quote: 'reply',
    })
    const { letter, text } = await sent()
    expect(addressesOf(letter)).toEqual([[ADA], ['Bob@example.org'], ['boss@example.com']])
    expect(letter.cc[0]?.name).toBe('Bob')
    expect(text).toMatch(/^We look\.\n\n-- \nThe help desk\n\nOn .* UTC, Ada wrote:\n> It is broken\.$/)
    expect(letter.html).toContain('<p>We <b>look</b>.</p>')
    expect(letter.html).not.toContain('script')
    const [message] = await outgoing()
    expect(message).toMatchObject({
      text: 'We look.',
      letter: {
        from: { address: OWN, name: 'Scripted' },
        subject: 'Re: Broken',
        hasHtml: true,
        hasQuoted: true,
        hasSource: false,
      },
    })
    expect((await database.stores.letters.get(message?.id as never))?.text).toBe(text)
  })

  it('quotes the formatted letter without anything that would load or run', async () => {
    const about = await rig.arrive(
      {},
      { hasHtml: true },
      {
        html: '<p style="x">It <img src="https://evil.example/p" alt="pic"><a href="javascript:x">is</a></p>',
      },
    )
    await rig.write('We look.', { aboutMessageId: about.id, quote: 'reply' })
    const { letter } = await sent()
    expect(letter.html).toContain('<blockquote type="cite"><p>It <img alt="pic" /><a>is</a></p></blockquote>')
    expect(letter.html).not.toContain('evil')
  })

  it('answers a stranger only when it is about his letter', async () => {
    await rig.arrive()
    const eve = await rig.arrive({}, { from: { address: 'eve@example.net' }, stranger: true })
    await rig.write('To the customer')
    expect(addressesOf((await sent()).letter)[0]).toEqual([ADA])
    await rig.write('To the stranger', { aboutMessageId: eve.id })
    expect(addressesOf((await sent()).letter)[0]).toEqual(['eve@example.net'])
  })

  it('does not answer what a machine wrote last', async () => {
    const person = await rig.arrive()
    await rig.arrive({ quiet: true }, { from: { address: 'mailer-daemon@example.org' }, automatic: 'report' })
    await rig.write('We look.')
    expect((await sent()).letter).toMatchObject({ inReplyTo: person.letterId, to: [{ address: ADA }] })
  })

  it('after a reply of ours that nobody answered follows it', async () => {
    const started = await rig.start({ letter: { subject: 'Offer' } })
    await rig.deliver(started.conversation.id)
    const first = rig.sent.at(-1)
    const again = { clientMessageId: 'again', text: 'And?', attachmentIds: [] }
    await sendReply(started.conversation.id, again, rig.agent, rig.deps)
    await rig.deliver(started.conversation.id)
    expect(rig.sent.at(-1)?.letter).toMatchObject({
      subject: 'Re: Offer',
      inReplyTo: `out-${first?.id}`,
      references: [`out-${first?.id}`],
      to: [{ address: 'bob@example.net' }],
    })
  })

  it('leaves the signature out when told to', async () => {
    await rig.write('Short.', { signature: false })
    expect((await sent()).text).toBe('Short.')
  })
})

describe('what is refused', () => {
  const reasonOf = async (work: Promise<unknown>) =>
    work.then(
      () => 'sent',
      (error) => error.details?.members ?? error.details ?? error,
    )

  it('says why, and leaves nothing behind', async () => {
    const other = await openLetterRig(database.stores)
    const elsewhere = await other.arrive()
    const six = Array.from({ length: 6 }, (_, index) => `a${index}@example.org`)
    expect(await reasonOf(rig.write('x', { cc: six }))).toEqual({
      reason: 'too-many-recipients',
      limit: 5,
      actual: 7,
    })
    expect(await reasonOf(rig.write('x', { to: [OWN] }))).toEqual({ reason: 'no-recipients' })
    expect(await reasonOf(rig.write('x', { to: ['a@b\r\nBcc: c@d'] }))).toMatchObject({
      field: 'letter.to.0',
    })
    expect(await reasonOf(rig.write('x', { aboutMessageId: elsewhere.id }))).toMatchObject({
      field: 'letter.aboutMessageId',
    })
    expect(await reasonOf(rig.write('x', { quote: 'forward', to: [ADA] }))).toMatchObject({
      field: 'letter.aboutMessageId',
    })
    expect(await reasonOf(rig.write('', { html: '<p></p>' }))).toEqual({ reason: 'empty' })
    expect(await reasonOf(rig.write('x'.repeat(100_001)))).toMatchObject({ reason: 'text-too-long' })
    expect(await outgoing()).toEqual([])
  })

  it('is a letter on a channel that carries none', async () => {
    const chat = await openLetterRig(database.stores, { capabilities: SCRIPTED })
    expect(await reasonOf(chat.write('x', { subject: 'Hello' }))).toEqual({ reason: 'letter-unsupported' })
    expect(await reasonOf(chat.write('x'))).toBe('sent')
  })
})

describe('the same letter', () => {
  it('sent twice, also at once, is one', async () => {
    await rig.arrive()
    const command = { clientMessageId: 'once' }
    await Promise.all([rig.write('We look.', {}, command), rig.write('We look.', {}, command)])
    expect((await rig.write('We look.', {}, command)).repeated).toBe(true)
    await rig.deliver(rig.id)
    expect([(await outgoing()).length, rig.sent.length]).toEqual([1, 1])
  })

  it('goes on after a crash between its body and its message, as it was written first', async () => {
    const about = await rig.arrive()
    const { messages } = database.stores
    const dying = { ...rig.deps, messages: { ...messages, record: () => Promise.reject(new Error('gone')) } }
    const wish = { aboutMessageId: about.id, quote: 'reply' as const }
    await expect(rig.write('First.', wish, { clientMessageId: 'c', deps: dying })).rejects.toThrow('gone')
    expect(await outgoing()).toEqual([])
    // Meanwhile another letter came, and the page is older than what is written now.
    await rig.arrive({}, { from: { address: 'late@example.org' } })
    await rig.write('First.', { cc: ['late@example.org'] }, { clientMessageId: 'c' })
    const { text, letter } = await sent()
    expect(text).toContain('> It is broken.')
    expect(addressesOf(letter)).toEqual([[ADA], [], []])
    expect(await outgoing()).toMatchObject([{ text: 'First.', letter: { cc: [] } }])
  })

  it('is the same at every attempt, whatever was changed meanwhile', async () => {
    let refusals = 3
    rig = await openLetterRig(database.stores, {
      send: async ({ id }) => {
        refusals -= 1
        if (refusals < 0) return { externalId: id }
        throw new ConnectorError({ code: 'busy', retry: 'later', delivery: 'not-sent' })
      },
    })
    const about = await rig.arrive({}, {}, { html: '<p>It</p>' })
    await rig.write('We look.', { aboutMessageId: about.id, quote: 'reply', cc: ['bob@example.org'] })
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await rig.deliver(rig.id)
      rig.state.nowMs += 60_000
      await rig.arrive({}, { subject: `Later ${attempt}` })
    }
    expect(rig.sent.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4])
    expect(new Set(rig.sent.map(comparable)).size).toBe(1)
    expect(rig.sent[0]?.letter?.html).toContain('<p>It</p>')
  })

  it('is not sent without its content', async () => {
    await rig.write('We look.')
    const [message] = await outgoing()
    const letters = { ...database.stores.letters, get: async () => undefined }
    const conversation = await database.stores.conversations.find(rig.id)
    const channel = await rig.deps.findChannel(rig.channelId)
    if (!message || !conversation || !channel) throw new Error('nothing to send')
    await expect(
      toOutbound(message, channel, conversation, {
        letters,
        openAttachment: () => Promise.reject(new Error('no file')),
        messageTokens: createMessageTokens(new Uint8Array(32)),
        fileLinks: NO_FILE_LINKS,
      }),
    ).rejects.toMatchObject({ facts: { delivery: 'not-sent', retry: 'never' } })
  })
})
