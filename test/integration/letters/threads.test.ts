/** Where letters go: by token, reference, thread and subject, always looking at who wrote them. */
import { describe, expect, it } from 'vitest'
import type { InboundEvent } from '../../../src/contract/inbound-event.ts'
import type { ConversationId } from '../../../src/domain/ids.ts'
import { receiveInbound } from '../../../src/services/receive-inbound.ts'
import { sharedDatabase } from '../../harness/database.ts'
import { createLetterRig, LETTERS, type LetterRig, letter } from '../../harness/inbound-letters.ts'
import { permutations, playEach } from '../../harness/permutations.ts'

const database = sharedDatabase()
const BOB = 'bob@example.com'
const EVE = 'eve@evil.example'
const open = (options = {}) => createLetterRig(database.stores, options)

/** Answers a letter; the id and the token of what went out. */
async function answered(rig: LetterRig, id: string) {
  const { id: conversationId } = await rig.conversationOf(id)
  const { messages } = await rig.reply(conversationId, 'Our answer')
  await rig.deliver(conversationId)
  const [message] = messages
  if (!message) throw new Error('nothing was sent')
  return { conversationId, outId: `out-${message.id}`, token: rig.messageTokens.of(message.id) }
}

const homes = async (rig: LetterRig, ...ids: readonly string[]): Promise<ReadonlySet<ConversationId>> =>
  new Set(await Promise.all(ids.map(async (id) => (await rig.message(id)).conversationId)))

describe('a token of ours', () => {
  it('leads back to its conversation, whatever else the letter says', async () => {
    const rig = open()
    await rig.receiveEach(letter({ id: 'a' }), letter({ id: 'other' }))
    const { conversationId, token } = await answered(rig, 'a')
    await rig.receiveEach(
      letter({ id: 'b', tokens: ['x'.repeat(32), token.toUpperCase()], references: ['other'] }),
    )
    const { conversationId: home, letter: said } = await rig.message('b')
    expect(home).toBe(conversationId)
    expect(said?.stranger).toBeUndefined()
  })

  it('in the hands of somebody else is heard, as his own and marked; the customer stays', async () => {
    const rig = open()
    await rig.receiveEach(letter({ id: 'a' }))
    const { conversationId, token, outId } = await answered(rig, 'a')
    const before = await rig.conversationOf('a')
    await rig.receiveEach(letter({ id: 'b', from: EVE, tokens: [token], references: [outId, 'a'] }))
    const message = await rig.message('b')
    expect(message.conversationId).toBe(conversationId)
    expect(message.letter?.stranger).toBe(true)
    expect(message.author).toMatchObject({ kind: 'contact', name: 'eve' })
    expect(message.author.id).not.toBe(before.contactId)
    const after = await rig.conversationOf('b')
    expect(after.contactId).toBe(before.contactId)
    expect(after.identityExternalId).toBe('ada@example.com')
    expect(after.unreadCount).toBe(before.unreadCount + 1)
    // Having been heard once makes nobody one of them.
    await rig.receiveEach(
      letter({ id: 'c', from: EVE, references: ['b', outId, 'a'], threadKey: before.threadKey }),
    )
    expect((await rig.message('c')).conversationId).not.toBe(conversationId)
  })

  it('of another channel, or changed, leads nowhere', async () => {
    const rig = open()
    const elsewhere = open()
    await rig.receiveEach(letter({ id: 'a' }))
    await elsewhere.receiveEach(letter({ id: 'z' }))
    const { token } = await answered(elsewhere, 'z')
    const mine = await answered(rig, 'a')
    const forged = `${mine.token.startsWith('a') ? 'b' : 'a'}${mine.token.slice(1)}`
    await rig.receiveEach(letter({ id: 'b', tokens: [token] }), letter({ id: 'c', tokens: [forged] }))
    expect(await homes(rig, 'a', 'b', 'c')).toHaveProperty('size', 3)
  })
})

describe('references', () => {
  it('to letters of the customer or of ours lead to their conversation', async () => {
    const rig = open()
    await rig.receiveEach(letter({ id: 'a' }))
    const { conversationId, outId } = await answered(rig, 'a')
    await rig.receiveEach(
      letter({ id: 'b', references: [outId, 'unknown'] }),
      letter({ id: 'c', references: ['b'], threadKey: 'something else' }),
    )
    expect(await homes(rig, 'a', 'b', 'c')).toEqual(new Set([conversationId]))
  })

  it('are good for whoever was named in the conversation', async () => {
    const rig = open()
    await rig.receiveEach(
      letter({ id: 'a', cc: ['Bob@Example.com'] }),
      letter({ id: 'b', from: BOB, references: ['a'], cc: ['carl@example.com'] }),
      letter({ id: 'c', from: 'carl@example.com', references: ['b', 'a'] }),
    )
    expect(await homes(rig, 'a', 'b', 'c')).toHaveProperty('size', 1)
    for (const id of ['b', 'c']) expect((await rig.message(id)).letter?.stranger).toBeUndefined()
  })

  it.each([
    ['guessed', (): InboundEvent => letter({ id: 'b', from: EVE, references: ['a'] })],
    ['guessed as the thread', () => letter({ id: 'b', from: EVE, threadKey: 'a' })],
    [
      'guessed, under the same subject',
      () => letter({ id: 'b', from: EVE, references: ['a'], subject: 'Help' }),
    ],
    ['taken as his own id', () => letter({ id: 'b', from: EVE, letterId: 'a' })],
  ])('%s by somebody else open a conversation of his own', async (_, event) => {
    const rig = open()
    await rig.receiveEach(letter({ id: 'a', subject: 'Help' }), event())
    expect(await homes(rig, 'a', 'b')).toHaveProperty('size', 2)
    const own = await rig.conversationOf('b')
    expect(own).toMatchObject({ identityExternalId: EVE, unreadCount: 1, status: 'open' })
    expect((await rig.message('b')).letter?.stranger).toBeUndefined()
    // His own answers stay with him.
    await rig.receiveEach(letter({ id: 'c', from: EVE, references: ['b', 'a'], threadKey: 'a' }))
    expect((await rig.message('c')).conversationId).toBe(own.id)
    // And the customer's with the customer.
    await rig.receiveEach(letter({ id: 'd', references: ['a'] }))
    expect(await homes(rig, 'a', 'd')).toHaveProperty('size', 1)
  })

  it('guessed in the same batch open one of his own as well', async () => {
    const rig = open()
    await rig.receive([
      rig.entry(letter({ id: 'a' })),
      rig.entry(letter({ id: 'b', from: EVE, references: ['a'] })),
      rig.entry(letter({ id: 'c', references: ['a'] })),
    ])
    expect(await homes(rig, 'a', 'c')).toHaveProperty('size', 1)
    expect(await homes(rig, 'a', 'b')).toHaveProperty('size', 2)
  })
})

describe('the subject', () => {
  it('leads the same sender to his latest conversation about it, for as long as the channel says', async () => {
    const rig = open()
    await rig.receiveEach(
      letter({ id: 'a', subject: 'Broken lamp' }),
      letter({ id: 'b', subject: 'Re: Broken lamp' }),
      letter({ id: 'c', subject: 'Another lamp' }),
      letter({ id: 'd', subject: 'Broken lamp', from: BOB }),
    )
    expect(await homes(rig, 'a', 'b')).toHaveProperty('size', 1)
    expect(await homes(rig, 'a', 'c', 'd')).toHaveProperty('size', 3)
    rig.state.nowMs += 7 * 86_400_000 + 2_000
    await rig.receiveEach(
      letter({ id: 'e', subject: 'Broken lamp' }),
      letter({ id: 'f', subject: 'Broken lamp' }),
    )
    expect(await homes(rig, 'a', 'e')).toHaveProperty('size', 2)
    expect(await homes(rig, 'e', 'f')).toHaveProperty('size', 1)
  })

  it('counts for nothing when it is empty, or the channel says so', async () => {
    const never = { ...LETTERS, letters: { ...LETTERS.letters, sameSubjectDays: 0 } }
    const rig = open({ capabilities: never })
    await rig.receiveEach(letter({ id: 'a', subject: 'Lamp' }), letter({ id: 'b', subject: 'Lamp' }))
    expect(await homes(rig, 'a', 'b')).toHaveProperty('size', 2)
    const other = open()
    await other.receive([other.entry(letter({ id: 'a' })), other.entry(letter({ id: 'b' }))])
    expect(await homes(other, 'a', 'b')).toHaveProperty('size', 2)
  })

  it('joins what comes in one batch', async () => {
    const rig = open()
    await rig.receive([
      rig.entry(letter({ id: 'a', subject: 'Lamp' })),
      rig.entry(letter({ id: 'b', subject: 'Re: Lamp' })),
    ])
    expect(await homes(rig, 'a', 'b')).toHaveProperty('size', 1)
    expect(await rig.conversationOf('a')).toMatchObject({ unreadCount: 2 })
  })
})

/** Five letters of one thread, as mail programs name what they answer. */
const THREAD: readonly InboundEvent[] = [
  letter({ id: '1', cc: [BOB] }),
  letter({ id: '2', from: BOB, references: ['1'], cc: ['ada@example.com'] }),
  letter({ id: '3', references: ['2', '1'], cc: [BOB] }),
  letter({ id: '4', from: BOB, references: ['3', '2', '1'], cc: ['ada@example.com'] }),
  letter({ id: '5', references: ['4', '3', '2', '1'], cc: [BOB], automatic: 'out-of-office' }),
]
const IDS = ['1', '2', '3', '4', '5']

/** What must be the same whatever the order. */
async function stateOf(rig: LetterRig) {
  const conversation = await rig.conversationOf('1')
  const messages = await rig.thread(conversation.id)
  return {
    one: (await homes(rig, ...IDS)).size,
    status: conversation.status,
    filed: conversation.filed,
    unread: conversation.unreadCount,
    texts: messages
      .filter(({ kind }) => kind === 'message')
      .map(({ text, quiet, letter: said }) => `${text} ${quiet} ${said?.stranger}`)
      .sort(),
  }
}

const EXPECTED = {
  one: 1,
  status: 'open',
  filed: undefined,
  unread: 4,
  texts: IDS.map((id) => `This is ${id} ${id === '5' ? true : undefined} undefined`),
}

describe('a thread of five', () => {
  it('ends as one conversation in whatever order it comes, each letter by itself', async () => {
    await playEach(permutations(THREAD), async (order) => {
      const rig = open()
      await rig.receiveEach(...order)
      expect(await stateOf(rig)).toEqual(EXPECTED)
    })
  })

  it('ends so in one batch and in two, and when all of it comes again', async () => {
    await playEach(permutations(THREAD), async (order, index) => {
      if (index % 3 > 0) return
      const rig = open()
      const entries = order.map((event) => rig.entry(event))
      const cut = index % 5
      if (cut > 0) await rig.receive(entries.slice(0, cut))
      await rig.receive(entries.slice(cut))
      expect(await stateOf(rig)).toEqual(EXPECTED)
      if (index % 4 > 0) return
      // The journal hands entries out again after a crash, and a rescan brings letters anew.
      await rig.receive(entries)
      rig.state.nowMs += 60_000
      await rig.receive(order.map((event) => rig.entry(event)))
      expect(await stateOf(rig)).toEqual(EXPECTED)
    })
  })
})

describe('a letter that is recorded', () => {
  it('stays where it is when it comes again, also when it would go elsewhere by now', async () => {
    const rig = open()
    await rig.receiveEach(letter({ id: 'b' }), letter({ id: 'a' }))
    const { token, conversationId } = await answered(rig, 'a')
    const home = (await rig.message('b')).conversationId
    expect(home).not.toBe(conversationId)
    await rig.receive([rig.entry(letter({ id: 'b', references: ['a'], tokens: [token] }))])
    expect((await rig.message('b')).conversationId).toBe(home)
    expect((await rig.conversationOf('b')).unreadCount).toBe(1)
  })

  it('meets its answer when both come at the same moment on two nodes', async () => {
    for (let round = 0; round < 10; round += 1) {
      const rig = open()
      await Promise.all([
        rig.receive([rig.entry(letter({ id: 'a', cc: [BOB] }))]),
        rig.receive([rig.entry(letter({ id: 'b', from: BOB, references: ['a'], cc: ['ada@example.com'] }))]),
      ])
      expect(await homes(rig, 'a', 'b')).toHaveProperty('size', 1)
    }
  })

  it('meets its answer also when that comes between its conversation and itself', async () => {
    const rig = open()
    const { messages, conversations } = rig.receiveDeps
    let record = (): void => undefined
    const mayBeRecorded = new Promise<void>((resolve) => {
      record = resolve
    })
    const first = receiveInbound([rig.entry(letter({ id: 'a', cc: [BOB] }))], {
      ...rig.receiveDeps,
      messages: {
        ...messages,
        recordInbound: async (some) => {
          await mayBeRecorded
          return messages.recordInbound(some)
        },
      },
    })
    await expect.poll(() => conversations.findCurrent(rig.channelId, ['a'])).toHaveLength(1)
    await rig.receive([rig.entry(letter({ id: 'b', from: BOB, references: ['a'] }))])
    record()
    await first
    expect(await homes(rig, 'a', 'b')).toHaveProperty('size', 1)
  })

  it('is never joined unmarked by somebody who names it at that very moment', async () => {
    for (let round = 0; round < 10; round += 1) {
      const rig = open()
      await Promise.all([
        rig.receive([rig.entry(letter({ id: 'a', cc: [BOB] }))]),
        rig.receive([rig.entry(letter({ id: 'e', from: EVE, references: ['a'] }))]),
      ])
      const eve = await rig.message('e')
      const together = eve.conversationId === (await rig.message('a')).conversationId
      const { identityExternalId } = await rig.conversationOf('e')
      if (together && identityExternalId !== EVE) expect(eve.letter?.stranger).toBe(true)
    }
  })
})

describe('a thread whose conversation is over', () => {
  const MONTH = 30 * 86_400_000
  /** What is resolved is over at once here. */
  const receiveOver = (rig: LetterRig, ...events: readonly InboundEvent[]) =>
    receiveInbound(
      events.map((event) => rig.entry(event)),
      { ...rig.receiveDeps, renewAfterMs: async () => MONTH },
    )
  async function over(rig: LetterRig, events: readonly InboundEvent[]) {
    await rig.receiveEach(...events)
    const { id, version } = await rig.conversationOf('a')
    const resolved = { status: 'resolved', resolvedAtMs: rig.state.nowMs } as const
    await database.stores.conversations.change(id, version, resolved)
    rig.state.nowMs += MONTH + 1_000
    return id
  }

  it('goes on in a new one for those who were in it', async () => {
    const rig = open()
    const old = await over(rig, [letter({ id: 'a' })])
    await receiveOver(rig, letter({ id: 'b', references: ['a'] }))
    const next = await rig.conversationOf('b')
    expect(next).toMatchObject({ previousId: old, identityExternalId: 'ada@example.com' })
    await receiveOver(rig, letter({ id: 'c', references: ['b', 'a'] }))
    expect((await rig.message('c')).conversationId).toBe(next.id)
  })

  it.each([
    ['letters that we know', [letter({ id: 'a' })], ['a']],
    ['a root that we never saw', [letter({ id: 'a', references: ['root'] })], ['root']],
  ] as const)('is nobody else’s to take over by %s', async (_, events, references) => {
    for (const together of [false, true]) {
      const rig = open()
      await over(rig, events)
      // As a retirement leaves it: the thread has no current conversation.
      await database.stores.conversations.retire([await rig.conversationOf('a')])
      const eves = letter({ id: 'e', from: EVE, references })
      const adas = letter({ id: 'b', references: ['a', ...references] })
      if (together) await receiveOver(rig, eves, adas)
      else {
        await receiveOver(rig, eves)
        await receiveOver(rig, adas)
      }
      expect(await homes(rig, 'e', 'b', 'a')).toHaveProperty('size', 3)
      expect(await rig.conversationOf('b')).toMatchObject({ identityExternalId: 'ada@example.com' })
    }
  })
})
