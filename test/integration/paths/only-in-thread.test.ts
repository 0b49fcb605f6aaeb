/** Messages that count only below others. */
import { describe, expect, it } from 'vitest'
import type { InboundEvent } from '../../../src/contract/inbound-event.ts'
import { freshDatabase } from '../../harness/database.ts'
import { createPathRig, says } from '../../harness/path-rig.ts'

const database = freshDatabase()

const below = (text: string, externalId: string, threadKey: string): InboundEvent => ({
  ...says(text, externalId),
  ...({ threadKey, onlyInThread: true } as const),
})
const asks = (text: string, externalId: string, threadKey: string): InboundEvent => ({
  ...says(text, externalId),
  ...({ threadKey } as const),
})

describe('a message that counts only in a thread', () => {
  it('is recorded where the thread has a conversation, and opens none', async () => {
    const rig = createPathRig(database.stores)
    await rig.receive([rig.entry(asks('Help', 'm1', 'one'))])
    await rig.receive([rig.entry(below('More', 'm2', 'one'), below('Talk', 'm3', 'two'))])
    const { id } = await rig.conversation('one')
    expect((await rig.thread(id)).map(({ text }) => text)).toEqual(['Help', 'More'])
    await expect(rig.conversation('two')).rejects.toThrow()
    expect(rig.events.filter(({ type }) => type === 'conversation.created')).toHaveLength(1)
  })

  it('is recorded beside the message that begins its thread', async () => {
    const rig = createPathRig(database.stores)
    await rig.receive([rig.entry(below('More', 'm2', 'one')), rig.entry(asks('Help', 'm1', 'one'))])
    const { id } = await rig.conversation('one')
    expect((await rig.thread(id)).map(({ text }) => text).sort()).toEqual(['Help', 'More'])
  })

  it('is recorded when it is brought again once its thread is known', async () => {
    const rig = createPathRig(database.stores)
    await rig.receive([rig.entry(below('More', 'm2', 'one'))])
    await rig.receive([rig.entry(asks('Help', 'm1', 'one'))])
    await rig.receive([rig.entry(below('More', 'm2', 'one'))])
    const { id } = await rig.conversation('one')
    expect((await rig.thread(id)).map(({ text }) => text).sort()).toEqual(['Help', 'More'])
  })
})
