import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import type { AttachmentRef } from '../../../src/contract/inbound-event.ts'
import type { AgentId, MessageId } from '../../../src/domain/ids.ts'
import type { AttachmentView } from '../../../src/domain/views.ts'
import { freshId } from '../../../src/store/object-id.ts'
import type { StoredConversation } from '../../../src/store/stored-conversation.ts'
import type { Agent } from '../http/test-server.ts'
import {
  downloadAs,
  formOf,
  startWidgetServer,
  uploadAs,
  type Visitor,
  type WidgetServer,
} from '../widget/widget-server.ts'
import { png } from './samples.ts'

const HOUR_MS = 3_600_000

let server: WidgetServer
let owner: Agent
let ownerId: AgentId
let visitor: Visitor
let conversation: StoredConversation

beforeAll(async () => {
  server = await startWidgetServer()
  const someone = await server.owner()
  owner = someone.agent
  ownerId = someone.profile.id
  const { id } = await server.channel(owner, {}, { type: 'picky' })
  visitor = await server.visitor(id)
  conversation = await server.conversation(visitor)
})
afterAll(() => server.close())

const newMessageId = () => freshId() as MessageId
const upload = async (): Promise<AttachmentView> =>
  (await uploadAs(server.url, visitor, 'a.png', png(2, 2))).body
const stored = (id: string): AttachmentRef => ({ kind: 'stored', attachmentId: id })
const remote = (ref: string, more: object = {}): AttachmentRef => ({
  kind: 'remote',
  ref,
  name: `${ref}.png`,
  ...more,
})

const link = (refs: readonly AttachmentRef[], messageId: MessageId) =>
  server.core.linkAttachments(refs, {
    channelId: conversation.channelId,
    identityExternalId: visitor.visitorId,
    conversationId: conversation.id,
    messageId,
  })

async function traces(): Promise<number[]> {
  const names = ['attachments', 'attachment-bytes.files', 'attachment-bytes.chunks']
  return Promise.all(names.map((name) => server.store.db.collection(name).countDocuments()))
}

describe('tying files to a message', () => {
  it('gives the same answer at every replay, in the order of the message', async () => {
    const files = [await upload(), await upload(), await upload()]
    const refs = [files[2], files[0], files[1]].map((file) => stored(file?.id ?? ''))
    const messageId = newMessageId()
    const first = await link(refs, messageId)
    expect(first.map(({ id }) => id)).toEqual(
      refs.map((ref) => (ref.kind === 'stored' ? ref.attachmentId : '')),
    )
    for (let replay = 0; replay < 3; replay += 1) expect(await link(refs, messageId)).toEqual(first)
  })

  it('leaves out what another message has, what is named twice and what is no id', async () => {
    const [mine, taken] = [await upload(), await upload()]
    await link([stored(taken.id)], newMessageId())
    const refs = [stored(mine.id), stored(taken.id), stored(mine.id), stored('x'), stored('0'.repeat(32))]
    expect(await link(refs, newMessageId())).toEqual([mine])
  })

  it('lets one of two simultaneous messages have a file', async () => {
    const file = await upload()
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, () => link([stored(file.id)], newMessageId())),
    )
    expect(outcomes.filter(({ length }) => length === 1)).toHaveLength(1)
  })

  it('lets an agent put a file into another message when the first was never recorded, but no recorded one’s', async () => {
    const { body, headers } = formOf('a', Buffer.from('x'))
    const file = (await owner.post('/api/v1/attachments').set(headers).send(body).expect(201))
      .body as AttachmentView
    const { attachments } = server.core.stores
    const tie = async (messageId: MessageId, afterMs: number) => {
      const to = { conversationId: conversation.id, messageId }
      return (await attachments.link([file.id], { kind: 'agent', id: ownerId }, to, Date.now() + afterMs))
        .length
    }
    const [lost, retyped] = [newMessageId(), newMessageId()]
    expect(await tie(lost, 0)).toBe(1)
    // The first may yet be on its way.
    expect(await tie(retyped, 5_000)).toBe(0)
    const racing = [retyped, newMessageId(), newMessageId()]
    const won = await Promise.all(racing.map((messageId) => tie(messageId, 20_000)))
    expect(won.toSorted()).toEqual([0, 0, 1])
    const winner = racing[won.indexOf(1)] ?? retyped
    expect(await server.core.agentAttachments.find([file.id], ownerId)).toEqual([file])
    await server.message(conversation, { id: winner, direction: 'outbound', status: 'sent' })
    expect(await tie(newMessageId(), HOUR_MS)).toBe(0)
    expect(await tie(winner, HOUR_MS)).toBe(1)
  })

  it('lets an agent name his upload again when a crash came before the message', async () => {
    const { body, headers } = formOf('a', Buffer.from('x'))
    const file = (await owner.post('/api/v1/attachments').set(headers).send(body).expect(201))
      .body as AttachmentView
    const messageId = newMessageId()
    const to = { agentId: ownerId, conversationId: conversation.id, messageId }
    const { agentAttachments } = server.core
    await agentAttachments.link([file.id], to)
    expect(await agentAttachments.find([file.id], ownerId)).toEqual([file])
    await agentAttachments.link([file.id], to)
    const other = { ...to, messageId: newMessageId() }
    await expect(agentAttachments.link([file.id], other)).rejects.toMatchObject({ code: 'not-found' })
    await server.message(conversation, { id: messageId, direction: 'outbound', status: 'sent' })
    await expect(agentAttachments.find([file.id], ownerId)).rejects.toMatchObject({
      code: 'not-found',
      details: { field: 'attachmentIds.0' },
    })
  })
})

describe('files that lie with the platform', () => {
  const answer = async (id: string): Promise<{ status: number; body: Buffer; type: string | null }> => {
    const response = await downloadAs(server.url, visitor, id, {})
    return {
      status: response.status,
      body: Buffer.from(await response.arrayBuffer()),
      type: response.headers.get('content-type'),
    }
  }

  it('are fetched once, when first wanted, and typed by their bytes', async () => {
    const { id } = await server.message(conversation)
    const refs = [
      remote('r1', { contentType: 'image/svg+xml', sizeBytes: 9 }),
      remote('r2', { contentType: 'image/png' }),
    ]
    const views = await link(refs, id)
    expect(views).toMatchObject([
      { name: 'r1.png', contentType: 'application/octet-stream', sizeBytes: 9 },
      { name: 'r2.png', contentType: 'image/png' },
    ])
    expect(await link(refs, id)).toEqual(views)
    const asked: string[] = []
    server.fetchRemote = async (channelId, { ref }) => {
      expect(channelId).toBe(visitor.channelId)
      asked.push(ref)
      return Readable.from([png(9, 9)])
    }
    const file = views[0]?.id ?? ''
    const answers = await Promise.all(Array.from({ length: 6 }, () => answer(file)))
    for (const { status, body, type } of answers) {
      expect([status, type]).toEqual([200, 'image/png'])
      expect(body).toEqual(png(9, 9))
    }
    await answer(file)
    expect(asked).toEqual(['r1'])
    const outgoing: Buffer[] = []
    for await (const chunk of await server.core.openAttachment(file)) outgoing.push(chunk as Buffer)
    expect(Buffer.concat(outgoing)).toEqual(png(9, 9))
  })

  it('say why they do not come, and come another time', async () => {
    const { id } = await server.message(conversation)
    const file = (await link([remote('r3')], id))[0]?.id ?? ''
    const before = await traces()
    const refuse = (retry: 'never' | 'later') => {
      server.fetchRemote = () =>
        Promise.reject(new ConnectorError({ code: 'gone', retry, delivery: 'not-sent', retryAfterMs: 4_000 }))
    }
    refuse('never')
    expect((await answer(file)).status).toBe(404)
    refuse('later')
    const later = await downloadAs(server.url, visitor, file)
    expect([later.status, later.headers.get('retry-after')]).toEqual([503, '4'])
    server.fetchRemote = async () => Readable.from([Buffer.alloc(30_000_000)])
    expect((await answer(file)).status).toBe(413)
    server.fetchRemote = async () =>
      Readable.from(
        (async function* () {
          yield Buffer.alloc(600_000)
          throw new ConnectorError({ code: 'cut', retry: 'later', delivery: 'not-sent' })
        })(),
      )
    expect((await answer(file)).status).toBe(503)
    expect(await traces()).toEqual(before)
    server.fetchRemote = async () => Readable.from([Buffer.from('here it is')])
    expect((await answer(file)).body.toString()).toBe('here it is')
  })
})

describe('the sweeper', () => {
  it('removes what no message took within a day, with all its bytes, and nothing else', async () => {
    const sweep = (afterMs: number) => server.core.stores.attachments.sweep(new Date(Date.now() + afterMs))
    await sweep(25 * HOUR_MS)
    const before = await traces()
    const kept = await upload()
    const { id } = await server.message(conversation)
    await link([stored(kept.id)], id)
    const withKept = await traces()
    const large = await uploadAs(
      server.url,
      visitor,
      'a.png',
      Buffer.concat([png(2, 2), Buffer.alloc(900_000)]),
    )
    expect(large.status).toBe(201)
    for (let count = 0; count < 120; count += 1) await upload()
    // A crash came between the tie and the message.
    await link([stored((await upload()).id)], newMessageId())
    expect(await sweep(23 * HOUR_MS)).toBe(0)
    expect(await sweep(25 * HOUR_MS)).toBe(122)
    expect(await sweep(25 * HOUR_MS)).toBe(0)
    expect(await traces()).toEqual(withKept)
    expect(withKept).toEqual(before.map((count) => count + 1))
    expect((await downloadAs(server.url, visitor, kept.id)).status).toBe(200)
    expect((await downloadAs(server.url, visitor, large.body.id)).status).toBe(404)
  })

  it('finishes what a crash left: uploads without an end, removals half done', async () => {
    const { db } = server.store
    const before = await traces()
    const [cut, halfGone] = [await upload(), await upload()]
    const records = db.collection<{ _id: string }>('attachments')
    await records.updateOne({ _id: cut.id }, { $set: { state: 'uploading' } })
    await records.updateOne({ _id: halfGone.id }, { $set: { state: 'removing' } })
    for (const { id } of [cut, halfGone]) {
      expect((await downloadAs(server.url, visitor, id)).status).toBe(404)
      expect(await link([stored(id)], newMessageId())).toEqual([])
    }
    expect(await server.core.stores.attachments.sweep(new Date(Date.now() + 25 * HOUR_MS))).toBe(2)
    expect(await traces()).toEqual(before)
  })
})
