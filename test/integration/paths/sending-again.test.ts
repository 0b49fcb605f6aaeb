/** What goes to the platform when a person sends a message again. */
import { describe, expect, it } from 'vitest'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import type { ReceiptStatus } from '../../../src/domain/message.ts'
import { retryMessage } from '../../../src/services/retry-message.ts'
import { sharedDatabase } from '../../harness/database.ts'
import { createPathRig, says } from '../../harness/path-rig.ts'

const database = sharedDatabase()

async function talk(send?: Parameters<typeof createPathRig>[1]) {
  const rig = createPathRig(database.stores, send)
  await rig.receive([rig.entry(says('Hello', 'm1'))])
  const { id } = await rig.conversation()
  const { messages } = await rig.reply(id, 'Hi')
  const messageId = messages[0]?.id
  if (!messageId) throw new Error('it is recorded')
  await rig.deliver(id)
  const current = async () => {
    const found = await database.stores.messages.find(messageId)
    if (!found) throw new Error('it is there')
    return found
  }
  const told = async (status: ReceiptStatus, keepSource = false) => {
    const { externalId = '' } = await current()
    const receipt = { type: 'status', externalId, status, errorCode: 'gone', atMs: 1, keepSource } as const
    await rig.receive([rig.entry(receipt)])
  }
  const again = async () => {
    await retryMessage(id, messageId, rig.agent, rig.deliverDeps)
    await rig.deliver(id)
  }
  const names = () => rig.sent.map((message) => message.id)
  return { ...rig, id, messageId, current, told, again, names }
}

describe('a message that a person sends again', () => {
  it('has a new name each time that the platform had taken it: by the old one it would be dropped as known', async () => {
    const rig = await talk()
    await rig.told('failed')
    await rig.again()
    await rig.told('failed')
    await rig.again()
    expect(rig.names()).toEqual([rig.messageId, `${rig.messageId}-2`, `${rig.messageId}-3`])
    expect(await rig.current()).toMatchObject({ status: 'sent', externalId: `out-${rig.messageId}-3` })
    await rig.told('delivered')
    expect(await rig.current()).toMatchObject({ status: 'delivered' })
  })

  it('keeps its name while it may be known by it', async () => {
    let refusals = 2
    const rig = await talk({
      send: async ({ id }) => {
        refusals -= 1
        if (refusals < 0) return { externalId: `out-${id}` }
        const delivery = refusals === 1 ? 'unknown' : 'not-sent'
        throw new ConnectorError({ code: 'no', retry: 'never', delivery })
      },
    })
    expect(await rig.current()).toMatchObject({ delivery: { state: 'unknown' } })
    await rig.again()
    expect(await rig.current()).toMatchObject({ delivery: { state: 'dead' } })
    await rig.again()
    expect(rig.names()).toEqual([rig.messageId, rig.messageId, rig.messageId])
  })

  it('bears nothing any more of how it failed before', async () => {
    const rig = await talk()
    await rig.told('failed', true)
    expect((await rig.current()).delivery).toMatchObject({ hasReport: true, errorCode: 'gone' })
    await rig.again()
    const { delivery } = await rig.current()
    expect(Object.keys(delivery ?? {}).sort()).toEqual(['attempts', 'attemptsBefore', 'resends', 'state'])
  })

  it('is there still: what was taken back is not sent again, empty', async () => {
    const rig = await talk()
    await rig.told('failed')
    const externalId = (await rig.current()).externalId ?? ''
    await rig.receive([rig.entry({ type: 'message-deleted', externalId, deletedAtMs: rig.state.nowMs })])
    await expect(rig.again()).rejects.toMatchObject({ code: 'not-retryable' })
  })
})
