/** Answers that a visitor has not got go on by letter: together, in time, and once. */
import { describe, expect, it } from 'vitest'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import type { ConversationId, MessageId } from '../../../src/domain/ids.ts'
import { openConversation } from '../../../src/services/conversation-access.ts'
import {
  ADDRESS,
  type ContinuityRig,
  createContinuityRig,
  MINUTE,
  WAIT,
} from '../../harness/continuity-rig.ts'
import { sharedDatabase } from '../../harness/database.ts'

const database = sharedDatabase()
const open = (visitor?: { readonly email?: string; readonly verified?: boolean }) =>
  createContinuityRig(database.stores, visitor)

describe('answers that were not seen', () => {
  it('go on together, once the last one has waited long enough', async () => {
    const rig = await open()
    await rig.answer('First.')
    rig.pass(WAIT - MINUTE)
    await rig.answer('Second <b>one</b>.')
    rig.pass(WAIT - MINUTE)
    expect(await rig.letterRound()).toEqual([])
    rig.pass(MINUTE)
    const [letter, ...more] = await rig.letterRound()
    expect(more).toEqual([])
    expect(letter).toMatchObject({
      to: { identityExternalId: ADDRESS },
      automatic: false,
      author: { name: 'Agnes Agent' },
      letter: { subject: 'Re: Your chat with The Shop', to: [{ address: ADDRESS }], cc: [], bcc: [] },
    })
    expect(letter?.text).toMatch(
      /Agnes Agent, .* UTC:\nFirst\.\n\nAgnes Agent, .* UTC:\nSecond <b>one<\/b>\./,
    )
    expect(letter?.letter?.html).toContain('Second &lt;b&gt;one&lt;/b&gt;.')
    expect(letter?.text).not.toContain(letter?.token)
    expect(letter?.text).not.toContain('Hello?')
    expect(await rig.lines()).toEqual([{ name: 'continued', value: ADDRESS }])
    rig.pass(10 * WAIT)
    expect(await rig.letterRound()).toHaveLength(1)
    expect(rig.failures).toEqual([])
  })

  it('do not wait for ever while more is said', async () => {
    const rig = await open()
    for (let minute = 0; minute < 19; minute += 1) {
      await rig.answer(`Part ${minute}.`)
      rig.pass(MINUTE)
      expect(await rig.letterRound()).toEqual([])
    }
    await rig.answer('Part 19.')
    rig.pass(MINUTE)
    const [letter] = await rig.letterRound()
    expect(letter?.text.match(/Part /g)).toHaveLength(20)
  })

  it('that his client has got since stay out', async () => {
    const rig = await open()
    const first = await rig.answer('First.')
    const second = await rig.answer('Second.')
    await rig.answer('Third.')
    await rig.hasGot([first])
    await rig.hasGot([second], 'read')
    rig.pass(WAIT)
    const [letter] = await rig.letterRound()
    expect(letter?.text).toContain('Third.')
    expect(letter?.text).not.toMatch(/First|Second/)
    const others = await open()
    await others.hasGot([await others.answer('Seen.')])
    others.pass(WAIT)
    expect(await others.letterRound()).toEqual([])
    expect(await database.stores.continuations.answersOf(others.id)).toEqual([])
  })

  it('go nowhere while he is connected, and go on when he went away without them', async () => {
    const rig = await open()
    await rig.answer('We are here.')
    rig.state.here = true
    rig.pass(WAIT)
    expect(await rig.letterRound()).toEqual([])
    rig.state.here = false
    rig.pass(MINUTE)
    expect(await rig.letterRound()).toHaveLength(1)
  })

  it('go nowhere where he left no address, a wrong one, or our own', async () => {
    for (const visitor of [{}, { email: 'a@b\r\nBcc: c@d' }, { email: 'support@shop.example' }]) {
      const rig = await open(visitor)
      await rig.answer('We are here.')
      rig.pass(WAIT)
      expect(await rig.letterRound()).toEqual([])
      expect(await database.stores.continuations.answersOf(rig.id)).toEqual([])
    }
  })

  it('go to the address that is proven, whatever else he says', async () => {
    const rig = await open({ email: 'Proven@example.org', verified: true })
    await rig.answer('We are here.')
    rig.pass(WAIT)
    expect((await rig.letterRound())[0]?.letter?.to).toEqual([{ address: 'proven@example.org' }])
  })

  it('wait while a channel is paused, and go nowhere when it is gone or it is wanted no more', async () => {
    const rig = await open()
    await rig.answer('We are here.')
    rig.pass(WAIT)
    rig.letters.state.paused = true
    expect(await rig.letterRound()).toEqual([])
    rig.letters.state.paused = false
    rig.chat.state.paused = true
    rig.pass(MINUTE)
    expect(await rig.letterRound()).toEqual([])
    rig.chat.state.paused = false
    rig.pass(MINUTE)
    expect(await rig.letterRound()).toHaveLength(1)

    for (const end of [
      (one: ContinuityRig) => void one.gone.add(one.letters.channelId),
      (one: ContinuityRig) => void one.gone.add(one.chat.channelId),
      (one: ContinuityRig) => void (one.setting.continuity = undefined),
    ]) {
      const other = await open()
      await other.answer('We are here.')
      end(other)
      other.pass(WAIT)
      expect(await other.letterRound()).toEqual([])
      expect(await database.stores.continuations.answersOf(other.id)).toEqual([])
    }
  })

  it('that nobody could send, or that an agent took back, are not in it', async () => {
    const rig = await open()
    const lost = await rig.answer('Taken back.')
    await rig.answer('Kept.')
    await rig.chat.receive([
      rig.chat.entry({ type: 'message-deleted', externalId: lost.id, deletedAtMs: rig.chat.state.nowMs }),
    ])
    await rig.chat.reply(rig.id, 'Not sent yet.')
    rig.pass(WAIT)
    const [letter] = await rig.letterRound()
    expect(letter?.text).toContain('Kept.')
    expect(letter?.text).not.toMatch(/Taken back|Not sent yet/)
    await rig.chat.deliver(rig.id)
    rig.pass(MINUTE)
    expect((await rig.letterRound())[1]?.text).toContain('Not sent yet.')
  })

  it('are no conversation of their own: nobody finds one', async () => {
    const rig = await open()
    await rig.mailed()
    const [message] = await database.stores.messages.findMany([rig.letters.sent[0]?.id as MessageId])
    const lane = message?.conversationId as ConversationId
    await expect(
      openConversation(lane, rig.chat.agent, 'conversation.read', database.stores),
    ).rejects.toMatchObject({ code: 'not-found' })
    const listed = await database.stores.lists.page(
      { channels: new Set([rig.letters.channelId, rig.chat.channelId]) },
      100,
    )
    expect(listed.map(({ id }) => id)).toEqual([rig.id])
    expect(rig.chat.events.filter(({ type }) => type.startsWith('message'))).not.toContainEqual(
      expect.objectContaining({ message: expect.objectContaining({ id: message?.id }) }),
    )
  })

  it('say so in the chat when the letter does not arrive, once', async () => {
    const rig = await open()
    const token = await rig.mailed()
    const report = (): Promise<unknown> =>
      rig.letters.receive([
        rig.letters.entry({
          type: 'status',
          externalId: `out-${rig.letters.messageTokens.read(token)}`,
          status: 'failed',
          atMs: rig.chat.state.nowMs,
          errorCode: 'unknown-user',
          errorDetail: '550 No such user here',
        }),
      ])
    rig.pass(MINUTE)
    await report()
    await report()
    expect(await rig.lines()).toEqual([
      { name: 'continued', value: ADDRESS },
      { name: 'continuation-failed', value: '550 No such user here' },
    ])
    // Nothing else happens to the chat: no loop, no work.
    rig.pass(10 * WAIT)
    expect(await rig.letterRound()).toHaveLength(1)
  })

  it('are written once by two workers that look at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const rig = await open()
      await rig.answer('One.')
      await rig.answer('Two.')
      rig.pass(WAIT)
      await Promise.all([rig.sweep(), rig.sweep(), rig.sweep()])
      await rig.deliverLetters()
      expect(rig.letters.sent).toHaveLength(1)
      expect(await rig.lines()).toHaveLength(1)
      await rig.answer('Three.')
      rig.pass(WAIT)
      await Promise.all([rig.sweep(), rig.sweep()])
      await rig.deliverLetters()
      expect(rig.letters.sent.map(({ text }) => text.match(/One|Two|Three/g))).toEqual([
        ['One', 'Two'],
        ['Three'],
      ])
      expect(rig.failures).toEqual([])
    }
  })

  it('are written once, whatever step a crash came after', async () => {
    const { continuations, messages, letters } = database.stores
    const die = () => Promise.reject(new Error('killed'))
    for (const step of ['letter', 'message', 'line', 'settle', 'finish'] as const) {
      const rig = await open()
      await rig.answer('One.')
      await rig.answer('Two.')
      rig.pass(WAIT)
      let records = 0
      const dead = await rig.sweep({
        letters: step === 'letter' ? { ...letters, record: die } : letters,
        messages: {
          ...messages,
          record: async (batch) => {
            records += 1
            if ((step === 'message' && records === 1) || (step === 'line' && records === 2)) return die()
            return messages.record(batch)
          },
        },
        continuations: {
          ...continuations,
          settle: (ids) => (step === 'settle' && ids.length > 0 ? die() : continuations.settle(ids)),
          ...(step === 'finish' ? { finish: die } : {}),
        },
      })
      expect(dead).toBe(0)
      expect(rig.failures.splice(0)).toHaveLength(1)
      await rig.answer('Three.')
      rig.pass(MINUTE)
      await rig.letterRound()
      expect(rig.letters.sent.map(({ text }) => text.match(/One|Two|Three/g))).toEqual([['One', 'Two']])
      rig.pass(WAIT)
      await rig.letterRound()
      expect(rig.letters.sent.map(({ text }) => text.match(/One|Two|Three/g))).toEqual([
        ['One', 'Two'],
        ['Three'],
      ])
      expect(await rig.lines()).toHaveLength(2)
      expect(rig.failures).toEqual([])
    }
  })

  it('follow the letter before, or the one he wrote, so that his program keeps them together', async () => {
    const rig = await open()
    const token = await rig.mailed()
    const first = `out-${rig.letters.messageTokens.read(token)}`
    await rig.answer('More.')
    rig.pass(WAIT)
    expect((await rig.letterRound())[1]?.letter).toMatchObject({ inReplyTo: first, references: [first] })
    await rig.writes({
      id: 'his@example.org',
      tokens: [token],
      headers: [{ name: 'References', value: `<${first}>` }],
    })
    await rig.answer('And more.')
    rig.pass(WAIT)
    expect((await rig.letterRound())[2]?.letter).toMatchObject({
      inReplyTo: 'his@example.org',
      references: [first, 'his@example.org'],
      to: [{ address: ADDRESS }],
    })
  })

  it('wait in the outbox like any letter when the platform refuses for now', async () => {
    const rig = await open()
    let refusals = 1
    const send = rig.letters.deliverDeps.findChannel
    await rig.answer('We are here.')
    rig.pass(WAIT)
    await rig.sweep()
    const channel = await send(rig.letters.channelId)
    if (!channel) throw new Error('no channel')
    const original = channel.connector.send
    Object.assign(channel.connector, {
      send: async (...given: Parameters<typeof original>) => {
        refusals -= 1
        if (refusals >= 0) throw new ConnectorError({ code: 'busy', retry: 'later', delivery: 'not-sent' })
        return original(...given)
      },
    })
    await rig.deliverLetters()
    expect(rig.letters.sent).toEqual([])
    rig.pass(10 * MINUTE)
    await rig.deliverLetters()
    expect(rig.letters.sent).toHaveLength(1)
  })
})
