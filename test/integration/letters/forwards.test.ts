/** Letters passed on with their files: each copy lives and dies with its own message. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { MessageId } from '../../../src/domain/ids.ts'
import { presentAttachment } from '../../../src/services/store-attachment.ts'
import { freshId } from '../../../src/store/object-id.ts'
import type { StoredMessage } from '../../../src/store/stored-message.ts'
import { sharedDatabase } from '../../harness/database.ts'
import { ADA, type LetterRig, openLetterRig } from '../../harness/letter-rig.ts'

const database = sharedDatabase()
let rig: LetterRig
const DAY_MS = 86_400_000

beforeEach(async () => {
  rig = await openLetterRig(database.stores)
})

/** A letter of Ada's with two files that still lie with the platform. */
async function arrived(): Promise<StoredMessage> {
  const id = freshId() as MessageId
  rig.contents.set('part-1', 'the first file')
  rig.contents.set('part-2', 'the second file')
  const remote = ['part-1', 'part-2'].map((ref, position) => ({
    ref,
    position,
    name: `${ref}.txt`,
    contentType: 'text/plain',
    sizeBytes: 20,
  }))
  const uploader = { kind: 'visitor', id: ADA, channelId: rig.channelId } as const
  const link = { conversationId: rig.id, messageId: id }
  const files = await database.stores.attachments.linkRemote(remote, uploader, link, rig.state.nowMs)
  return rig.arrive({ id, attachments: files.map(presentAttachment) }, { subject: 'The invoice' })
}

const forward = (about: StoredMessage, change: Parameters<LetterRig['write']>[2] = {}) =>
  rig.write('See below.', { aboutMessageId: about.id, quote: 'forward', to: ['carl@example.net'] }, change)

describe('a letter passed on', () => {
  it('goes to whom it is passed on, with its head, its words and its files', async () => {
    const about = await arrived()
    await forward(about)
    await rig.deliver(rig.id)
    const [message] = rig.sent
    expect(message?.letter).toMatchObject({
      subject: 'Fwd: The invoice',
      to: [{ address: 'carl@example.net' }],
      inReplyTo: about.letterId,
    })
    expect(message?.text).toContain('Forwarded message ----------\nFrom: Ada <ada@example.org>\n')
    expect(message?.text.endsWith('\n\nIt is broken.')).toBe(true)
    expect(message?.attachments.map(({ name }) => name)).toEqual(['part-1.txt', 'part-2.txt'])
    const [sent] = (await rig.thread(rig.id)).filter(({ direction }) => direction === 'outbound')
    expect(await Promise.all((sent?.attachments ?? []).map(rig.contentOf))).toEqual([
      'the first file',
      'the second file',
    ])
    expect(sent?.text).toBe('See below.')
  })

  it('need say nothing of its own', async () => {
    const about = await arrived()
    await rig.write('', { aboutMessageId: about.id, quote: 'forward', to: ['carl@example.net'] })
    await rig.deliver(rig.id)
    expect(rig.sent[0]?.text).toMatch(/^-- \nThe help desk\n\n---------- Forwarded/)
  })

  it('counts its files against the channel’s limit together with those that were added', async () => {
    const about = await arrived()
    const uploads = [await rig.upload('a.txt', 'a'), await rig.upload('b.txt', 'b')]
    const [one, two] = uploads.map(({ id }) => id)
    await expect(forward(about, { attachmentIds: [one ?? '', two ?? ''] })).rejects.toMatchObject({
      details: { members: { reason: 'too-many-attachments', limit: 3, actual: 4 } },
    })
    await forward(about, { attachmentIds: [one ?? ''] })
    await rig.deliver(rig.id)
    expect(rig.sent[0]?.attachments.map(({ name }) => name)).toEqual(['a.txt', 'part-1.txt', 'part-2.txt'])
  })

  it('has one copy of each file, also tried at once and after a crash', async () => {
    const about = await arrived()
    const { messages } = database.stores
    const dying = { ...rig.deps, messages: { ...messages, record: () => Promise.reject(new Error('gone')) } }
    await expect(forward(about, { clientMessageId: 'f', deps: dying })).rejects.toThrow('gone')
    await Promise.all([forward(about, { clientMessageId: 'f' }), forward(about, { clientMessageId: 'f' })])
    const sent = (await rig.thread(rig.id)).filter(({ direction }) => direction === 'outbound')
    expect(sent).toHaveLength(1)
    const copies = await database.stores.attachmentCopies.of(sent[0]?.id as MessageId)
    expect([...copies.values()].map(({ id }) => id).toSorted()).toEqual(
      (sent[0]?.attachments ?? []).map(({ id }) => id).toSorted(),
    )
  })

  it('keeps its files when the sweeper comes, and the first letter keeps its own', async () => {
    const about = await arrived()
    await forward(about)
    const { attachments } = database.stores
    for (const days of [2, 4]) await attachments.sweep(new Date(rig.state.nowMs + days * DAY_MS))
    const [sent] = (await rig.thread(rig.id)).filter(({ direction }) => direction === 'outbound')
    const all = [...(sent?.attachments ?? []), ...about.attachments]
    expect(new Set(all.map(({ id }) => id)).size).toBe(4)
    expect(await Promise.all(all.map(rig.contentOf))).toEqual([
      ...['the first file', 'the second file'],
      ...['the first file', 'the second file'],
    ])
  })

  it('that never came to be leaves no copies for ever', async () => {
    const about = await arrived()
    const { messages, attachments } = database.stores
    const dying = { ...rig.deps, messages: { ...messages, record: () => Promise.reject(new Error('gone')) } }
    await expect(forward(about, { deps: dying })).rejects.toThrow('gone')
    expect(await attachments.sweep(new Date(rig.state.nowMs + 2 * DAY_MS))).toBe(2)
    expect(await Promise.all(about.attachments.map(rig.contentOf))).toHaveLength(2)
  })

  it('whose file its platform does not give any more is not sent without it', async () => {
    const about = await arrived()
    rig.contents.delete('part-2')
    await expect(forward(about)).rejects.toMatchObject({
      code: 'message-refused',
      details: { members: { reason: 'file-gone', name: 'part-2.txt' } },
    })
    expect((await rig.thread(rig.id)).filter(({ direction }) => direction === 'outbound')).toEqual([])
  })
})
