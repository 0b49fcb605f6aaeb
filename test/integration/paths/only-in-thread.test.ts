/** Messages that count only below others. */
import { describe, expect, it } from 'vitest'
import type { InboundEvent } from '../../../src/contract/inbound-event.ts'
import { receiveInbound } from '../../../src/services/receive-inbound.ts'
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

  it('is recorded though its thread was ended for the one that failed to begin', async () => {
    const rig = createPathRig(database.stores)
    await rig.receive([rig.entry(asks('Help', 'm1', 'one'))])
    const before = await rig.conversation('one')
    const { conversations } = database.stores
    const resolvedAtMs = rig.state.nowMs
    await conversations.change(before.id, before.version, { status: 'resolved', resolvedAtMs })
    rig.state.nowMs += 3 * 86_400_000
    const more = [rig.entry(below('More', 'm2', 'one'))]
    const renewAfterMs = async () => 86_400_000
    const away = {
      ...rig.receiveDeps,
      renewAfterMs,
      conversations: { ...conversations, createMissing: () => Promise.reject(new Error('away')) },
    }
    await expect(receiveInbound(more, away)).rejects.toThrow('away')
    await receiveInbound(more, { ...rig.receiveDeps, renewAfterMs })
    const after = await rig.conversation('one')
    expect(after.id).not.toBe(before.id)
    expect((await rig.thread(after.id)).map(({ text }) => text)).toEqual(['More'])
    await receiveInbound([rig.entry(below('Talk', 'm3', 'two'))], { ...rig.receiveDeps, renewAfterMs })
    await expect(rig.conversation('two')).rejects.toThrow()
  })
})
