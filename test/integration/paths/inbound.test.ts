import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { InboundEvent } from '../../../src/contract/inbound-event.ts'
import { sharedDatabase } from '../../harness/database.ts'
import { createPathRig, type PathRig, says } from '../../harness/path-rig.ts'
import { permutations, permutationsAround, playEach } from '../../harness/permutations.ts'

const database = sharedDatabase()

/** A thread as people see it: without ids and versions. */
async function seen(rig: PathRig, threadKey = 'ada') {
  const { id } = await rig.conversation(threadKey)
  return (await rig.thread(id))
    .filter(({ kind }) => kind === 'message')
    .map(({ text, status, editedAtMs, deletedAtMs, direction }) => ({
      text,
      status,
      editedAtMs,
      deletedAtMs,
      direction,
    }))
}

describe('every order of arrival', () => {
  it('of a message, its edits and its deletion ends in the same thread', async () => {
    const events: InboundEvent[] = [
      says('first', 'm1'),
      { type: 'message-edited', externalId: 'm1', text: 'second', editedAtMs: 1_000 },
      { type: 'message-edited', externalId: 'm1', text: 'third', editedAtMs: 2_000 },
      { type: 'message-deleted', externalId: 'm1', deletedAtMs: 3_000 },
    ]
    for (const count of [3, 4]) {
      const ends = new Set<string>()
      for (const order of permutations(events.slice(0, count))) {
        const rig = createPathRig(database.stores)
        for (const event of order) await rig.receive([rig.entry(event)])
        ends.add(JSON.stringify(await seen(rig)))
      }
      expect([...ends]).toHaveLength(1)
      expect([...ends][0]).toContain(count === 3 ? 'third' : '"deletedAtMs":3000')
    }
  })

  it('of our send and the receipts for it, each once or twice, ends in the same status', async () => {
    const ends = new Set<string>()
    const receipts = ['sent', 'delivered', 'read', 'failed'] as const
    await playEach(
      permutationsAround<(typeof receipts)[number] | 'send'>(receipts, 'send'),
      async (order) => {
        const rig = createPathRig(database.stores, { send: async () => ({ externalId: 'out' }) })
        await rig.receive([rig.entry(says('Hello', 'm1'))])
        const { id } = await rig.conversation()
        await rig.reply(id, 'Hi')
        for (const step of [...order, ...order]) {
          if (step === 'send') await rig.deliver(id)
          else await rig.receive([rig.entry({ type: 'status', externalId: 'out', status: step, atMs: 1 })])
        }
        ends.add((await rig.thread(id)).at(-1)?.status ?? '')
      },
    )
    expect([...ends]).toEqual(['read'])
  })
})

describe('a batch', () => {
  it('ends as its events one by one do, however it is cut and whatever is replayed', async () => {
    const who = fc.constantFrom('ada', 'bob')
    const event = fc
      .record({ who, number: fc.nat(4) })
      .map(({ who: name, number }) => says(`text ${number}`, `${name}-${number}`, name))
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { minLength: 1, maxLength: 8 }),
        fc.nat(8),
        fc.nat(8),
        async (events, cut, replayed) => {
          const single = createPathRig(database.stores)
          const batched = createPathRig(database.stores)
          for (const one of events) await single.receive([single.entry(one)])
          const entries = events.map((one) => batched.entry(one))
          await batched.receive(entries.slice(0, cut))
          await batched.receive(entries.slice(cut))
          await batched.receive(entries.slice(0, replayed))
          for (const name of new Set(
            events.map((one) => ('identity' in one && one.identity?.externalId) || ''),
          )) {
            expect(await seen(batched, name)).toEqual(await seen(single, name))
            const [one, other] = [await single.conversation(name), await batched.conversation(name)]
            expect(other.unreadCount).toBe(one.unreadCount)
            expect(other.lastMessage?.preview).toBe(one.lastMessage?.preview)
            expect(other.unreadCount).toBe((await seen(single, name)).length)
          }
        },
      ),
      { numRuns: 12 },
    )
  })

  it('counts what a crash kept from its effect, also when a newer one had its own before the replay', async () => {
    const rig = createPathRig(database.stores)
    const [first, second, third] = ['one', 'two', 'three'].map((text) => rig.entry(says(text, text, 'eve')))
    if (!first || !second || !third) throw new Error('there are three')
    await rig.receive([first])
    await rig.receive([second])
    await rig.receive([third])
    const { id, version } = await rig.conversation('eve')
    await database.stores.conversations.change(id, version, { unreadCount: 2 })
    await rig.receive([second])
    expect(await rig.conversation('eve')).toMatchObject({ unreadCount: 3, lastMessage: { preview: 'three' } })
    const { version: settled } = await rig.conversation('eve')
    await rig.receive([first, second, third])
    expect(await rig.conversation('eve')).toMatchObject({ unreadCount: 3, version: settled })
  })

  it('of texts that look like commands of the database leaves them texts', async () => {
    const rig = createPathRig(database.stores)
    await rig.receive([rig.entry(says('Hello', 'm1'))])
    for (const [number, text] of ['$version', '$$ROOT', '{"$literal":1}'].entries()) {
      await rig.receive([rig.entry(says(text, `m${number + 2}`))])
      expect((await rig.conversation()).lastMessage?.preview).toBe(text)
    }
    expect((await rig.conversation()).unreadCount).toBe(4)
  })

  it('of one that cannot be parsed keeps its neighbours going', async () => {
    const rig = createPathRig(database.stores)
    const poison = rig.entryOf({ body: Buffer.from('{') })
    const { failed } = await rig.receive([
      rig.entry(says('before', 'm1')),
      poison,
      rig.entry(says('after', 'm2')),
    ])
    expect(failed.map(({ id }) => id)).toEqual([poison.id])
    expect((await seen(rig)).map(({ text }) => text)).toEqual(['before', 'after'])
  })
})

describe('a conversation', () => {
  it('is one for 200 first messages at the same moment, projected by ten nodes at once', async () => {
    const rig = createPathRig(database.stores)
    const entries = Array.from({ length: 200 }, (_, number) => rig.entry(says(`${number}`, `m${number}`)))
    const project = async (node: number): Promise<void> => {
      const batch = entries.filter((_, index) => index % 10 === node)
      // As the projector does: what was crowded out is tried again.
      await rig.receive(batch).catch(() => rig.receive(batch))
    }
    await Promise.all(Array.from({ length: 10 }, (_, node) => project(node)))
    const { id, unreadCount } = await rig.conversation()
    const texts = (await rig.thread(id)).filter(({ kind }) => kind === 'message').map(({ text }) => text)
    expect(new Set(texts).size).toBe(200)
    expect(texts).toHaveLength(200)
    expect(unreadCount).toBe(200)
  })

  it.each(['resolved', 'snoozed', 'pending'] as const)('that is %s opens again, once', async (status) => {
    const rig = createPathRig(database.stores)
    await rig.receive([rig.entry(says('Hello', 'm1'))])
    const before = await rig.conversation()
    await database.stores.conversations.change(before.id, before.version, {
      status,
      ...(status === 'snoozed' ? { snoozedUntilMs: rig.state.nowMs + 60_000 } : {}),
    })
    rig.state.nowMs += 1_000
    const again = rig.entry(says('Still there?', 'm2'))
    await rig.receive([again])
    await rig.receive([again])
    const after = await rig.conversation()
    expect(after).toMatchObject({ id: before.id, status: 'open', unreadCount: 2 })
    expect(after).not.toHaveProperty('snoozedUntilMs')
    const lines = (await rig.thread(before.id)).map(({ event, text }) => event?.name ?? text)
    expect(lines).toEqual(
      status === 'resolved' ? ['Hello', 'reopened', 'Still there?'] : ['Hello', 'Still there?'],
    )
  })
})
