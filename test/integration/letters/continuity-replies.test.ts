/** What comes back after an answer went on by letter: his own into the chat, anybody else's beside it. */
import { describe, expect, it } from 'vitest'
import { readVisitorHistory } from '../../../src/services/visitor-history.ts'
import {
  ADDRESS,
  type ContinuityRig,
  createContinuityRig,
  VISITOR,
  WAIT,
} from '../../harness/continuity-rig.ts'
import { sharedDatabase } from '../../harness/database.ts'

const database = sharedDatabase()
const open = () => createContinuityRig(database.stores)

describe('a letter that answers', () => {
  const historyOf = (rig: ContinuityRig) =>
    readVisitorHistory({ channelId: rig.chat.channelId, visitorId: VISITOR }, { limit: 50 }, {
      ...database.stores,
      countUnread: async () => 0,
      queuePlaces: async () => undefined,
    } as never)

  it('comes back into the chat as the visitor’s own, opens it again and is work', async () => {
    const rig = await open()
    const token = await rig.mailed()
    const before = await rig.conversation()
    await database.stores.conversations.change(rig.id, before.version, {
      status: 'resolved',
      resolvedAtMs: rig.chat.state.nowMs,
    })
    rig.chat.events.length = 0
    const message = await rig.writes({ text: 'Thank you!', tokens: [token] })
    expect(message).toMatchObject({
      conversationId: rig.id,
      author: { kind: 'contact', id: rig.contactId, name: 'Ada' },
      letter: { from: { address: ADDRESS } },
    })
    expect(message.letter?.stranger).toBeUndefined()
    expect(await rig.conversation()).toMatchObject({
      status: 'open',
      unreadCount: before.unreadCount + 1,
      contactId: rig.contactId,
      channelId: rig.chat.channelId,
    })
    const { items } = await historyOf(rig)
    expect(items[0]).toMatchObject({ from: 'visitor', text: 'Thank you!' })
    // His address made nobody new, and nobody else's.
    expect(await database.stores.contacts.findIdentities(rig.letters.channelId, [ADDRESS])).toEqual([])
  })

  it('is one message, however often it comes', async () => {
    const rig = await open()
    const token = await rig.mailed()
    await rig.writes({ id: 'again', text: 'Thank you!', tokens: [token] })
    await rig.writes({ id: 'again', text: 'Thank you!', tokens: [token] })
    const said = (await rig.thread()).filter(({ text }) => text === 'Thank you!')
    expect(said).toHaveLength(1)
  })

  it.each([
    ['somebody else who got the letter', { from: 'eve@evil.example' }],
    [
      'who only says he is the customer, against the word of that domain',
      { authentication: { spf: 'fail', dkim: 'none', dmarc: 'fail', by: 'mx' } },
    ],
  ] as const)('by %s is a conversation of his own', async (_, change) => {
    const rig = await open()
    const token = await rig.mailed()
    const outId = `out-${rig.letters.messageTokens.read(token)}`
    const before = await rig.conversation()
    const message = await rig.writes({ text: 'Let me in', tokens: [token], references: [outId], ...change })
    expect(message.conversationId).not.toBe(rig.id)
    const home = await database.stores.conversations.find(message.conversationId)
    expect(home).toMatchObject({ channelId: rig.letters.channelId, status: 'open' })
    expect(home?.contactId).not.toBe(rig.contactId)
    expect(await rig.conversation()).toEqual(before)
    expect(JSON.stringify(await historyOf(rig))).not.toContain('Let me in')
  })

  it('without a token of ours, or with one of another channel’s, leads nowhere', async () => {
    const rig = await open()
    const token = await rig.mailed()
    const other = await open()
    const outId = `out-${rig.letters.messageTokens.read(token)}`
    const guessed = await rig.writes({ references: [outId], tokens: ['a'.repeat(32)] })
    const elsewhere = await other.writes({ tokens: [token] })
    expect([guessed.conversationId, elsewhere.conversationId]).not.toContain(rig.id)
    expect(elsewhere.conversationId).not.toBe(other.id)
  })

  it('by a machine wakes nobody, is no work, and the visitor does not see it', async () => {
    const rig = await open()
    const token = await rig.mailed()
    const before = await rig.conversation()
    await database.stores.conversations.change(rig.id, before.version, {
      status: 'resolved',
      resolvedAtMs: rig.chat.state.nowMs,
    })
    const message = await rig.writes({ text: 'I am away', tokens: [token], automatic: 'out-of-office' })
    expect(message).toMatchObject({ conversationId: rig.id, quiet: true })
    expect(await rig.conversation()).toMatchObject({ status: 'resolved', unreadCount: before.unreadCount })
    expect(JSON.stringify(await historyOf(rig))).not.toContain('I am away')
    rig.pass(10 * WAIT)
    expect(await rig.letterRound()).toHaveLength(1)
  })

  it('goes to the address also where that is another contact’s, and stays the chat’s', async () => {
    const rig = await open()
    await rig.writes({ text: 'I am the owner of this address' })
    const [owner] = await database.stores.contacts.findIdentities(rig.letters.channelId, [ADDRESS])
    expect(owner?.contactId).not.toBe(rig.contactId)
    const token = await rig.mailed()
    expect(rig.letters.sent[0]?.letter?.to).toEqual([{ address: ADDRESS }])
    const message = await rig.writes({ text: 'Back', tokens: [token] })
    expect(message).toMatchObject({ conversationId: rig.id, author: { id: rig.contactId } })
    const [after] = await database.stores.contacts.findIdentities(rig.letters.channelId, [ADDRESS])
    expect(after).toEqual(owner)
    const later = await rig.writes({ text: 'Something else' })
    expect(later).toMatchObject({ author: { id: owner?.contactId } })
  })
})
