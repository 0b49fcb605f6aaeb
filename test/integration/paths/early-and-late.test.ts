import { beforeEach, describe, expect, it } from 'vitest'
import type { InboundEvent } from '../../../src/contract/inbound-event.ts'
import { freshDatabase } from '../../harness/database.ts'
import { CHANNEL, linesOf, type Office, OTHER_CHANNEL, openOffice } from '../../harness/office.ts'
import { permutations } from '../../harness/permutations.ts'
import { entryOf, said, scriptedChannel } from '../../harness/scripted-channel.ts'

const database = freshDatabase()
let office: Office

beforeEach(() => {
  office = openOffice(database.stores, [scriptedChannel(CHANNEL), scriptedChannel(OTHER_CHANNEL)])
})

/** What an observer could tell of a thread; versions only count changes. */
async function seenOf(threadKey: string): Promise<unknown> {
  const { stores } = database
  const conversation = await office.thread(threadKey)
  return (await linesOf(stores, conversation.id)).map(
    ({ version, id, conversationId, order, ...message }) => message,
  )
}

describe('what happens to a message of the customer', () => {
  const edited = (text: string, editedAtMs: number, editOrder?: number): InboundEvent => ({
    type: 'message-edited',
    externalId: 'm1',
    text,
    editedAtMs,
    ...(editOrder === undefined ? {} : { editOrder }),
  })
  const deleted: InboundEvent = { type: 'message-deleted', externalId: 'm1', deletedAtMs: 1_700_000_009_000 }
  const at = 1_700_000_001_000

  it('ends the same in every order of arrival, in one batch or in several', async () => {
    const happenings: readonly InboundEvent[] = [
      said('u', 'm1'),
      edited('better', at),
      edited('best', at + 1_000),
      {
        type: 'reaction',
        externalId: 'm1',
        identity: { externalId: 'u', verified: true },
        emoji: '👍',
        removed: false,
      },
    ]
    for (const order of permutations(happenings)) {
      for (const size of [1, 2, 4]) {
        await database.empty()
        for (let from = 0; from < order.length; from += size) {
          await office.receive(...order.slice(from, from + size).map((event) => entryOf(CHANNEL, [event])))
        }
        expect(await seenOf('u')).toMatchObject([
          { text: 'best', editedAtMs: at + 1_000, status: 'delivered', reactions: [{ emoji: '👍' }] },
        ])
        expect(await office.thread('u')).toMatchObject({ unreadCount: 1, lastMessage: { preview: 'best' } })
      }
    }
  })

  it('says what was written last, also where the platform gives edits one instant', async () => {
    const happenings = [said('u', 'm1'), edited('better', at, 7), edited('best', at, 8), edited('good', at)]
    for (const order of permutations<InboundEvent>(happenings)) {
      for (const size of [1, 4]) {
        await database.empty()
        for (let from = 0; from < order.length; from += size) {
          await office.receive(...order.slice(from, from + size).map((event) => entryOf(CHANNEL, [event])))
        }
        expect(await seenOf('u')).toMatchObject([{ text: 'best', editedAtMs: at }])
      }
    }
  })

  it('stays deleted whatever else arrives, before or after', async () => {
    for (const order of permutations<InboundEvent>([said('u', 'm1'), edited('better', at), deleted])) {
      await database.empty()
      for (const event of order) await office.receive(entryOf(CHANNEL, [event]))
      expect(await seenOf('u')).toMatchObject([{ text: '', deletedAtMs: 1_700_000_009_000 }])
    }
  })

  it('keeps what came too early only until it was applied', async () => {
    await office.receive(entryOf(CHANNEL, [edited('better', at)]))
    const early = () => database.stores.earlyEvents.of(CHANNEL, ['m1'])
    expect(await early()).toHaveLength(1)
    await office.receive(entryOf(CHANNEL, [edited('better', at)]))
    expect(await early()).toHaveLength(1)
    await office.receive(entryOf(CHANNEL, [said('u', 'm1')]))
    expect(await early()).toEqual([])
    expect(await seenOf('u')).toMatchObject([{ text: 'better' }])
  })

  it('applies what came too early also when the run that recorded the message ended at once', async () => {
    await office.receive(entryOf(CHANNEL, [edited('better', at)]))
    const entry = entryOf(CHANNEL, [said('u', 'm1')])
    const { earlyEvents } = database.stores
    const dying = openOffice(
      { ...database.stores, earlyEvents: { ...earlyEvents, of: () => Promise.reject(new Error('died')) } },
      [scriptedChannel(CHANNEL)],
    )
    await expect(dying.receive(entry)).rejects.toThrow('died')
    await office.receive(entry)
    expect(await seenOf('u')).toMatchObject([{ text: 'better' }])
    expect((await office.thread('u')).unreadCount).toBe(1)
  })

  it('shows the reactions that were there last, however often they came and went before the message', async () => {
    const reaction = (removed: boolean): InboundEvent => ({
      type: 'reaction',
      externalId: 'm1',
      identity: { externalId: 'u', verified: true },
      emoji: '👍',
      removed,
    })
    for (const [words, shown] of [
      [[false, true, false], 1],
      [[false, true], 0],
      [[false, true, false, true], 0],
    ] as const) {
      await database.empty()
      for (const removed of words) await office.receive(entryOf(CHANNEL, [reaction(removed)]))
      await office.receive(entryOf(CHANNEL, [said('u', 'm1')]))
      const conversation = await office.thread('u')
      const [message] = await linesOf(database.stores, conversation.id)
      expect(message?.reactions ?? []).toHaveLength(shown)
    }
  })

  it('leaves nothing waiting that met its message at the second look', async () => {
    const { messages, earlyEvents } = database.stores
    let looks = 0
    const racing = openOffice(
      {
        ...database.stores,
        messages: {
          ...messages,
          // The message is recorded by another node between the two looks.
          edit: async (...change) => {
            looks += 1
            if (looks === 1) await office.receive(entryOf(CHANNEL, [said('u', 'm1')]))
            return looks === 1 ? undefined : messages.edit(...change)
          },
        },
      },
      [scriptedChannel(CHANNEL)],
    )
    await racing.receive(entryOf(CHANNEL, [edited('better', at)]))
    expect(await seenOf('u')).toMatchObject([{ text: 'better' }])
    expect(await earlyEvents.of(CHANNEL, ['m1'])).toEqual([])
  })

  it('keeps to its own channel', async () => {
    await office.receive(
      entryOf(CHANNEL, [said('u', 'm1')]),
      entryOf(OTHER_CHANNEL, [said('u', 'm1'), deleted]),
    )
    expect(await seenOf('u')).toMatchObject([{ text: 'text of m1' }])
  })

  it('forgets what never met a message, by the sweep', async () => {
    await office.receive(entryOf(CHANNEL, [deleted]))
    const { earlyEvents } = database.stores
    expect(await earlyEvents.sweep(new Date(office.nowMs + 6 * 86_400_000))).toBe(0)
    expect(await earlyEvents.sweep(new Date(office.nowMs + 8 * 86_400_000))).toBe(1)
  })
})

describe('a message that others overtook', () => {
  it('is counted, wakes the conversation and is told of, but does not pose as the latest', async () => {
    await office.receive(entryOf(CHANNEL, [said('u', 'm1')], 10), entryOf(CHANNEL, [said('u', 'm3')], 30))
    const before = await office.thread('u')
    await database.stores.conversations.change(before.id, before.version, {
      status: 'resolved',
      unreadCount: 0,
      readOrder: 30,
    })
    office.events.length = 0
    await office.receive(entryOf(CHANNEL, [said('u', 'm2')], 20))
    expect(await office.thread('u')).toMatchObject({
      status: 'open',
      unreadCount: 1,
      lastInboundOrder: 30,
      lastMessage: { preview: 'text of m3' },
    })
    const told = office.events.flatMap((event) =>
      event.type === 'message.created' ? [event.message.text] : [],
    )
    expect(told).toContain('text of m2')
    await office.receive(entryOf(CHANNEL, [said('u', 'm2')], 20))
    expect((await office.thread('u')).unreadCount).toBe(1)
  })

  it('opens a conversation that knows the last of them, in whatever order a batch has them', async () => {
    await office.receive(
      entryOf(CHANNEL, [said('u', 'm2')], 30),
      entryOf(CHANNEL, [said('u', 'm1')], 10),
      entryOf(CHANNEL, [said('u', 'm2')], 20),
    )
    const { id, lastMessage, lastInboundOrder, unreadCount } = await office.thread('u')
    const thread = await linesOf(database.stores, id)
    expect(thread.map(({ text, order }) => [text, order])).toEqual([
      ['text of m1', 10],
      ['text of m2', 20],
    ])
    expect(lastMessage).toMatchObject({ id: thread[1]?.id, preview: 'text of m2', order: 20 })
    expect({ lastInboundOrder, unreadCount }).toEqual({ lastInboundOrder: 20, unreadCount: 2 })
  })

  it('is counted beside the others that came late, though all stand before what was read', async () => {
    await office.receive(entryOf(CHANNEL, [said('u', 'm1')], 10), entryOf(CHANNEL, [said('u', 'm9')], 90))
    const { id, version } = await office.thread('u')
    await database.stores.conversations.change(id, version, { unreadCount: 0, readOrder: 90 })
    const unread = async (): Promise<number> => (await office.thread('u')).unreadCount
    await office.receive(entryOf(CHANNEL, [said('u', 'm2')], 20))
    await office.receive(entryOf(CHANNEL, [said('u', 'm3')], 30))
    expect(await unread()).toBe(2)
    await office.receive(entryOf(CHANNEL, [said('u', 'm10')], 100))
    expect(await unread()).toBe(3)
    // What comes once more, beside something new or alone, neither counts nor takes away.
    await office.receive(entryOf(CHANNEL, [said('u', 'm10')], 100), entryOf(CHANNEL, [said('u', 'm4')], 40))
    expect(await unread()).toBe(4)
    await office.receive(entryOf(CHANNEL, [said('u', 'm3')], 30), entryOf(CHANNEL, [said('u', 'm11')], 110))
    expect(await unread()).toBe(5)
    await office.receive(entryOf(CHANNEL, [said('u', 'm10')], 100), entryOf(CHANNEL, [said('u', 'm4')], 40))
    expect(await unread()).toBe(5)
  })

  it('is counted once when several nodes bring such at the same moment', async () => {
    await office.receive(entryOf(CHANNEL, [said('u', 'm1', { threadKey: 'shared' })], 1_000))
    const { id, version } = await office.thread('shared')
    await database.stores.conversations.change(id, version, { unreadCount: 0, readOrder: 1_000 })
    const nodes = Array.from({ length: 4 }, () => openOffice(database.stores, [scriptedChannel(CHANNEL)]))
    for (let round = 0; round < 5; round += 1) {
      const late = (index: number) =>
        entryOf(
          CHANNEL,
          [said(`w${index}`, `${round}-${index}`, { threadKey: 'shared' })],
          round * 10 + index,
        )
      await Promise.all(nodes.map((node, index) => node.receive(late(index))))
    }
    expect(await office.thread('shared')).toMatchObject({ unreadCount: 20, lastInboundOrder: 1_000 })
  })

  it('is counted once when two nodes write into one thread at the same moment', async () => {
    const nodes = Array.from({ length: 4 }, () => openOffice(database.stores, [scriptedChannel(CHANNEL)]))
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(
        nodes.map((node, index) =>
          node.receive(
            entryOf(
              CHANNEL,
              [said(`who-${index}`, `${round}-${index}`, { threadKey: 'shared' })],
              round * 10 + 9 - index,
            ),
          ),
        ),
      )
    }
    expect(await office.thread('shared')).toMatchObject({ unreadCount: 40, lastInboundOrder: 99 })
  })
})

it('what comes late counts from when the customer said it: the platform’s reply window does', async () => {
  const HOUR_MS = 3_600_000
  let order = 1_000_000
  /** How long before its arrival the customer is taken to have said his last word. */
  const spokenBefore = async (externalId: string, agoMs: number): Promise<number> => {
    order += 1
    const { receivedAtMs } = entryOf(CHANNEL, [], order)
    const event = { ...said('u', externalId), sentAtMs: receivedAtMs - agoMs }
    await office.receive(entryOf(CHANNEL, [event], order))
    return receivedAtMs - ((await office.thread('u')).lastInboundAtMs ?? 0)
  }
  // Beyond all instants: taken, and no older than time itself.
  expect(await spokenBefore('m0', 1e20)).toBe(1_700_000_000_000 + order * 1_000)
  expect(await spokenBefore('m1', 5 * HOUR_MS)).toBe(5 * HOUR_MS)
  // What he said before that moves nothing back; the clock went on by a second.
  expect(await spokenBefore('m2', 9 * HOUR_MS)).toBe(5 * HOUR_MS + 1_000)
  expect(await spokenBefore('m3', 2 * HOUR_MS)).toBe(2 * HOUR_MS)
  expect(await spokenBefore('m4', 1_000)).toBe(0)
})
