/** What came before its message, and whoever recorded or sent that ended before he applied it. */
import { describe, expect, it } from 'vitest'
import { applyLeftEvents } from '../../../src/services/apply-left-events.ts'
import { deliverConversation } from '../../../src/services/deliver-messages.ts'
import { receiveInbound } from '../../../src/services/receive-inbound.ts'
import { sharedDatabase } from '../../harness/database.ts'
import { createPathRig, says } from '../../harness/path-rig.ts'

const database = sharedDatabase()

const died = (): Promise<never> => Promise.reject(new Error('died'))

/** Looks through all that waits. */
async function sweep(rig: ReturnType<typeof createPathRig>): Promise<void> {
  for (let after = await applyLeftEvents('', rig.receiveDeps); after !== ''; )
    after = await applyLeftEvents(after, rig.receiveDeps)
}

describe('what waits for a message', () => {
  it('is applied though whoever sent it died right after the platform took it', async () => {
    const rig = createPathRig(database.stores)
    await rig.receive([rig.entry(says('Hello', 'm1'))])
    const { id } = await rig.conversation()
    const { messages } = await rig.reply(id, 'Hi')
    const externalId = `out-${messages[0]?.id}`
    const failed = {
      type: 'status',
      externalId,
      status: 'failed',
      errorCode: 'window-closed',
      atMs: 1,
    } as const
    await rig.receive([rig.entry(failed)])
    const earlyEvents = { ...database.stores.earlyEvents, of: died }
    await expect(deliverConversation(id, { ...rig.deliverDeps, earlyEvents })).rejects.toThrow('died')
    expect((await rig.thread(id)).at(-1)).toMatchObject({ status: 'sent' })
    rig.events.length = 0
    await sweep(rig)
    expect((await rig.thread(id)).at(-1)).toMatchObject({
      status: 'failed',
      delivery: { errorCode: 'window-closed' },
    })
    expect(rig.events.map(({ type }) => type)).toContain('message.updated')
    expect(await database.stores.earlyEvents.of(rig.channelId, [externalId])).toEqual([])
  })

  it('waits on where there is none, however much waits beside it', async () => {
    const rig = createPathRig(database.stores)
    const edit = (externalId: string) =>
      rig.entry({ type: 'message-edited', externalId, text: 'better', editedAtMs: 1 })
    const names = Array.from({ length: 520 }, (_, index) => `never-${index}`)
    await rig.receive([...names, 'm1'].map(edit))
    const of = () => database.stores.earlyEvents.of(rig.channelId, [...names, 'm1'])
    const deaf = { ...rig.receiveDeps, earlyEvents: { ...rig.receiveDeps.earlyEvents, of: async () => [] } }
    await receiveInbound([rig.entry(says('good', 'm1'))], deaf)
    const { id } = await rig.conversation()
    expect(await rig.thread(id)).toMatchObject([{ text: 'good' }])
    await sweep(rig)
    expect(await rig.thread(id)).toMatchObject([{ text: 'better' }])
    expect(await of()).toHaveLength(names.length)
  })
})

describe('an answer that came before the message it answers', () => {
  const answer = (replyToExternalId: string, externalId = 'm2') => ({
    ...says('blue', externalId),
    replyToExternalId,
  })

  it('is told anew, with what it answers, when that comes', async () => {
    const rig = createPathRig(database.stores)
    await rig.receive([rig.entry(answer('m1'))])
    rig.events.length = 0
    await rig.receive([rig.entry(says('which colour?', 'm1'))])
    const told = rig.events.findLast((event) => event.type === 'message.updated')
    expect(told?.type === 'message.updated' && told.message).toMatchObject({
      text: 'blue',
      replyTo: { authorName: 'ada', preview: 'which colour?' },
      version: 2,
    })
    expect(await database.stores.earlyEvents.of(rig.channelId, ['m1'])).toEqual([])
  })

  it('also where that is a message of ours whose sending has not come back yet', async () => {
    const rig = createPathRig(database.stores)
    await rig.receive([rig.entry(says('Hello', 'm1'))])
    const { id } = await rig.conversation()
    const { messages } = await rig.reply(id, 'which colour?')
    await rig.receive([rig.entry(answer(`out-${messages[0]?.id}`))])
    rig.events.length = 0
    await rig.deliver(id)
    const told = rig.events.flatMap((event) => (event.type === 'message.updated' ? [event.message] : []))
    expect(told.at(-1)).toMatchObject({ text: 'blue', replyTo: { preview: 'which colour?' } })
  })

  it('is told of once where both come together, and keeps nothing in mind', async () => {
    const rig = createPathRig(database.stores)
    await rig.receive([rig.entry(answer('m1')), rig.entry(says('which colour?', 'm1'))])
    expect(rig.events.filter(({ type }) => type === 'message.updated')).toEqual([])
    expect(await database.stores.earlyEvents.of(rig.channelId, ['m1'])).toEqual([])
  })
})
