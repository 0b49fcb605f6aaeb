import { beforeEach, describe, expect, it } from 'vitest'
import type { InboundEvent } from '../../../src/contract/inbound-event.ts'
import { listMessages } from '../../../src/services/list-messages.ts'
import { sharedDatabase } from '../../harness/database.ts'
import { createPathRig, type PathRig, says } from '../../harness/path-rig.ts'
import { permutations, playEach } from '../../harness/permutations.ts'

const database = sharedDatabase()
let rig: PathRig

beforeEach(() => {
  rig = createPathRig(database.stores)
})

const part = (number: number, text = '', who = 'ada'): InboundEvent => ({
  type: 'message',
  externalId: `m${number}`,
  identity: { externalId: who, verified: false, displayName: who },
  text,
  attachments: [
    { kind: 'remote', ref: `ref-${number}`, name: `picture-${number}.jpg`, contentType: 'image/jpeg' },
  ],
  groupKey: 'album',
})
const edited = (number: number, text: string, editedAtMs: number): InboundEvent => ({
  type: 'message-edited',
  externalId: `m${number}`,
  text,
  spans: [{ kind: 'bold', offset: 0, length: text.length }],
  editedAtMs,
})
const deleted = (number: number): InboundEvent => ({
  type: 'message-deleted',
  externalId: `m${number}`,
  deletedAtMs: 1_000 + number,
})
const liked = (number: number): InboundEvent => ({
  type: 'reaction',
  externalId: `m${number}`,
  identity: { externalId: 'ada', verified: false },
  emoji: '👍',
  removed: false,
})

/** What an observer could tell of the one message; its place follows from whichever part came first. */
async function seen(by = rig): Promise<unknown> {
  const conversation = await by.conversation()
  const thread = await by.thread(conversation.id)
  const { unreadCount, lastMessage } = conversation
  return {
    unreadCount,
    preview: lastMessage?.preview,
    files: lastMessage?.attachmentCount,
    thread: thread.map(
      ({
        id,
        conversationId,
        channelId,
        order,
        version,
        createdAtMs,
        attachments,
        parts,
        author,
        ...rest
      }) => ({
        ...rest,
        files: attachments.map(({ name }) => name),
        parts: parts
          ?.map((one) => ({ ...one, attachments: one.attachments.map(({ name }) => name) }))
          .toSorted((a, b) => a.id.localeCompare(b.id)),
      }),
    ),
  }
}

async function receiveInBatches(events: readonly InboundEvent[], size: number, by = rig): Promise<void> {
  for (let from = 0; from < events.length; from += size)
    await by.receive(events.slice(from, from + size).map((event) => by.entry(event)))
}

/** Every order, in batches of every size, ends as they stand here do, each on a channel of its own. */
async function endsTheSame(events: readonly InboundEvent[], sizes: readonly number[]): Promise<unknown> {
  const endOf = async (order: readonly InboundEvent[], size: number): Promise<unknown> => {
    const own = createPathRig(database.stores)
    await receiveInBatches(order, size, own)
    return seen(own)
  }
  const first = await endOf(events, 1)
  const scenes = permutations(events).flatMap((order) => sizes.map((size) => ({ order, size })))
  await playEach(scenes, async ({ order, size }) => {
    const names = order.map((event) => `${event.type} ${'externalId' in event && event.externalId}`)
    expect(await endOf(order, size), `${names.join()} by ${size}`).toEqual(first)
  })
  return first
}

describe('the parts of an album', () => {
  it('are one message, whatever the order of parts, edits, deletions and reactions', async () => {
    const end = await endsTheSame(
      [part(9, 'look'), part(10), part(11, 'and this'), deleted(10), edited(9, 'look here', 5_000)],
      [1, 5],
    )
    expect(end).toMatchObject({
      unreadCount: 1,
      preview: 'look here and this',
      files: 2,
      thread: [
        {
          externalId: 'm9',
          partIds: ['m9', 'm10', 'm11'],
          text: 'look here\n\nand this',
          spans: [{ kind: 'bold', offset: 0, length: 9 }],
          files: ['picture-9.jpg', 'picture-11.jpg'],
          editedAtMs: 5_000,
        },
      ],
    })
  })

  it('are each known once, and a reaction to any of them is one to the whole', async () => {
    const [one, two] = [part(1), part(2, 'two')]
    const end = await endsTheSame([one, two, two, liked(2), one], [1, 5])
    expect(end).toMatchObject({
      unreadCount: 1,
      thread: [{ text: 'two', partIds: ['m1', 'm2'], reactions: [{ who: 'ada', emoji: '👍', by: 'ada' }] }],
    })
  })

  it('are gone when all are gone, and only then', async () => {
    const end = await endsTheSame([part(1), part(2), deleted(2), deleted(1)], [1, 2, 4])
    expect(end).toMatchObject({ files: 0, thread: [{ text: '', files: [], deletedAtMs: 1_002 }] })
  })

  it('let the later of two edits stand', async () => {
    const events = [part(1, 'a'), part(2), edited(1, 'b', 10), edited(1, 'c', 20)]
    expect(await endsTheSame(events, [1, 4])).toMatchObject({ thread: [{ text: 'c', editedAtMs: 20 }] })
  })

  it('meet in one message also on several nodes at the same moment', async () => {
    for (let round = 0; round < 12; round += 1) {
      rig = createPathRig(database.stores)
      await Promise.all([1, 2, 3, 4, 5].map((number) => rig.receive([rig.entry(part(number, `${number}`))])))
      expect(await seen()).toMatchObject({
        unreadCount: 1,
        preview: '1 2 3 4 5',
        files: 5,
        thread: [{ text: '1\n\n2\n\n3\n\n4\n\n5', partIds: ['m1', 'm2', 'm3', 'm4', 'm5'] }],
      })
    }
  })

  it('end no resolved conversation when they are delivered again', async () => {
    Object.assign(rig.receiveDeps, { renewAfterMs: async () => 0 })
    await receiveInBatches([part(1), part(2)], 1)
    const { id, version } = await rig.conversation()
    const resolvedAtMs = rig.state.nowMs
    await database.stores.conversations.change(id, version, { status: 'resolved', resolvedAtMs })
    rig.state.nowMs += 60_000
    await receiveInBatches([part(2), part(1)], 1)
    await receiveInBatches([part(2), part(2)], 2)
    expect((await rig.conversation()).id).toBe(id)
    await rig.receive([rig.entry(says('again', 'n1'))])
    const { previousId } = await rig.conversation()
    expect(previousId).toBe(id)
  })

  it('tell screens once that a message came, and then that it changed', async () => {
    await receiveInBatches([part(2, 'first'), part(1)], 1)
    const told = rig.events.flatMap((event) =>
      event.type === 'message.created' || event.type === 'message.updated'
        ? [[event.type, event.message.attachments.length, event.message.version]]
        : [],
    )
    expect(told).toEqual([
      ['message.created', 1, 1],
      ['message.updated', 2, 2],
    ])
  })

  it('are answered by naming any of them', async () => {
    await receiveInBatches(
      [part(1, 'which one'), part(2), { ...says('this', 'r1'), replyToExternalId: 'm2' } as InboundEvent],
      1,
    )
    const conversation = await rig.conversation()
    const page = await listMessages(conversation.id, { limit: 10 }, rig.agent, database.stores)
    expect(page.items[0]?.replyTo).toMatchObject({ authorName: 'ada', preview: 'which one' })
  })

  it('are kept apart by channel and by key, and a run that is repeated changes nothing', async () => {
    const entries = [part(1), part(2)].map((event) => rig.entry(event))
    const other = rig.entry({ ...part(7), groupKey: 'other' } as InboundEvent)
    await rig.receive([...entries, other])
    const before = await seen()
    await rig.receive([...entries, other])
    await rig.receive(entries.slice(1))
    expect(await seen()).toEqual(before)
    expect((await rig.conversation()).unreadCount).toBe(2)
  })
})
