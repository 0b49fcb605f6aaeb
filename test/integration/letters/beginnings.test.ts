/** Conversations that an agent begins: with whom, whose, and once. */
import { beforeEach, describe, expect, it } from 'vitest'
import { presentMessage } from '../../../src/services/present.ts'
import type { Principal } from '../../../src/services/principal.ts'
import { startConversation } from '../../../src/services/start-conversation.ts'
import { sharedDatabase } from '../../harness/database.ts'
import { ADA, LETTERS, type LetterRig, OWN, openLetterRig } from '../../harness/letter-rig.ts'
import { SCRIPTED, says } from '../../harness/path-rig.ts'

const database = sharedDatabase()
let rig: LetterRig

beforeEach(async () => {
  rig = await openLetterRig(database.stores)
})

const BOB = 'bob@example.net'
describe('a conversation begun by an agent', () => {
  it('is with a contact, is its author’s, and goes out', async () => {
    const { conversation, messages, repeated } = await rig.start({
      name: 'Bob',
      letter: { subject: 'Your order', cc: ['carl@example.net'] },
    })
    expect(repeated).toBe(false)
    expect(conversation).toMatchObject({
      identityExternalId: BOB,
      contactName: 'Bob',
      subject: 'Your order',
      status: 'open',
      assigneeId: rig.agent.agentId,
      routing: { status: 'settled' },
      lastMessage: { id: messages[0]?.id, direction: 'outbound' },
    })
    expect(conversation.threadKey).toBe(`out:${messages[0]?.id}`)
    const [contact] = await database.stores.contacts.findContacts([conversation.contactId])
    expect(contact).toMatchObject({ name: 'Bob', emails: [BOB] })
    const [identity] = await database.stores.contacts.findIdentities(rig.channelId, [BOB])
    expect(identity).toMatchObject({ verified: false })
    await rig.deliver(conversation.id)
    expect(rig.sent).toMatchObject([
      {
        id: messages[0]?.id,
        to: { identityExternalId: BOB },
        text: 'Good day.\n\n-- \nThe help desk',
        letter: {
          subject: 'Your order',
          to: [{ address: BOB }],
          cc: [{ address: 'carl@example.net' }],
          references: [],
        },
      },
    ])
    const told = rig.events.filter(
      (event) => 'conversation' in event && event.conversation.id === conversation.id,
    )
    expect(told.map(({ type }) => type)).toEqual([
      'conversation.created',
      'message.created',
      'conversation.assigned',
    ])
    expect(presentMessage(messages[0] as never)).toMatchObject({ status: 'queued' })
  })

  it('with somebody known is with him, and his name stays', async () => {
    const [before] = await database.stores.contacts.findIdentities(rig.channelId, [ADA])
    const { conversation } = await rig.start({ to: 'ADA@Example.ORG', name: 'Another name' })
    expect(conversation).toMatchObject({ contactId: before?.contactId, identityExternalId: ADA })
    expect(conversation.id).not.toBe(rig.id)
    expect(conversation.contactName).not.toBe('Another name')
  })

  it('is one for one client’s id, at once and after', async () => {
    const command = { clientMessageId: 'begun', name: 'Bob' }
    const all = await Promise.all([rig.start(command), rig.start(command), rig.start(command)])
    all.push(await rig.start(command))
    expect(new Set(all.map(({ conversation }) => conversation.id)).size).toBe(1)
    expect(new Set(all.flatMap(({ messages }) => messages.map(({ id }) => id))).size).toBe(1)
    expect(all.filter(({ repeated }) => !repeated)).toHaveLength(1)
    const id = all[0]?.conversation.id
    if (!id) throw new Error('nothing begun')
    await rig.deliver(id)
    expect(rig.sent).toHaveLength(1)
    // Also when it was closed for good meanwhile.
    const now = await database.stores.conversations.find(id)
    await database.stores.conversations.change(id, now?.version ?? 0, { status: 'resolved' })
    const closed = await database.stores.conversations.find(id)
    await database.stores.conversations.retire(closed ? [closed] : [])
    expect(await rig.start(command)).toMatchObject({ repeated: true, conversation: { id } })
  })

  it('goes on after a crash before its first message', async () => {
    const { messages } = database.stores
    const dying = { ...rig.deps, messages: { ...messages, record: () => Promise.reject(new Error('gone')) } }
    const command = { clientMessageId: 'cut', to: 'cut@example.net' }
    await expect(rig.start(command, dying)).rejects.toThrow('gone')
    const { conversation, messages: sent, repeated } = await rig.start(command)
    expect([repeated, sent.length]).toEqual([false, 1])
    expect((await rig.start(command)).conversation.id).toBe(conversation.id)
    expect((await rig.thread(conversation.id)).map(({ kind }) => kind)).toEqual(['message'])
  })

  it('is another one for another id', async () => {
    const [one, other] = [await rig.start(), await rig.start()]
    expect(one.conversation.id).not.toBe(other.conversation.id)
    expect(one.conversation.contactId).toBe(other.conversation.contactId)
  })

  it('is refused with its reason, and then nobody is made a contact', async () => {
    const refused = async (command: Parameters<LetterRig['start']>[0]) =>
      rig.start({ to: 'nobody@example.net', ...command }).then(
        () => 'begun',
        (error) => ({ code: error.code, ...error.details, ...error.details.members }),
      )
    expect(await refused({ to: 'no address' })).toMatchObject({ code: 'invalid-input', field: 'to' })
    expect(await refused({ to: OWN.toUpperCase() })).toMatchObject({ code: 'invalid-input', field: 'to' })
    expect(await refused({ text: ' ' })).toMatchObject({ code: 'message-refused', reason: 'empty' })
    expect(await refused({ channelId: 'f'.repeat(24) })).toMatchObject({
      code: 'not-found',
      field: 'channelId',
    })
    const cc = Array.from({ length: 9 }, (_, index) => `a${index}@example.org`)
    expect(await refused({ letter: { cc } })).toMatchObject({ reason: 'too-many-recipients', actual: 10 })
    rig.state.paused = true
    expect(await refused({})).toMatchObject({ code: 'channel-paused' })
    rig.state.paused = false
    expect(await database.stores.contacts.findIdentities(rig.channelId, ['nobody@example.net'])).toEqual([])
    expect(await refused({})).toBe('begun')
  })

  it('needs a channel on which one may begin, the permission, and a channel in sight', async () => {
    const closed = await openLetterRig(database.stores, {
      capabilities: { ...LETTERS, startConversation: 'absent' },
    })
    await expect(closed.start()).rejects.toMatchObject({
      details: { members: { reason: 'start-unsupported' } },
    })
    const command = { clientMessageId: 'x', channelId: rig.channelId, to: BOB, text: 'x', attachmentIds: [] }
    const as = (change: Partial<Principal>) =>
      startConversation(command, { ...rig.agent, ...change }, rig.deps)
    await expect(as({ permissions: new Set() })).rejects.toMatchObject({ code: 'permission-denied' })
    await expect(as({ channels: new Set() })).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('where each customer has one thread', () => {
  beforeEach(async () => {
    rig = await openLetterRig(database.stores, {
      capabilities: { ...SCRIPTED, startConversation: 'native' },
    })
  })

  it('his answer comes back into what was begun', async () => {
    const { conversation } = await rig.start({ to: '+491234' })
    await rig.deliver(conversation.id)
    expect(rig.sent[0]).not.toHaveProperty('letter')
    await rig.receive([rig.entry(says('Yes?', 'answer', '+491234'))])
    expect((await rig.thread(conversation.id)).map(({ text }) => text)).toEqual(['Good day.', 'Yes?'])
  })

  it('a conversation under way is the one; one that is over is followed by another', async () => {
    const first = await rig.start({ to: ADA })
    expect(first.conversation.id).toBe(rig.id)
    expect((await rig.thread(rig.id)).map(({ text }) => text)).toEqual(['It is broken.', 'Good day.'])
    const now = await database.stores.conversations.find(rig.id)
    await database.stores.conversations.change(rig.id, now?.version ?? 0, { status: 'resolved' })
    const next = await rig.start({ to: ADA })
    expect(next.conversation).toMatchObject({ previousId: rig.id, status: 'open' })
    expect(next.conversation.id).not.toBe(rig.id)
    const { id, version } = next.conversation
    await database.stores.conversations.change(id, version, { status: 'resolved', filed: 'spam' })
    const last = await rig.start({ to: ADA })
    expect(last.conversation).toMatchObject({ previousId: id, status: 'open' })
    expect(last.conversation).not.toHaveProperty('filed')
  })
})
