import { Readable } from 'node:stream'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Connector } from '../../../src/contract/connector.ts'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import type { InboundEvent } from '../../../src/contract/inbound-event.ts'
import type { MessageId } from '../../../src/domain/ids.ts'
import type { AttachmentView } from '../../../src/domain/views.ts'
import { createFetchAttachment } from '../../../src/services/fetch-attachment.ts'
import { fetchWaitingFile } from '../../../src/services/fetch-waiting-file.ts'
import { listMessages } from '../../../src/services/list-messages.ts'
import { type LookUp, lookUpIdentity } from '../../../src/services/look-up-identity.ts'
import { openAttachmentForAgent } from '../../../src/services/open-attachment.ts'
import { freshId } from '../../../src/store/object-id.ts'
import { freshDatabase } from '../../harness/database.ts'
import { createPathRig, type PathRig } from '../../harness/path-rig.ts'

const database = freshDatabase()
let rig: PathRig

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAYAAAC56t6BAAAAEUlEQVR4nGP4z8DwH4QZYAwAR8oH+Rq28akAAAAASUVORK5CYII=',
  'base64',
)

beforeEach(() => {
  rig = createPathRig(database.stores)
})

const picture = (id: string, change: object = {}): InboundEvent => ({
  type: 'message',
  externalId: id,
  identity: { externalId: 'ada', verified: true },
  text: '',
  attachments: [
    { kind: 'remote', ref: `ref-${id}`, name: `${id}.png`, contentType: 'image/png', fetchAtOnce: true },
  ],
  ...change,
})

/** Fetches from a platform that answers as the test says. */
function fetching(answer: (ref: string) => Promise<Readable>) {
  const asked: string[] = []
  const fetchAttachment = createFetchAttachment({
    attachments: database.stores.attachments,
    fetchRemote: (_, { ref }) => {
      asked.push(ref)
      return answer(ref)
    },
    clock: () => rig.state.nowMs,
    maxBytes: 10_000,
  })
  const deps = {
    ...database.stores,
    fetchAttachment,
    bus: rig.receiveDeps.bus,
    now: () => rig.state.nowMs,
    random: () => 0.5,
  }
  const work = async (): Promise<void> => {
    while (await fetchWaitingFile(deps));
  }
  return { asked, work, deps, fetchAttachment }
}

const later = (): ConnectorError =>
  new ConnectorError({ code: 'platform-unavailable', retry: 'later', delivery: 'not-sent' })

async function files(): Promise<readonly AttachmentView[]> {
  const { id } = await rig.conversation()
  const { items } = await listMessages(id, { limit: 10 }, rig.agent, database.stores)
  return items.flatMap(({ attachments }) => attachments)
}

describe('a file that its platform does not keep', () => {
  it('is fetched without being asked for, and screens see it appear', async () => {
    await rig.receive([rig.entry(picture('p1'))])
    expect(await files()).toMatchObject([{ name: 'p1.png', state: 'fetching', sizeBytes: 0 }])
    const { work, asked } = fetching(async () => Readable.from([PNG]))
    await work()
    const shown = { name: 'p1.png', contentType: 'image/png', sizeBytes: PNG.length, width: 2, height: 3 }
    const [file] = await files()
    expect(file).toMatchObject(shown)
    expect(file?.state).toBeUndefined()
    const updated = rig.events.flatMap((event) => (event.type === 'message.updated' ? [event.message] : []))
    expect(updated).toMatchObject([{ version: 2, attachments: [shown] }])
    await work()
    expect(asked).toEqual(['ref-p1'])
  })

  it('is not fetched twice when somebody opened it first', async () => {
    await rig.receive([rig.entry(picture('p1'))])
    const { work, asked, fetchAttachment } = fetching(async () => Readable.from([PNG]))
    const [file] = await files()
    const opened = await openAttachmentForAgent(file?.id ?? '', rig.agent, {
      ...database.stores,
      fetchAttachment,
    })
    expect(opened.sizeBytes).toBe(PNG.length)
    await work()
    expect(asked).toHaveLength(1)
    expect((await files())[0]).toMatchObject({ sizeBytes: PNG.length })
    expect((await files())[0]?.state).toBeUndefined()
  })

  it('is tried again after a while, and given up after a day', async () => {
    let isDown = true
    await rig.receive([rig.entry(picture('p1'))])
    const { work, asked } = fetching(async () => {
      if (isDown) throw later()
      return Readable.from([PNG])
    })
    await work()
    await work()
    expect(asked).toHaveLength(1)
    expect((await files())[0]?.state).toBe('fetching')
    isDown = false
    rig.state.nowMs += 60_000
    await work()
    expect((await files())[0]?.state).toBeUndefined()

    await rig.receive([rig.entry(picture('p2'))])
    isDown = true
    for (let hour = 0; hour < 26; hour += 1) {
      await work()
      rig.state.nowMs += 3_600_000 * 1.3
    }
    expect((await files()).map(({ name, state }) => [name, state])).toEqual([
      ['p2.png', 'gone'],
      ['p1.png', undefined],
    ])
    const tries = asked.length
    await work()
    expect(asked).toHaveLength(tries)
  })

  it('is honestly gone when the platform does not have it, or too large', async () => {
    await rig.receive([rig.entry(picture('p1')), rig.entry(picture('p2'))])
    const { work } = fetching(async (ref) => {
      if (ref === 'ref-p1') throw new ConnectorError({ code: 'gone', retry: 'never', delivery: 'not-sent' })
      return Readable.from([Buffer.alloc(10_001)])
    })
    await work()
    expect((await files()).map(({ name, state }) => [name, state])).toEqual([
      ['p2.png', 'too-large'],
      ['p1.png', 'gone'],
    ])
  })

  it('is found in an album by the part that it came with, and is gone with it', async () => {
    await rig.receive([rig.entry(picture('p2', { groupKey: 'a' }))])
    await rig.receive([rig.entry(picture('p1', { groupKey: 'a' }))])
    const { work, fetchAttachment } = fetching(async () => Readable.from([PNG]))
    await work()
    const both = await files()
    expect(both.map(({ name, sizeBytes, state }) => [name, sizeBytes, state])).toEqual([
      ['p1.png', PNG.length, undefined],
      ['p2.png', PNG.length, undefined],
    ])
    await rig.receive([rig.entry({ type: 'message-deleted', externalId: 'p1', deletedAtMs: 5 })])
    const open = (index: number) =>
      openAttachmentForAgent(both[index]?.id ?? '', rig.agent, { ...database.stores, fetchAttachment })
    await expect(open(0)).rejects.toMatchObject({ code: 'not-found' })
    expect((await open(1)).sizeBytes).toBe(PNG.length)
  })

  it('is neither noted nor fetched once more when the platform delivers its message again', async () => {
    const pictures = [
      picture('p1'),
      picture('a1', { groupKey: 'a' }),
      picture('a2', { groupKey: 'a' }),
    ] as const
    await rig.receive(pictures.map((event) => rig.entry(event)))
    const { work, asked } = fetching(async () => Readable.from([PNG]))
    await work()
    const before = await files()
    rig.state.nowMs += 600_000
    for (const event of pictures) await rig.receive([rig.entry(event)])
    await rig.receive(pictures.map((event) => rig.entry(event)))
    await work()
    expect(asked).toEqual(['ref-p1', 'ref-a1', 'ref-a2'])
    expect(await database.store.db.collection('attachments').countDocuments()).toBe(3)
    expect(await files()).toEqual(before)
  })

  it('goes when its message never came to be, and stays when it did', async () => {
    await rig.receive([rig.entry(picture('p1'))])
    const unrecorded = freshId() as MessageId
    const { id } = await rig.conversation()
    const uploader = { kind: 'visitor', id: 'ada', channelId: rig.channelId } as const
    const file = { ref: 'x', position: 0, name: 'x.png', contentType: 'image/png', sizeBytes: 0 }
    const { attachments } = database.stores
    const link = { conversationId: id, messageId: unrecorded }
    await attachments.linkRemote([{ ...file, fetchAtOnce: true }], uploader, link, rig.state.nowMs)
    const { work, deps } = fetching(async () => Readable.from([PNG]))
    await work()
    // Who is not recorded for long is not looked for each second.
    const { claim } = database.stores.waitingFiles
    let looks = 0
    const counted = {
      ...deps,
      waitingFiles: {
        ...database.stores.waitingFiles,
        claim: async (...args: Parameters<typeof claim>) => {
          looks += 1
          return claim(...args)
        },
      },
    }
    for (let second = 0; second < 300; second += 1) {
      rig.state.nowMs += 1_000
      while (await fetchWaitingFile(counted));
    }
    expect(looks - 300).toBeLessThan(10)
    expect(await attachments.sweep(new Date(rig.state.nowMs + 2 * 86_400_000))).toBe(1)
    expect((await files()).map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([['p1.png', PNG.length]])
    expect(await attachments.sweep(new Date(rig.state.nowMs + 9 * 86_400_000))).toBe(0)
    const [shown] = await files()
    expect((await attachments.get(shown?.id ?? '')).state).toBe('stored')
  })

  it('is not fetched for a message that was deleted', async () => {
    await rig.receive([
      rig.entry(picture('p1'), { type: 'message-deleted', externalId: 'p1', deletedAtMs: 5 }),
    ])
    const { work, asked } = fetching(async () => Readable.from([PNG]))
    await work()
    expect(asked).toEqual([])
  })
})

describe('who somebody is', () => {
  let wanted: LookUp[]
  let facts: Awaited<ReturnType<NonNullable<Connector['lookUpIdentity']>>>
  let isDown: boolean
  let avatar: () => Readable

  beforeEach(() => {
    wanted = []
    facts = { displayName: 'Ada Lovelace', email: 'Ada@Example.com', verified: true }
    isDown = false
    avatar = () => Readable.from([PNG])
    rig = createPathRig(database.stores, {
      connector: {
        ...({
          type: 'scripted',
          displayName: 'Scripted',
          summary: '',
          configFields: [],
          check: async () => ({ ok: true }),
          send: async () => ({ externalId: 'x' }),
          inbound: {
            kind: 'webhook',
            maxBodyBytes: 1_000,
            verify: () => ({ ok: false, code: 'invalid-signature' }),
            parse: ({ body }: { body: Uint8Array }) => JSON.parse(Buffer.from(body).toString()),
            acknowledge: () => ({ status: 200 }),
          },
        } as unknown as Connector),
        capabilities: () => ({ workType: 'messaging' }) as ReturnType<Connector['capabilities']>,
        lookUpIdentity: async () => {
          if (isDown) throw later()
          return facts
        },
        fetchAttachment: async () => avatar(),
      },
    })
    Object.assign(rig.receiveDeps, { wantLookUp: (one: LookUp) => void wanted.push(one) })
  })

  const lookUp = async (): Promise<void> => {
    for (const one of wanted.splice(0))
      await lookUpIdentity(one, {
        ...database.stores,
        findChannel: rig.receiveDeps.findChannel as never,
        contextOf: rig.deliverDeps.contextOf,
        bus: rig.receiveDeps.bus,
        now: () => rig.state.nowMs,
        onPictureFailure: () => undefined,
      })
  }
  const identity = async () => {
    const [found] = await database.stores.contacts.findIdentities(rig.channelId, ['ada'])
    if (!found) throw new Error('nobody')
    const [contact] = await database.stores.contacts.findContacts([found.contactId])
    return { identity: found, contact }
  }
  const says = (id: string): InboundEvent => picture(id, { attachments: [], text: 'hello' })

  it('is asked after the first message; name and address are kept, and the thread bears the name', async () => {
    await rig.receive([rig.entry(says('m1'))])
    await lookUp()
    const { contact } = await identity()
    expect(contact).toMatchObject({ name: 'Ada Lovelace', emails: ['ada@example.com'] })
    const conversation = await rig.conversation()
    expect(conversation.contactName).toBe('Ada Lovelace')
    expect((await rig.thread(conversation.id)).map(({ author }) => author.name)).toEqual(['Ada Lovelace'])
    expect(rig.events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['contact.updated', 'conversation.updated', 'message.updated']),
    )
    await rig.receive([rig.entry(says('m2'))])
    expect(wanted).toEqual([])
    rig.state.nowMs += 8 * 86_400_000
    await rig.receive([rig.entry(says('m3'))])
    expect(wanted).toHaveLength(1)
  })

  it('leaves a name that an agent wrote, and says nothing of addresses that nobody vouches for', async () => {
    await rig.receive([rig.entry(says('m1'))])
    const { contact } = await identity()
    if (!contact) throw new Error('nobody')
    await database.stores.contacts.updateContact(contact.id, contact.version, {
      ...contact,
      name: 'The boss',
    })
    facts = { displayName: 'Ada', email: 'ada@example.com', verified: false }
    await lookUp()
    expect((await identity()).contact).toMatchObject({ name: 'The boss', emails: [] })
  })

  it('is asked again some time after a failure', async () => {
    isDown = true
    await rig.receive([rig.entry(says('m1'))])
    await expect(lookUp()).rejects.toThrow()
    await rig.receive([rig.entry(says('m2'))])
    expect(wanted).toEqual([])
    isDown = false
    rig.state.nowMs += 11 * 60_000
    await rig.receive([rig.entry(says('m3'))])
    await lookUp()
    expect((await identity()).contact?.name).toBe('Ada Lovelace')
  })

  it('comes with a picture, for whoever may see the channel', async () => {
    facts = { verified: true, avatar: { kind: 'remote', ref: 'a', name: 'a.png' } }
    await rig.receive([rig.entry(says('m1'))])
    await lookUp()
    const { identity: first } = await identity()
    const open = (agent = rig.agent) =>
      openAttachmentForAgent(first.avatarId ?? '', agent, {
        ...database.stores,
        fetchAttachment: async (file) => file,
      })
    const opened = await open()
    expect(opened).toMatchObject({ contentType: 'image/png', showable: true })
    await database.stores.attachments.sweep(new Date(rig.state.nowMs + 2 * 86_400_000))
    expect((await open()).id).toBe(first.avatarId)
    const stranger = { ...rig.agent, channels: new Set<never>() }
    await expect(open(stranger)).rejects.toMatchObject({ code: 'not-found' })
    rig.state.nowMs += 8 * 86_400_000
    await rig.receive([rig.entry(says('m2'))])
    await lookUp()
    const { identity: second } = await identity()
    expect(second.avatarId).not.toBe(first.avatarId)
    await expect(database.stores.attachments.get(first.avatarId ?? '')).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  it('takes nothing for a picture that is none, or too large', async () => {
    for (const bytes of [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), Buffer.alloc(1_100_000)]) {
      await database.empty()
      avatar = () => Readable.from([bytes])
      facts = { displayName: 'Ada', verified: true, avatar: { kind: 'remote', ref: 'a', name: 'a.png' } }
      await rig.receive([rig.entry(says('m1'))])
      await lookUp()
      const { identity: found, contact } = await identity()
      expect(found.avatarId).toBeUndefined()
      expect(contact?.name).toBe('Ada')
    }
  })
})
