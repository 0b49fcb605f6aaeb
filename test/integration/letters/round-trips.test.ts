/** There and back: what answers a letter of ours comes into its conversation, and what we answer keeps the thread. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { InboundEvent, InboundLetter } from '../../../src/contract/inbound-event.ts'
import { sendReply } from '../../../src/services/send-reply.ts'
import { freshId } from '../../../src/store/object-id.ts'
import { sharedDatabase } from '../../harness/database.ts'
import { type LetterRig, OWN, openLetterRig } from '../../harness/letter-rig.ts'

const database = sharedDatabase()
let rig: LetterRig
beforeEach(async () => {
  rig = await openLetterRig(database.stores)
})

const BOB = 'bob@example.net'

/** As a connector's `parse` hands a letter over. */
function letterOf(from: string, change: Partial<InboundLetter> = {}, subject = 'Re: Offer'): InboundEvent {
  const letterId = `${freshId()}@mail.example`
  return {
    type: 'message',
    externalId: `in-${letterId}`,
    identity: { externalId: from, email: from, verified: true },
    threadKey: letterId,
    text: 'Thank you.',
    attachments: [],
    subject,
    letter: {
      letterId,
      from: { address: from },
      replyTo: [],
      to: [{ address: OWN }],
      cc: [],
      bcc: [],
      references: [],
      tokens: [],
      baseSubject: subject.toLowerCase().replace(/^re: /, ''),
      headers: [],
      ...change,
    },
  }
}

async function begun() {
  const { conversation } = await rig.start({ letter: { subject: 'Offer' } })
  await rig.deliver(conversation.id)
  const sent = rig.sent.at(-1)
  if (!sent) throw new Error('nothing was sent')
  return { id: conversation.id, sent, letterId: `out-${sent.id}` }
}
const inboundOf = async (id: LetterRig['id']) =>
  (await rig.thread(id)).filter(({ direction, kind }) => direction === 'inbound' && kind === 'message')

describe('an answer to a conversation that we began', () => {
  it.each([
    ['by its token', (sent: { token: string }) => ({ tokens: [sent.token] }), undefined],
    ['by the letter it names', (_: unknown, id: string) => ({ references: [id] }), undefined],
    ['by its subject', () => ({}), 'Re: Offer'],
  ])('comes into it %s', async (_, clue, subject = 'Something else') => {
    const { id, sent, letterId } = await begun()
    await rig.receive([rig.entry(letterOf(BOB, clue(sent, letterId), subject))])
    expect(await inboundOf(id)).toMatchObject([{ text: 'Thank you.', letter: { from: { address: BOB } } }])
    const conversation = await database.stores.conversations.find(id)
    expect(conversation).toMatchObject({ assigneeId: rig.agent.agentId, unreadCount: 1 })
  })

  it('is answered in the thread that it names', async () => {
    const { id, sent, letterId } = await begun()
    const event = letterOf(BOB, {
      tokens: [sent.token],
      references: [letterId],
      headers: [
        { name: 'Message-ID', value: '<x@y>' },
        { name: 'In-Reply-To', value: `<${letterId}>` },
        { name: 'References', value: `<older@mail.example>\r\n <${letterId}>` },
      ],
    })
    await rig.receive([rig.entry(event)])
    const [arrived] = await inboundOf(id)
    await sendReply(id, { clientMessageId: 'next', text: 'Gladly.', attachmentIds: [] }, rig.agent, rig.deps)
    await rig.deliver(id)
    expect(rig.sent.at(-1)?.letter).toMatchObject({
      subject: 'Re: Offer',
      to: [{ address: BOB }],
      inReplyTo: arrived?.letterId,
      references: ['older@mail.example', letterId, arrived?.letterId],
    })
  })

  it('from somebody else who has the letter is a stranger’s, and his own answer goes to him', async () => {
    const { id, sent } = await begun()
    await rig.receive([rig.entry(letterOf('eve@example.net', { tokens: [sent.token] }))])
    const [arrived] = await inboundOf(id)
    expect(arrived?.letter).toMatchObject({ stranger: true })
    const say = async (clientMessageId: string, letter?: { aboutMessageId: string }) => {
      const command = { clientMessageId, text: 'Gladly.', attachmentIds: [], ...(letter ? { letter } : {}) }
      await sendReply(id, command, rig.agent, rig.deps)
      await rig.deliver(id)
      return rig.sent.at(-1)?.letter?.to.map(({ address }) => address)
    }
    expect(await say('usual')).toEqual([BOB])
    expect(await say('his', { aboutMessageId: arrived?.id ?? '' })).toEqual(['eve@example.net'])
  })
})
