import { beforeEach, describe, expect, it } from 'vitest'
import type { InboundEvent } from '../../../src/contract/inbound-event.ts'
import type { MessageView } from '../../../src/domain/views.ts'
import { listMessages } from '../../../src/services/list-messages.ts'
import { readContact } from '../../../src/services/manage-contacts.ts'
import { freshDatabase } from '../../harness/database.ts'
import { createPathRig, type PathRig, says } from '../../harness/path-rig.ts'
import { permutations } from '../../harness/permutations.ts'

const database = freshDatabase()
let rig: PathRig

beforeEach(() => {
  rig = createPathRig(database.stores)
})

type Message = Extract<InboundEvent, { type: 'message' }>
const message = (text: string, externalId: string, change: Partial<Message> = {}): Message => ({
  ...(says(text, externalId) as Message),
  ...change,
})
const views = async (threadKey?: string): Promise<readonly MessageView[]> => {
  const { id } = await rig.conversation(threadKey)
  return [...(await listMessages(id, { limit: 100 }, rig.agent, database.stores)).items].reverse()
}
const told = (type: 'message.created' | 'message.updated'): readonly MessageView[] =>
  rig.events.flatMap((event) => (event.type === type ? [event.message] : []))

describe('formatting and cards', () => {
  it('are kept as far as they fit', async () => {
    await rig.receive([
      rig.entry(
        message('see here', 'm1', {
          spans: [
            { kind: 'link', offset: 4, length: 4, url: 'javascript:alert(1)' },
            { kind: 'link', offset: 4, length: 4, url: 'https://example.com/' },
            { kind: 'bold', offset: 0, length: 3 },
            { kind: 'italic', offset: 2, length: 3 },
            { kind: 'bold', offset: 5, length: 50 },
          ],
          cards: [
            { kind: 'location', latitude: 52, longitude: 13, name: 'Office' },
            { kind: 'location', latitude: 520, longitude: 13 },
          ],
        }),
      ),
    ])
    const kept = {
      spans: [
        { kind: 'bold', offset: 0, length: 3 },
        { kind: 'link', offset: 4, length: 4, url: 'https://example.com/' },
      ],
      cards: [{ kind: 'location', latitude: 52, longitude: 13, name: 'Office' }],
    }
    expect(await views()).toMatchObject([kept])
    expect(told('message.created')).toMatchObject([kept])
  })

  it('let lists show what a message without text holds', async () => {
    await rig.receive([rig.entry(message('', 'm1', { cards: [{ kind: 'choice', label: 'Yes please' }] }))])
    expect((await rig.conversation()).lastMessage?.preview).toBe('Yes please')
  })

  it('are those of the edit that was made last, whichever came last', async () => {
    const edit = (text: string, editedAtMs: number): InboundEvent => ({
      type: 'message-edited',
      externalId: 'm1',
      text,
      spans: [{ kind: 'bold', offset: 0, length: text.length }],
      editedAtMs,
    })
    for (const order of permutations([message('first', 'm1'), edit('older', 10), edit('newest', 20)])) {
      await database.empty()
      rig = createPathRig(database.stores)
      for (const event of order) await rig.receive([rig.entry(event)])
      expect(await views()).toMatchObject([
        { text: 'newest', spans: [{ kind: 'bold', offset: 0, length: 6 }] },
      ])
    }
  })

  it('go with what is deleted', async () => {
    await rig.receive([
      rig.entry(message('bold', 'm1', { spans: [{ kind: 'bold', offset: 0, length: 4 }] }), {
        type: 'message-deleted',
        externalId: 'm1',
        deletedAtMs: 5,
      }),
    ])
    const [view] = await views()
    expect(view).toMatchObject({ text: '' })
    expect(view?.spans).toBeUndefined()
  })
})

describe('an answer', () => {
  it('shows what it answers, in lists and in events', async () => {
    await rig.receive([rig.entry(message('which colour?', 'm1'))])
    await rig.receive([rig.entry(message('blue', 'm2', { replyToExternalId: 'm1' }))])
    const replyTo = { authorName: 'ada', preview: 'which colour?' }
    expect((await views())[1]).toMatchObject({ text: 'blue', replyTo })
    expect(told('message.created')[1]).toMatchObject({ replyTo })
  })

  it('finds what comes only after it, and nothing of what was deleted', async () => {
    await rig.receive([rig.entry(message('blue', 'm2', { replyToExternalId: 'm1' }))])
    expect((await views())[0]?.replyTo).toBeUndefined()
    await rig.receive([rig.entry(message('which colour?', 'm1'))])
    expect((await views())[0]?.replyTo).toMatchObject({ preview: 'which colour?' })
    await rig.receive([rig.entry({ type: 'message-deleted', externalId: 'm1', deletedAtMs: 5 })])
    expect((await views())[0]?.replyTo).toMatchObject({ preview: 'This message was deleted' })
  })
})

describe('reactions', () => {
  const reaction = (who: string, emoji: string, removed = false): InboundEvent => ({
    type: 'reaction',
    externalId: 'm1',
    identity: { externalId: who, verified: false, ...(who === 'eve' ? { displayName: 'Eve' } : {}) },
    emoji,
    removed,
  })

  it('are shown with who reacted', async () => {
    await rig.receive([rig.entry(message('look', 'm1'))])
    await rig.receive([rig.entry(reaction('ada', '👍'), reaction('eve', '🎉'), reaction('ada', '👍'))])
    expect((await views())[0]?.reactions).toEqual([
      { emoji: '🎉', by: 'Eve' },
      { emoji: '👍', by: 'ada' },
    ])
    await rig.receive([rig.entry(reaction('ada', '👍', true), reaction('eve', '👎'))])
    expect((await views())[0]?.reactions).toEqual([
      { emoji: '🎉', by: 'Eve' },
      { emoji: '👎', by: 'Eve' },
    ])
    expect(told('message.updated').at(-1)?.reactions).toHaveLength(2)
  })
})

describe('what a customer says of messages', () => {
  const consent = (optedOut: boolean, atMs: number, who = 'ada'): InboundEvent => ({
    type: 'consent',
    identity: { externalId: who, verified: true },
    optedOut,
    atMs,
  })
  const identity = async (who = 'ada') => {
    const [found] = await database.stores.contacts.findIdentities(rig.channelId, [who])
    if (!found) throw new Error('nobody')
    return (await readContact(found.contactId, rig.agent, database.stores)).identities[0]
  }
  const lines = async () => (await views()).flatMap(({ event }) => (event ? [event.name] : []))

  it('is kept with him and stands in the conversation, once', async () => {
    const entry = rig.entry(message('STOP', 'm1'), consent(true, 1_000))
    await rig.receive([entry])
    await rig.receive([entry])
    expect((await identity())?.optedOutAt).toBe('1970-01-01T00:00:01.000Z')
    expect(await lines()).toEqual(['opted-out'])
    expect(rig.events.filter(({ type }) => type === 'contact.updated')).toHaveLength(1)
    await rig.receive([rig.entry(message('START', 'm2'), consent(false, 2_000))])
    expect((await identity())?.optedOutAt).toBeUndefined()
    expect(await lines()).toEqual(['opted-out', 'opted-in'])
  })

  it('counts by when it was said', async () => {
    for (const order of permutations([consent(true, 1_000), consent(false, 2_000), consent(true, 3_000)])) {
      await database.empty()
      rig = createPathRig(database.stores)
      for (const event of order) await rig.receive([rig.entry(event)])
      expect((await identity())?.optedOutAt).toBe('1970-01-01T00:00:03.000Z')
    }
  })

  it('is as old as the message that says it, however often both are brought', async () => {
    const said = (optedOut: boolean, externalId: string, atMs: number) =>
      rig.entryOf({
        body: Buffer.from(
          JSON.stringify([
            message(optedOut ? 'STOP' : 'START', externalId),
            { ...consent(optedOut, atMs), saidIn: externalId },
          ]),
        ),
        receivedAtMs: atMs,
      })
    const day = 86_400_000
    await rig.receive([said(false, 'm1', day)])
    await rig.receive([said(true, 'm2', 2 * day)])
    // Whoever caught the call brings it again when nothing of it is in the journal any more.
    await rig.receive([said(false, 'm1', 90 * day)])
    expect((await identity())?.optedOutAt).toBe('1970-01-03T00:00:00.000Z')
    expect(await lines()).toEqual(['opted-out'])
    await rig.receive([said(false, 'm3', 91 * day)])
    await rig.receive([said(true, 'm2', 92 * day)])
    expect((await identity())?.optedOutAt).toBeUndefined()
  })

  it('is older than the message that a platform refuses because of it, however late it says so', async () => {
    await rig.receive([rig.entry(message('hello', 'm1'))])
    const { id } = await rig.conversation()
    await rig.reply(id, 'hello')
    await rig.deliver(id)
    const writtenAtMs = rig.state.nowMs
    const refused = (afterMs: number) =>
      rig.entry({
        type: 'status',
        externalId: `out-${rig.sent[0]?.id}`,
        status: 'failed',
        atMs: writtenAtMs + afterMs,
        errorCode: 'opted-out',
        optedOut: true,
      })
    await rig.receive([refused(2_000)])
    expect((await identity())?.optedOutAt).toBe(new Date(writtenAtMs).toISOString())
    await rig.receive([rig.entry(message('START', 'm2'), consent(false, writtenAtMs + 5_000))])
    await rig.receive([refused(9_000)])
    expect((await identity())?.optedOutAt).toBeUndefined()
    expect(await lines()).toEqual(['opted-out', 'opted-in'])
  })

  it('is also what a platform says that refuses a message to him', async () => {
    await rig.receive([rig.entry(message('hello', 'm1'))])
    const { id } = await rig.conversation()
    await rig.reply(id, 'hello')
    await rig.deliver(id)
    const externalId = `out-${rig.sent[0]?.id}`
    await rig.receive([
      rig.entry({
        type: 'status',
        externalId,
        status: 'failed',
        atMs: 5_000,
        errorCode: 'opted-out',
        optedOut: true,
      }),
    ])
    expect((await identity())?.optedOutAt).toBe('1970-01-01T00:00:05.000Z')
    expect(await lines()).toEqual(['opted-out'])
  })
})

describe('a thread that moves', () => {
  const moved: InboundEvent = { type: 'thread-moved', fromThreadKey: 'group', toThreadKey: 'supergroup' }

  it('goes on in its conversation, also where all comes in one batch', async () => {
    await rig.receive([
      rig.entry(message('before', 'm1', { threadKey: 'group' })),
      rig.entry(moved),
      rig.entry(message('after', 'm2', { threadKey: 'supergroup' })),
    ])
    expect((await views('supergroup')).map(({ text }) => text)).toEqual(['before', 'after'])
    expect(await database.stores.conversations.findCurrent(rig.channelId, ['group'])).toEqual([])
  })

  it('leaves two conversations be where the new key had one already', async () => {
    await rig.receive([rig.entry(message('before', 'm1', { threadKey: 'group' }))])
    await rig.receive([rig.entry(message('after', 'm2', { threadKey: 'supergroup' }))])
    await rig.receive([rig.entry(moved), rig.entry(moved)])
    expect((await views('supergroup')).map(({ text }) => text)).toEqual(['after'])
    expect((await views('group')).map(({ text }) => text)).toEqual(['before'])
  })
})

describe('several people in one thread', () => {
  it('each keep their own name, and answers go to the thread', async () => {
    const from = (who: string, id: string): Message =>
      message(`${who} says`, id, {
        threadKey: 'room',
        identity: { externalId: who, verified: true, displayName: who },
      })
    await rig.receive([rig.entry(from('ada', 'm1'))])
    await rig.receive([rig.entry(from('bob', 'm2'))])
    await rig.receive([rig.entry(from('ada', 'm3'))])
    const conversation = await rig.conversation('room')
    const shown = await views('room')
    expect(shown.map(({ author }) => author.name)).toEqual(['ada', 'bob', 'ada'])
    const [bob] = await database.stores.contacts.findIdentities(rig.channelId, ['bob'])
    expect(shown[1]?.author.id).toBe(bob?.contactId)
    expect(conversation).toMatchObject({ contactName: 'ada', unreadCount: 3 })
    await rig.reply(conversation.id, 'hello all')
    await rig.deliver(conversation.id)
    expect(rig.sent[0]?.to).toEqual({ identityExternalId: 'ada', threadKey: 'room' })
  })
})
