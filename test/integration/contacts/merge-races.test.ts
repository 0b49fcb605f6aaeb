/** A merge that breaks off anywhere, and messages that come while one is under way: nothing is lost or left halfway. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { ContactId } from '../../../src/domain/ids.ts'
import type { Stores } from '../../../src/runtime/open-stores.ts'
import { finishMerges, mergeContact, undoMerge } from '../../../src/services/merge-contact.ts'
import type { MergeStepDeps } from '../../../src/services/merge-steps.ts'
import { type ReceiveInboundDeps, receiveInbound } from '../../../src/services/receive-inbound.ts'
import { sharedDatabase } from '../../harness/database.ts'
import { createPathRig, type PathRig } from '../../harness/path-rig.ts'

const database = sharedDatabase()
let rig: PathRig
let counter = 0

beforeEach(async () => {
  await database.empty()
  rig = createPathRig(database.stores)
})

const from = (who: string, thread = who) => {
  counter += 1
  return rig.entry({
    type: 'message',
    externalId: `m-${counter}`,
    threadKey: thread,
    identity: { externalId: who, verified: true, displayName: who, email: `${who}@example.com` },
    text: 'Hello',
    attachments: [],
  })
}
const contactOf = async (who: string): Promise<ContactId> => {
  const [identity] = await database.stores.contacts.findIdentities(rig.channelId, [who])
  return identity?.contactId as ContactId
}
const read = async (id: ContactId) => (await database.stores.contacts.findContacts([id]))[0]

/** Fails at the n-th step, before or after its effect, and at every one from then on: the process is gone. */
function dyingAt(step: number, when: 'before' | 'after'): { deps: MergeStepDeps; died: () => boolean } {
  let left = step
  let dead = false
  const dying = <T extends object>(store: T): T =>
    new Proxy(store, {
      get(target, name, receiver) {
        const method: unknown = Reflect.get(target, name, receiver)
        if (typeof method !== 'function') return method
        return async (...args: unknown[]) => {
          left -= 1
          if (dead || (left === 0 && when === 'before')) {
            dead = true
            throw new Error('killed')
          }
          const answer: unknown = await Reflect.apply(method, target, args)
          if (left > 0) return answer
          dead = true
          throw new Error('killed')
        }
      },
    })
  const { contacts, mergedContacts, merges, conversations } = database.stores
  return {
    died: () => dead,
    deps: {
      contacts: dying(contacts),
      mergedContacts: dying(mergedContacts),
      merges: dying(merges),
      conversations: dying(conversations),
      bus: rig.receiveDeps.bus,
      now: rig.receiveDeps.now,
    },
  }
}

const deps = (): MergeStepDeps => ({
  ...database.stores,
  bus: rig.receiveDeps.bus,
  now: rig.receiveDeps.now,
})

/** Ada and Bob, each with two conversations. */
async function adaAndBob(): Promise<readonly [ContactId, ContactId]> {
  await rig.receive([from('ada'), from('ada', 'ada-2'), from('bob'), from('bob', 'bob-2')])
  return [await contactOf('ada'), await contactOf('bob')]
}

async function merge(ada: ContactId, bob: ContactId, by: MergeStepDeps = deps()) {
  const [{ version = 0 } = {}, { version: contactVersion = 0 } = {}] = [await read(ada), await read(bob)]
  return mergeContact(ada, { contactId: bob, version, contactVersion }, rig.agent, by)
}

/** Which contact everything of a person belongs to; more than one name means that it was left halfway. */
async function homesOf(who: string, threads: readonly string[]): Promise<readonly string[]> {
  const conversations = await database.stores.conversations.findCurrent(rig.channelId, threads)
  expect(conversations).toHaveLength(threads.length)
  return [...new Set([await contactOf(who), ...conversations.map(({ contactId }) => contactId)])]
}

async function isWhole(ada: ContactId, bob: ContactId): Promise<'merged' | 'apart'> {
  const homes = await homesOf('bob', ['bob', 'bob-2'])
  expect(homes).toHaveLength(1)
  const [one, other] = [await read(ada), await read(bob)]
  const found = (await database.stores.contacts.search('bob@example.com', 10)).map(({ id }) => id)
  const { merges, isAbsorbed } = await database.stores.mergedContacts.standingOf(ada)
  expect(isAbsorbed).toBe(false)
  if (homes[0] === ada) {
    expect(one?.emails).toEqual(['ada@example.com', 'bob@example.com'])
    expect(other?.mergedInto).toBe(ada)
    expect(found).toEqual([ada])
    expect(merges).toHaveLength(1)
    return 'merged'
  }
  expect(homes).toEqual([bob])
  expect(one?.emails).toEqual(['ada@example.com'])
  expect(other).toMatchObject({ emails: ['bob@example.com'] })
  expect(other?.mergedInto).toBeUndefined()
  expect((await database.stores.mergedContacts.standingOf(bob)).isAbsorbed).toBe(false)
  expect(found).toEqual([bob])
  expect(merges).toEqual([])
  return 'apart'
}

const left = () => database.store.db.collection('contact_merges').countDocuments({ open: true })

describe.each(['before', 'after'] as const)('a process killed %s a step', (when) => {
  it('of a merge leaves one that is done whole or not at all, and can be undone', async () => {
    let steps = 0
    const ends = new Set<string>()
    for (let died = true; died; ) {
      steps += 1
      await database.empty()
      const [ada, bob] = await adaAndBob()
      const dying = dyingAt(steps, when)
      await merge(ada, bob, dying.deps).catch(() => undefined)
      died = dying.died()
      rig.state.nowMs += 120_000
      await finishMerges(deps())
      expect(await left()).toBe(0)
      const end = await isWhole(ada, bob)
      ends.add(end)
      // Whatever came of it, it can be done, and undone, afterwards.
      const id = end === 'apart' ? (await merge(ada, bob)).merge.id : await onlyMerge(ada)
      expect(await isWhole(ada, bob)).toBe('merged')
      await undoMerge(id, rig.agent, deps())
      expect(await isWhole(ada, bob)).toBe('apart')
    }
    expect(steps).toBeGreaterThan(15)
    expect([...ends].sort()).toEqual(['apart', 'merged'])
  })

  it('of an undoing leaves one that is done whole or not at all, and can be repeated', async () => {
    let steps = 0
    for (let died = true; died; ) {
      steps += 1
      await database.empty()
      const [ada, bob] = await adaAndBob()
      const { merge: done } = await merge(ada, bob)
      const dying = dyingAt(steps, when)
      await undoMerge(done.id, rig.agent, dying.deps).catch(() => undefined)
      died = dying.died()
      rig.state.nowMs += 120_000
      await finishMerges(deps())
      expect(await left()).toBe(0)
      await isWhole(ada, bob)
      await undoMerge(done.id, rig.agent, deps())
      expect(await isWhole(ada, bob)).toBe('apart')
    }
    expect(steps).toBeGreaterThan(12)
  })
})

/** Lets something whole happen just before the n-th call of a step, as if the process had stood still there. */
function standingStill(
  step: number,
  what: () => Promise<unknown>,
): { deps: MergeStepDeps; stood: () => boolean } {
  let left = step
  const still = <T extends object>(store: T): T =>
    new Proxy(store, {
      get(target, name, receiver) {
        const method: unknown = Reflect.get(target, name, receiver)
        if (typeof method !== 'function') return method
        return async (...args: unknown[]) => {
          left -= 1
          if (left === 0) await what()
          return Reflect.apply(method, target, args)
        }
      },
    })
  const { contacts, mergedContacts, merges, conversations } = database.stores
  const { bus, now } = rig.receiveDeps
  return {
    stood: () => left <= 0,
    deps: {
      contacts: still(contacts),
      mergedContacts: still(mergedContacts),
      merges: still(merges),
      conversations: still(conversations),
      bus,
      now,
    },
  }
}

describe('a process that stands still at a step until others have gone on', () => {
  it('moves nothing of a merge any more that was finished and undone meanwhile', async () => {
    for (let step = 1, stood = true; stood; step += 1) {
      await database.empty()
      const [ada, bob] = await adaAndBob()
      const still = standingStill(step, async () => {
        rig.state.nowMs += 120_000
        await finishMerges(deps())
        const done = await onlyMerge(ada)
        if (done !== '') await undoMerge(done, rig.agent, deps())
      })
      const before = await read(ada)
      await merge(ada, bob, still.deps).catch(() => undefined)
      stood = still.stood()
      rig.state.nowMs += 120_000
      await finishMerges(deps())
      expect(await left()).toBe(0)
      const end = await isWhole(ada, bob)
      // Where nobody else had begun with it, it is his to finish; else it is undone for good, and can be done anew.
      const [record] = await database.stores.merges.into(ada, 2)
      expect([record?.state, end]).toEqual(
        end === 'merged' ? ['done', 'merged'] : [record && 'undone', 'apart'],
      )
      if (end === 'apart') await merge(ada, bob)
      expect(await isWhole(ada, bob)).toBe('merged')
      expect(before?.emails).toEqual(['ada@example.com'])
    }
  })

  it('moves nothing of an undoing any more whose two were merged again meanwhile', async () => {
    for (let step = 1, stood = true; stood; step += 1) {
      await database.empty()
      const [ada, bob] = await adaAndBob()
      const { merge: first } = await merge(ada, bob)
      let again: string | undefined
      const still = standingStill(step, async () => {
        rig.state.nowMs += 120_000
        await finishMerges(deps())
        if ((await read(bob))?.mergedInto === undefined) again = (await merge(ada, bob)).merge.id
      })
      await undoMerge(first.id, rig.agent, still.deps).catch(() => undefined)
      stood = still.stood()
      rig.state.nowMs += 120_000
      await finishMerges(deps())
      expect(await left()).toBe(0)
      expect(await isWhole(ada, bob)).toBe(again === undefined ? 'apart' : 'merged')
      expect((await database.stores.merges.find(first.id))?.state).toBe('undone')
    }
  })

  it('leaves ids and conversations together where the one that stays goes elsewhere meanwhile', async () => {
    const ends = new Set<string>()
    for (let step = 1, stood = true; stood; step += 1) {
      await database.empty()
      const [ada, bob] = await adaAndBob()
      await rig.receive([from('top')])
      const top = await contactOf('top')
      const still = standingStill(step, () => merge(top, ada).catch(() => undefined))
      await merge(ada, bob, still.deps).catch(() => undefined)
      stood = still.stood()
      rig.state.nowMs += 120_000
      await finishMerges(deps())
      expect(await left()).toBe(0)
      const [one, other] = [await read(ada), await read(bob)]
      const home = other?.mergedInto ? (one?.mergedInto ?? ada) : bob
      expect(await homesOf('bob', ['bob', 'bob-2'])).toEqual([home])
      ends.add(home === bob ? 'apart' : home === ada ? 'merged' : 'merged on')
    }
    expect(ends.size).toBeGreaterThan(1)
  })
})

async function onlyMerge(ada: ContactId): Promise<string> {
  const [found] = await database.stores.merges.into(ada, 2)
  return found?.id ?? ''
}

describe('a contact that somebody changed after the merge was claimed', () => {
  it('makes what a crash left undecided come to nothing', async () => {
    let [ada, bob] = await adaAndBob()
    for (let step = 1; ; step += 1) {
      await merge(ada, bob, dyingAt(step, 'after').deps).catch(() => undefined)
      if ((await database.stores.mergedContacts.standingOf(bob)).isAbsorbed) break
      await database.empty()
      ;[ada, bob] = await adaAndBob()
    }
    expect((await database.stores.mergedContacts.standingOf(ada)).merges).toEqual([])
    const contact = await read(ada)
    if (!contact) throw new Error('there is Ada')
    await database.stores.contacts.updateContact(ada, contact.version, { ...contact, tags: ['vip'] })
    const other = await read(bob)
    if (!other) throw new Error('there is Bob')
    // Nobody changes him meanwhile: it would be lost.
    expect(await database.stores.contacts.updateContact(bob, other.version, other)).toBeUndefined()
    rig.state.nowMs += 120_000
    await finishMerges(deps())
    expect(await isWhole(ada, bob)).toBe('apart')
    expect((await read(ada))?.tags).toEqual(['vip'])
  })
})

type Method = 'findIdentities' | 'findContacts' | 'createMissing' | 'findCurrent'

/** Lets something whole happen just before or after the first call of a store's method in a projection. */
function interrupted(
  method: Method,
  when: 'before' | 'after',
  what: () => Promise<unknown>,
): ReceiveInboundDeps {
  let done = false
  const wrap = <T extends Stores['contacts'] | Stores['conversations']>(store: T): T =>
    new Proxy(store, {
      get(target, name, receiver) {
        const call: unknown = Reflect.get(target, name, receiver)
        if (name !== method || typeof call !== 'function') return call
        return async (...args: unknown[]) => {
          const run = async (): Promise<void> => {
            if (done) return
            done = true
            await what()
          }
          if (when === 'before') await run()
          const answer: unknown = await Reflect.apply(call, target, args)
          if (when === 'after') await run()
          return answer
        }
      },
    })
  const { contacts, conversations } = rig.receiveDeps
  return { ...rig.receiveDeps, contacts: wrap(contacts), conversations: wrap(conversations) }
}

const MOMENTS = (['findIdentities', 'findContacts', 'createMissing', 'findCurrent'] as const).flatMap(
  (method) => (['before', 'after'] as const).map((when) => ({ method, when })),
)

describe.each(MOMENTS)('a message in flight $when its projection calls $method', ({ method, when }) => {
  it('goes to the contact that stays when a merge comes in between', async () => {
    const [ada, bob] = await adaAndBob()
    const meanwhile = interrupted(method, when, () => merge(ada, bob))
    await receiveInbound([from('bob', 'bob-3'), from('bob')], meanwhile)
    expect(await homesOf('bob', ['bob', 'bob-2', 'bob-3'])).toEqual([ada])
    expect(await isWhole(ada, bob)).toBe('merged')
    expect((await read(bob))?.mergedInto).toBe(ada)
  })

  it('goes back with its channel when an undoing comes in between', async () => {
    const [ada, bob] = await adaAndBob()
    const { merge: done } = await merge(ada, bob)
    const meanwhile = interrupted(method, when, () => undoMerge(done.id, rig.agent, deps()))
    await receiveInbound([from('bob', 'bob-3'), from('bob')], meanwhile)
    expect(await homesOf('bob', ['bob', 'bob-2', 'bob-3'])).toEqual([bob])
    expect(await isWhole(ada, bob)).toBe('apart')
  })
})

describe('many messages while two contacts are merged and parted again and again', () => {
  it('are all there once, and each conversation is with whoever has its channel', async () => {
    const [ada, bob] = await adaAndBob()
    const before = await database.store.db.collection('contacts').countDocuments()
    const ROUNDS = 40
    let running = true
    const threads: string[] = []
    const writing = (async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        threads.push(`a-${round}`, `b-${round}`)
        await rig.receive([
          from('ada', `a-${round}`),
          from('bob', `b-${round}`),
          from('bob', `b-${Math.floor(round / 2)}`),
        ])
      }
      running = false
    })()
    let merges = 0
    while (running) {
      const outcome = await merge(ada, bob).catch(() => undefined)
      if (!outcome) continue
      merges += 1
      await undoMerge(outcome.merge.id, rig.agent, deps())
    }
    await writing
    expect(merges).toBeGreaterThan(2)
    expect(await left()).toBe(0)
    expect(await database.store.db.collection('contacts').countDocuments()).toBe(before)
    expect(await database.store.db.collection('messages').countDocuments({ kind: 'message' })).toBe(
      4 + ROUNDS * 3,
    )
    const ours = threads.filter((thread) => thread.startsWith('a'))
    const theirs = threads.filter((thread) => thread.startsWith('b'))
    expect(await homesOf('ada', ['ada', 'ada-2', ...ours])).toEqual([ada])
    expect(await homesOf('bob', ['bob', 'bob-2', ...theirs])).toEqual([bob])
  })
})
