import { afterEach, expect, it } from 'vitest'
import type { Connector } from '../../../src/contract/connector.ts'
import type { InboundEvent } from '../../../src/contract/inbound-event.ts'
import { startCatchUp } from '../../../src/runtime/catch-up.ts'
import { createBus } from '../../../src/services/bus.ts'
import { createOrderClock } from '../../../src/services/order-clock.ts'
import type { JournalEntry } from '../../../src/store/journal-store.ts'
import { freshDatabase } from '../../harness/database.ts'
import { CHANNEL, linesOf, openOffice } from '../../harness/office.ts'
import { entryOf, said, scriptedChannel, scriptedConnector } from '../../harness/scripted-channel.ts'

const database = freshDatabase()
const running: { stop(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop()
})

/** A node over the database, and what its platform was asked. */
function openNode(
  nodeId: string,
  catchUp: NonNullable<Connector['catchUp']>,
  goneNodes: readonly string[] = [],
) {
  const { stores } = database
  const asked: number[] = []
  const connector: Connector = {
    ...scriptedConnector(),
    catchUp: (ctx, sinceMs, push) => {
      asked.push(sinceMs)
      return catchUp(ctx, sinceMs, push)
    },
  }
  const channel = scriptedChannel(CHANNEL, connector)
  const office = openOffice(stores, [channel])
  const clock = { nowMs: 10_000_000_000 }
  const runner = startCatchUp({
    directory: { all: async () => [channel] },
    bus: createBus((error) => {
      throw error
    }),
    leases: stores.leases,
    marks: stores.catchUpMarks,
    contextOf: office.deps.contextOf,
    append: async (entry) => ({ repeated: (await stores.journal.append([entry])).size > 0 }),
    keepHealth: async () => undefined,
    clear: async () => undefined,
    orderClock: createOrderClock(),
    nodeId,
    alone: false,
    goneNodes: () => goneNodes,
    now: () => clock.nowMs,
    onError: (error) => {
      throw error
    },
    lookEveryMs: 1_000_000,
  })
  running.push(runner)
  return { runner, asked, clock, office }
}

const item = (...events: readonly InboundEvent[]) => ({
  key: JSON.stringify(events),
  body: Buffer.from(JSON.stringify(events)),
  contentType: 'application/json',
  facts: {},
})

it('brings what was delivered in vain, once, beside what came by itself', async () => {
  const { runner, office } = openNode('a', async (_ctx, _since, push) => {
    await push(item(said('u', 'm1')))
    await push(item(said('u', 'm2')))
  })
  const { stores } = database
  await runner.look()
  const pending = async () =>
    (
      await stores.journal.pending(
        Array.from({ length: 32 }, (_, index) => index),
        100,
        1e6,
      )
    ).entries
  const first = await pending()
  await office.receive(...first)
  await stores.journal.finish(first.map(({ id }) => id))
  runner.missed()
  await runner.look()
  await office.receive(...(await pending()))
  const conversation = await office.thread('u')
  expect(conversation.unreadCount).toBe(2)
  expect(
    (await stores.messages.page(conversation.id, 10)).map(({ externalId }) => externalId).toSorted(),
  ).toEqual(['m1', 'm2'])
})

it('goes on from the mark on another node, and does not wait for one that is gone', async () => {
  const a = openNode('a', async () => undefined)
  await a.runner.look()
  const b = openNode('b', () => new Promise(() => undefined))
  b.clock.nowMs = a.clock.nowMs + 20 * 60_000
  await expect.poll(() => b.asked).toEqual([a.clock.nowMs - 10 * 60_000])
  const c = openNode('c', async () => undefined)
  await c.runner.look()
  expect(c.asked).toEqual([])
  const d = openNode('d', async () => undefined, ['b'])
  await d.runner.look()
  expect(d.asked).toHaveLength(1)
})

it('never lets a mark go back', async () => {
  const { catchUpMarks } = database.stores
  await catchUpMarks.move(CHANNEL, 2_000)
  await catchUpMarks.move(CHANNEL, 1_000)
  expect(await catchUpMarks.read(CHANNEL)).toBe(2_000)
})

const externalIdsOf = async (office: ReturnType<typeof openOffice>) =>
  (await linesOf(database.stores, (await office.thread('u')).id)).map(({ externalId }) => externalId)

it('gives what was acknowledged before its copy came the place that it had then', async () => {
  const { office } = openNode('a', async () => undefined)
  // Another node has the first two on its disk, and catching up brings them again, after the third.
  const [one, two, three] = ['m1', 'm2', 'm3'].map((id) => entryOf(CHANNEL, [said('u', id)])) as [
    JournalEntry,
    JournalEntry,
    JournalEntry,
  ]
  await office.receive(entryOf(CHANNEL, [said('u', 'm1')]), entryOf(CHANNEL, [said('u', 'm2')]))
  await office.receive(three)
  expect(await externalIdsOf(office)).toEqual(['m3', 'm1', 'm2'])
  expect((await office.thread('u')).lastMessage?.preview).toBe('text of m2')
  office.events.length = 0
  await office.receive(one, two)
  expect(await externalIdsOf(office)).toEqual(['m1', 'm2', 'm3'])
  expect(await office.thread('u')).toMatchObject({ unreadCount: 3, lastMessage: { preview: 'text of m3' } })
  const told = office.events.flatMap((event) =>
    event.type === 'message.updated' ? [[event.message.text, event.message.order]] : [],
  )
  expect(told).toEqual([
    ['text of m1', one.order],
    ['text of m2', two.order],
  ])
  office.events.length = 0
  await office.receive(one, two, three)
  expect(office.events).toEqual([])
})

it('moves a list on also when the run that moved a message ended at once', async () => {
  const { office } = openNode('a', async () => undefined)
  const { stores } = database
  const early = entryOf(CHANNEL, [said('u', 'm1')])
  const later = entryOf(CHANNEL, [said('u', 'm2')])
  await office.receive(entryOf(CHANNEL, [said('u', 'm1')]))
  await office.receive(later)
  const change = () => Promise.reject(new Error('died'))
  const dying = openOffice({ ...stores, conversations: { ...stores.conversations, change } }, [
    ...office.channels.values(),
  ])
  await expect(dying.receive(early)).rejects.toThrow('died')
  await office.receive(early)
  expect((await office.thread('u')).lastMessage?.preview).toBe('text of m2')
})
