/** Changing and taking back what was sent, at the platform first. */
import { describe, expect, it, vi } from 'vitest'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import type { Capabilities } from '../../../src/domain/capabilities.ts'
import type { AgentId, MessageId } from '../../../src/domain/ids.ts'
import { permissionsOf, type Role } from '../../../src/domain/permissions.ts'
import { deleteMessage, editMessage } from '../../../src/services/change-message.ts'
import type { Principal } from '../../../src/services/principal.ts'
import { freshId } from '../../../src/store/object-id.ts'
import { sharedDatabase } from '../../harness/database.ts'
import { createPathRig, SCRIPTED, says } from '../../harness/path-rig.ts'

const database = sharedDatabase()
const CAN: Capabilities = {
  ...SCRIPTED,
  formatting: 'native',
  editMessage: 'native',
  deleteMessage: 'native',
}

async function talk(capabilities: Capabilities = CAN) {
  const edit = vi.fn(async () => undefined as void)
  const remove = vi.fn(async () => undefined as void)
  const rig = createPathRig(database.stores, {
    capabilities,
    also: { editMessage: edit, deleteMessage: remove },
  })
  await rig.receive([rig.entry(says('Hello', 'm1'))])
  const { id } = await rig.conversation()
  const { messages } = await rig.reply(id, 'First *words*')
  await rig.deliver(id)
  const messageId = messages[0]?.id as MessageId
  const current = async () => {
    const found = await database.stores.messages.find(messageId)
    if (!found) throw new Error('it is there')
    return found
  }
  const change = async (text: string, by: Principal = rig.agent, version?: number) =>
    editMessage(messageId, { text, version: version ?? (await current()).version }, by, rig.deliverDeps)
  const take = async (by: Principal = rig.agent, version?: number) =>
    deleteMessage(messageId, version ?? (await current()).version, by, rig.deliverDeps)
  return { ...rig, id, messageId, edit, remove, current, change, take }
}

const somebody = (role: Role): Principal => ({
  agentId: freshId() as AgentId,
  name: 'Else',
  role,
  permissions: new Set(permissionsOf(role)),
  channels: 'all',
  via: { kind: 'session', id: 's' },
})

describe('a message that was sent', () => {
  it('is changed at the platform and here, with its formatting, and lists show it', async () => {
    const rig = await talk()
    const changed = await rig.change('Other _words_')
    expect(rig.edit).toHaveBeenCalledWith(
      `out-${rig.messageId}`,
      expect.objectContaining({ text: 'Other words', spans: [{ kind: 'italic', offset: 6, length: 5 }] }),
      rig.context,
    )
    expect(changed).toMatchObject({
      text: 'Other words',
      spans: [{ kind: 'italic', offset: 6, length: 5 }],
      editedAtMs: rig.state.nowMs,
    })
    expect((await rig.conversation()).lastMessage?.preview).toBe('Other words')
    expect(rig.events.at(-1)).toBeDefined()
    rig.state.nowMs += 1_000
    await rig.change('Plain')
    expect(await rig.current()).not.toHaveProperty('spans')
  })

  it('is taken back at the platform and here', async () => {
    const rig = await talk()
    const taken = await rig.take()
    expect(rig.remove).toHaveBeenCalledWith(
      `out-${rig.messageId}`,
      { identityExternalId: 'ada', threadKey: 'ada' },
      rig.context,
    )
    expect(taken).toMatchObject({ text: '', attachments: [], deletedAtMs: rig.state.nowMs })
    await expect(rig.change('back again')).rejects.toMatchObject({
      details: { members: { reason: 'not-changeable' } },
    })
    await expect(rig.take()).rejects.toMatchObject({ details: { members: { reason: 'not-changeable' } } })
  })

  it('is changed by its author, or by those who look after others, only', async () => {
    const rig = await talk()
    for (const act of [() => rig.change('x', somebody('agent')), () => rig.take(somebody('agent'))])
      await expect(act()).rejects.toMatchObject({ code: 'permission-denied' })
    await expect(rig.change('x', { ...somebody('supervisor'), channels: new Set() })).rejects.toMatchObject({
      code: 'not-found',
    })
    expect(rig.edit).not.toHaveBeenCalled()
    await rig.change('by a supervisor', somebody('supervisor'))
    expect((await rig.current()).text).toBe('by a supervisor')
  })

  it('is not changed from an outdated view, nor twice at once', async () => {
    const rig = await talk()
    const { version } = await rig.current()
    await expect(rig.change('x', rig.agent, version - 1)).rejects.toMatchObject({ code: 'version-conflict' })
    const both = await Promise.allSettled([
      rig.change('one', rig.agent, version),
      rig.change('two', rig.agent, version),
    ])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(rig.edit).toHaveBeenCalledTimes(1)
  })

  it.each([
    ['never', 'platform-refused'],
    ['later', 'platform-unavailable'],
  ] as const)(
    'stays as it is when the platform does not do it (%s), and can be tried again',
    async (retry, code) => {
      const rig = await talk()
      const failure = new ConnectorError({
        code: 'too-old',
        detail: 'It is too old',
        retry,
        delivery: 'not-sent',
      })
      rig.edit.mockRejectedValueOnce(failure)
      rig.remove.mockRejectedValueOnce(failure)
      for (const act of [() => rig.change('x'), () => rig.take()]) {
        await expect(act()).rejects.toMatchObject({
          code,
          details: { detail: 'It is too old', members: { reason: 'too-old' } },
        })
      }
      const standing = await rig.current()
      expect(standing).toMatchObject({ text: 'First words' })
      expect(standing).not.toHaveProperty('editedAtMs')
      expect(standing).not.toHaveProperty('deletedAtMs')
      // Whoever shows it has been told the version at which he can try again.
      const told = rig.events.findLast((event) => event.type === 'message.updated')
      expect(told?.type === 'message.updated' && told.message.version).toBe(standing.version)
      await rig.change('second try')
    },
  )

  it.each([
    ['nothing', ' ', { reason: 'empty' }],
    ['more than one message holds', 'x'.repeat(41), { reason: 'text-too-long', limit: 40, actual: 41 }],
  ])('does not come to say %s', async (_, text, members) => {
    const rig = await talk()
    await expect(rig.change(text)).rejects.toMatchObject({ details: { members } })
  })

  it.each([
    ['is paused', 'paused', { code: 'channel-paused' }],
    ['was deleted', 'deleted', { details: { members: { reason: 'channel-deleted' } } }],
  ] as const)('stays as it is where the channel %s', async (_, what, refusal) => {
    const rig = await talk()
    rig.state[what] = true
    await expect(rig.change('x')).rejects.toMatchObject(refusal)
    await expect(rig.take()).rejects.toMatchObject(refusal)
    expect(rig.edit).not.toHaveBeenCalled()
  })

  it('stays as it is where the channel cannot change it', async () => {
    const rig = await talk({ ...CAN, editMessage: 'absent', deleteMessage: 'degraded' })
    await expect(rig.change('x')).rejects.toMatchObject({
      details: { members: { reason: 'edit-unsupported' } },
    })
    await expect(rig.take()).rejects.toMatchObject({ details: { members: { reason: 'delete-unsupported' } } })
  })
})

it('what a customer wrote, or what has not gone yet, is not changed', async () => {
  const rig = await talk()
  const [hello] = await rig.thread(rig.id)
  const { messages } = await rig.reply(rig.id, 'not gone yet')
  for (const message of [hello, messages[0]]) {
    if (!message) throw new Error('it is there')
    await expect(
      editMessage(message.id, { text: 'x', version: message.version }, rig.agent, rig.deliverDeps),
    ).rejects.toMatchObject({ details: { members: { reason: 'not-changeable' } } })
  }
})

it('answering tells the platform what was read', async () => {
  const rig = await talk()
  expect(rig.read).toEqual(['m1'])
})
