/** Platforms tell more of a message when they call than when they are asked: whichever copy comes first. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { InboundEvent } from '../../../src/contract/inbound-event.ts'
import type { MessageCard } from '../../../src/domain/message-card.ts'
import { freshDatabase } from '../../harness/database.ts'
import { createPathRig, type PathRig, says } from '../../harness/path-rig.ts'

const database = freshDatabase()
let rig: PathRig

beforeEach(() => {
  rig = createPathRig(database.stores)
})

const PLACE: MessageCard = { kind: 'location', latitude: 52.5, longitude: 13.4, name: 'Museum' }
const CHOICE: MessageCard = { kind: 'choice', label: 'Yes', payload: 'yes-1' }

const called = (text: string, ...cards: readonly MessageCard[]): InboundEvent => ({
  ...says(text, 'm1'),
  ...({ cards } as const),
})
const listed: InboundEvent = {
  type: 'unsupported',
  externalId: 'm1',
  identity: { externalId: 'ada', verified: false, displayName: 'ada' },
  what: 'an empty message',
}
const deleted: InboundEvent = { type: 'message-deleted', externalId: 'm1', deletedAtMs: 5 }

async function shown() {
  const { id, unreadCount, lastMessage } = await rig.conversation()
  const messages = await rig.thread(id)
  expect(messages).toHaveLength(1)
  const [{ text, cards, unsupported } = { text: undefined }] = messages
  return { text, cards, unsupported, unreadCount, preview: lastMessage?.preview }
}

describe('a message of which a poorer copy was recorded first', () => {
  it('shows the place that its fuller copy brings, on screens and in lists, and counts once', async () => {
    const inOrder = createPathRig(database.stores)
    await inOrder.receive([inOrder.entry(called('', PLACE))])
    await rig.receive([rig.entry(listed)])
    expect(await shown()).toMatchObject({ unsupported: 'an empty message', cards: undefined })
    const before = rig.events.length
    await rig.receive([rig.entry(called('', PLACE))])
    const { preview } = await shown()
    expect(await shown()).toMatchObject({ text: '', cards: [PLACE], unsupported: undefined, unreadCount: 1 })
    expect(preview).toBe((await inOrder.conversation()).lastMessage?.preview)
    expect(rig.events.slice(before).map(({ type }) => type)).toEqual([
      'message.updated',
      'conversation.updated',
    ])
  })

  it('gets what was chosen beside its words', async () => {
    await rig.receive([rig.entry(says('Yes', 'm1'))])
    await rig.receive([rig.entry(called('Yes', CHOICE))])
    expect(await shown()).toMatchObject({ text: 'Yes', cards: [CHOICE], unreadCount: 1 })
  })

  it('gets it also where both copies come at the same moment', async () => {
    await rig.receive([rig.entry(listed), rig.entry(called('', PLACE))])
    expect(await shown()).toMatchObject({ cards: [PLACE], unsupported: undefined, unreadCount: 1 })
  })

  it('loses nothing to a poorer copy that comes later, and is told of once', async () => {
    await rig.receive([rig.entry(called('', PLACE))])
    const before = rig.events.length
    await rig.receive([rig.entry(listed)])
    await rig.receive([rig.entry(called('', PLACE))])
    expect(await shown()).toMatchObject({ cards: [PLACE], unsupported: undefined, unreadCount: 1 })
    expect(rig.events.slice(before)).toEqual([])
  })

  it('stays deleted', async () => {
    await rig.receive([rig.entry(listed)])
    await rig.receive([rig.entry(deleted)])
    await rig.receive([rig.entry(called('', PLACE))])
    expect((await shown()).cards).toBeUndefined()
  })
})
