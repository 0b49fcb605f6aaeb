import { beforeEach, describe, expect, it } from 'vitest'
import type { InboundEvent } from '../../../src/contract/inbound-event.ts'
import { deliverConversation } from '../../../src/services/deliver-messages.ts'
import { retryMessage } from '../../../src/services/retry-message.ts'
import { sendReply } from '../../../src/services/send-reply.ts'
import { freshDatabase } from '../../harness/database.ts'
import { ANNA, CHANNEL, type Office, openOffice, principalOf } from '../../harness/office.ts'
import { entryOf, said, scriptedChannel, scriptedConnector } from '../../harness/scripted-channel.ts'

const database = freshDatabase()
let office: Office

beforeEach(() => {
  office = openOffice(database.stores, [scriptedChannel(CHANNEL)])
})

const edited = (externalId: string, text: string, editedAtMs = 1): InboundEvent => ({
  type: 'message-edited',
  externalId,
  text,
  editedAtMs,
})
const deleted = (externalId: string): InboundEvent => ({
  type: 'message-deleted',
  externalId,
  deletedAtMs: 9,
})
const previewOf = async (): Promise<string | undefined> => (await office.thread('u')).lastMessage?.preview
const toldPreviews = (): (string | undefined)[] =>
  office.events.flatMap((event) =>
    event.type === 'conversation.updated' ? [event.conversation.lastMessage?.preview] : [],
  )

describe('what a list says of the last message', () => {
  beforeEach(() => office.receive(entryOf(CHANNEL, [said('u', 'm1')]), entryOf(CHANNEL, [said('u', 'm2')])))

  it('follows an edit and a deletion, and screens are told with a new version', async () => {
    const before = await office.thread('u')
    office.events.length = 0
    await office.receive(entryOf(CHANNEL, [edited('m2', 'better')]))
    expect(await previewOf()).toBe('better')
    await office.receive(entryOf(CHANNEL, [deleted('m2')]))
    expect(await previewOf()).toBe('This message was deleted')
    expect(toldPreviews()).toEqual(['better', 'This message was deleted'])
    expect((await office.thread('u')).version).toBe(before.version + 2)
  })

  it('stays as it is when an earlier message changes', async () => {
    const before = await office.thread('u')
    await office.receive(entryOf(CHANNEL, [edited('m1', 'better'), deleted('m1')]))
    expect(await office.thread('u')).toEqual(before)
  })

  it('changes once, however often the news comes', async () => {
    const entry = entryOf(CHANNEL, [edited('m2', 'better')])
    await office.receive(entry)
    const after = await office.thread('u')
    await office.receive(entry)
    await office.receive(entryOf(CHANNEL, [edited('m2', 'worse', 0)]))
    expect(await office.thread('u')).toEqual(after)
  })

  it('follows also when the run that changed the message ended at once', async () => {
    const { conversations } = database.stores
    const change = () => Promise.reject(new Error('died'))
    const dying = openOffice({ ...database.stores, conversations: { ...conversations, change } }, [
      scriptedChannel(CHANNEL),
    ])
    const entry = entryOf(CHANNEL, [edited('m2', 'better')])
    await expect(dying.receive(entry)).rejects.toThrow('died')
    expect(await previewOf()).toBe('text of m2')
    await office.receive(entry)
    expect(await previewOf()).toBe('better')
  })

  it('follows an edit that came before its message', async () => {
    const entry = entryOf(CHANNEL, [said('u', 'm3')])
    await office.receive(entryOf(CHANNEL, [edited('m3', 'better')]))
    const { conversations } = database.stores
    const change = () => Promise.reject(new Error('died'))
    const dying = openOffice({ ...database.stores, conversations: { ...conversations, change } }, [
      scriptedChannel(CHANNEL),
    ])
    await expect(dying.receive(entry)).rejects.toThrow('died')
    await office.receive(entry)
    expect(await previewOf()).toBe('better')
  })

  it('follows an edit by another node that came just before the conversation knew of the message', async () => {
    const { conversations, messages } = database.stores
    let release = (): void => undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const applyInbound: typeof conversations.applyInbound = async (...args) => {
      await released
      return conversations.applyInbound(...args)
    }
    const slow = openOffice({ ...database.stores, conversations: { ...conversations, applyInbound } }, [
      scriptedChannel(CHANNEL),
    ])
    const receiving = slow.receive(entryOf(CHANNEL, [said('u', 'm3')]))
    const textOf = async () => (await messages.findByExternalIds(CHANNEL, ['m3']))[0]?.text
    await expect.poll(textOf).toBe('text of m3')
    const editing = office.receive(entryOf(CHANNEL, [edited('m3', 'better')]))
    await expect.poll(textOf).toBe('better')
    release()
    await Promise.all([receiving, editing])
    expect(await previewOf()).toBe('better')
  })

  it('ends with the newest text when several nodes edit at the same moment', async () => {
    const nodes = Array.from({ length: 4 }, () => openOffice(database.stores, [scriptedChannel(CHANNEL)]))
    await Promise.all(
      Array.from({ length: 6 }, (_, round) =>
        nodes.map((node, which) => {
          const index = round * nodes.length + which
          return node.receive(entryOf(CHANNEL, [edited('m2', `text ${index}`, index + 1)]))
        }),
      ).flat(),
    )
    expect(await previewOf()).toBe('text 23')
  })
})

describe('a reply that fails', () => {
  it('is marked in the list, and no more once somebody sends it again', async () => {
    let isDown = true
    const connector = scriptedConnector({
      capabilities: { retry: { maxAttempts: 1, firstDelayMs: 1, longestDelayMs: 1 } },
      send: ({ id }) => {
        if (isDown) throw new Error('down')
        return { externalId: `sent-${id}` }
      },
    })
    office = openOffice(database.stores, [scriptedChannel(CHANNEL, connector)])
    await office.receive(entryOf(CHANNEL, [said('u', 'm1')]))
    const { id } = await office.thread('u')
    await sendReply(
      id,
      { clientMessageId: 'r', text: 'Hello', attachmentIds: [] },
      principalOf(ANNA),
      office.deps,
    )
    await deliverConversation(id, office.deps)
    expect((await office.thread('u')).lastMessage).toMatchObject({ preview: 'Hello', status: 'failed' })
    const [failed] = await database.stores.messages.page(id, 1)
    if (!failed) throw new Error('there is a reply')
    isDown = false
    await retryMessage(id, failed.id, principalOf(ANNA), office.deps)
    expect((await office.thread('u')).lastMessage?.status).not.toBe('failed')
  })
})

describe('the line that a conversation opened again', () => {
  it('stands between what was before and the message that did it, whatever the ids', async () => {
    const { stores } = database
    for (let round = 0; round < 20; round += 1) {
      const who = `who-${round}`
      const place = 1_000 + round * 10
      await office.receive(entryOf(CHANNEL, [said(who, `${who}-1`)], place))
      const before = await office.thread(who)
      await stores.conversations.change(before.id, before.version, { status: 'resolved' })
      const [first] = await stores.messages.page(before.id, 1)
      if (!first) throw new Error('there is a message')
      const line = { ...first, id: first.id.replace(/^.{8}/, 'ffffffff') as typeof first.id }
      const { externalId, ...resolved } = line
      await stores.messages.record([
        { ...resolved, kind: 'event', event: { name: 'resolved' }, order: place + 1 },
      ])
      await office.receive(entryOf(CHANNEL, [said(who, `${who}-2`)], place + 2))
      const lines: string[] = []
      let from: { order: number; id: string } | undefined
      for (;;) {
        const [one] = await stores.messages.page(before.id, 1, from)
        if (!one) break
        lines.unshift(one.event?.name ?? one.externalId ?? '')
        from = { order: one.order, id: one.id }
      }
      expect(lines).toEqual([`${who}-1`, 'resolved', 'reopened', `${who}-2`])
    }
  })
})

describe('an update that lost against others', () => {
  it('steps aside for a random moment before it tries again', async () => {
    await office.receive(entryOf(CHANNEL, [said('u', 'm1')]))
    const { conversations } = database.stores
    let losses = 3
    let drawn = 0
    const applyInbound: typeof conversations.applyInbound = async (updates, batch) => {
      losses -= 1
      return losses >= 0
        ? new Set(updates.map(({ was }) => was.id))
        : conversations.applyInbound(updates, batch)
    }
    const unlucky = openOffice({ ...database.stores, conversations: { ...conversations, applyInbound } }, [
      scriptedChannel(CHANNEL),
    ])
    Object.assign(unlucky.deps, {
      random: () => {
        drawn += 1
        return 0
      },
    })
    await unlucky.receive(entryOf(CHANNEL, [said('u', 'm2')]))
    expect(drawn).toBe(3)
    expect((await office.thread('u')).unreadCount).toBe(2)
  })
})
